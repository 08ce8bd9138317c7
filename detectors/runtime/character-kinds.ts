/**
 * What BERT's uncased models make of each code point, in the Unicode version of the reference. The table
 * (character-table.ts) gives for each run of code points the distance to the run before, the kind
 * (`.` dropped, `:` space, `!` a word of its own) and its length less one, numbers in base 36. All others are letters.
 */

import { TABLE } from './character-table.js';

export const LETTER = 0;
export const DROPPED = 1;
export const SPACE = 2;
/** Punctuation and ideographs. */
export const ALONE = 3;

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
