/**
 * What BERT's uncased models make of each code point, in the Unicode version of the reference. Made by
 * `training/encoder/character_kinds.py`; the table gives for each run of code points the distance to the run before, the kind
 * (`.` dropped, `:` space, `!` a word of its own) and its length less one, numbers in base 36. All others are letters.
 */

export const LETTER = 0;
export const DROPPED = 1;
export const SPACE = 2;
/** Punctuation and ideographs. */
export const ALONE = 3;

// biome-ignore format: a table is no code
const TABLE =
  '0.8 1:1 1.1 1: 1.h 1: 1!e b!6 r!5 r!3 1.w 1: 1! 6! 4! 2. 9!1 4! 4! g1.33 7o.4 5v!5 16!1 7.18 1! 1. 1! 1.1 1! 1.1 1! ' +
  '1. 18!1 c.5 4!1 2!1 3.a 1! 1. 2!1 18.k b!3 3. 2s! 2.7 2.5 3.1 2.3 j!d 2. 2. v.q 2k.a 1n.8 4!2 t.3 2.8 2.2 2.4 3!e r.2 ' +
  '3! 3p.v 1k. 2. 5.7 5. 4.6 b.1 1!1 b! h. 1n. 5.3 9. l.1 u.1 1m. 5.1 5.1 3.2 4. v.1 4. c.1 1m. 5.4 2.1 5. l.1 d! h. 1n. ' +
  '3. 2.3 9. 9. c.1 v. 1q. d. 1f. 1q.2 6.1 3.3 8.1 c.1 u. 1n. 3. 7. 6.1 l.1 u. 1s.3 9. l.1 2v. 8.2 2. u! 1p. 3.6 d.7 1! ' +
  'b!1 2e. 3.5 2.1 c.5 1j!e 2! 4.1 s. 2. 2. 1!3 1g.d 2.4 1! 1.1 6.a 2.z a. a!4 5!1 2b.3 2.5 2.1 3.1 c!5 9.1 5.2 h.3 e. ' +
  '3.1 7. g. 2m! gy.2 1!8 48! h9!1 i: r!1 27!2 11.2 u.2 1!1 s.1 v.1 1t.1 2.6 9. 3.a 1!2 2!2 3. z!a 1.3 4b. 3b.2 5.1 a. ' +
  '7.2 9!1 5u.1 3. 3!1 1j. 2.6 2. 2. 3.7 7.9 3. x!6 2!5 3.d 1v.3 1d. 2.6 6. o!6 b.8 d.1 x.3 3.1 2.2 1l. 2.1 4. 2.2 b!3 ' +
  '19.7 3.1 4!4 1r!1 1t!7 9.2 1! 1.c 2.6 5. 7. 4.1 5j.1h 7.3 eb:8 1.4 1!n 1:1 1.4 1: 1!j 2!c 2!b 1: 1.4 2.9 e!1 f!1 1u.c ' +
  '5. 4.b ew!3 v1!d 28!1 w!9 b8!l 1s!3 x!1 ky.2 8!3 2!1 35! f. 2p.v 1!1a 2!i ce: 1!2 5!9 3!b b.3 3! d! 2k.1 6! 2j! ' +
  'lh!533 1t!g73 zj!1 7i!2 2o. 4! 1.9 1! w.1 29.1 1!5 7f. 4. 5. q.1 26!3 25. a!1 h.h 7!2 2! 16.7 1!1 o.a e! x.2 1d. 3.3 ' +
  '3. 5!c h!1 6. 1w.5 3.1 3.1 d. 9. g!3 t. 1g. 2.2 3.1 6.1 2. t!1 d.1 3!1 5. 6n. 3. 3! 2. aab.4xr 7j!6p v. f4!1 5d.f 1!9 ' +
  '7.f 1!y 2!d 2! 5! 2!1 44. 2!2 2!5 2!3 b!1 4!1 r!2 2! s! 2! 2!6 44.2 2. 77!2 6z. 6b. 46.4 11! 1d! bj! ko! 5k! w! 5e.2 ' +
  '2.1 6.3 15.2 5. h!8 13! 2u.1 a!6 1v!6 2i!3 v9. 1j.e 1!6 1e.2 1e.3 3.1 1!1 1. 1!3 1r.2 11.4 2.7 c!3 1c. 1!1 b.1 1h.8 ' +
  '7!4 1.2 1! e! 2!2 28.2 3. 2.1 1!5 30! 1i. 4.7 m.1 1n. 4. 12.6 4.4 8v.5 2. 5.1 2.1 3! 6k.3 7.1 2.1 1!m 5.1 2e.7 3. 2.1 ' +
  '1!2 2w. 2. 3.5 2. 2u.2 3.3 2.4 h!2 2lu!4 dtm!1 3l.4 1! 1n.6 1!4 9! uj.3 f7v.1 1! 1.3 43o.2 a.f 3.6 v.3 45.2 1j0.1i ' +
  '5.1d 9. f. 3!4 g.4 2.e 2sh.6 4kq!wyn x!3dr 75!49b 8kv!1 fheq. v.2n 3l.6n 1e6p.1ekd 3.1ekd';

const starts: number[] = [];
const ends: number[] = [];
const kinds: number[] = [];
let at = 0;
for (const run of TABLE.split(' ')) {
  const [, distance, mark, length] = /^(\w+)([.:!])(\w*)$/.exec(run)!;
  at += Number.parseInt(distance!, 36);
  starts.push(at);
  at += length === '' ? 0 : Number.parseInt(length!, 36);
  ends.push(at);
  kinds.push('.:!'.indexOf(mark!) + 1);
}

/** The kind of a code point that has no canonical decomposition. */
export function kindOf(code: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! < code) low = middle + 1;
    else high = middle;
  }
  return low < starts.length && starts[low]! <= code ? kinds[low]! : LETTER;
}
