/**
 * Style facts of a reading: how sentences, words and marks are used, whatever the text is about. Each fact is a number; the
 * model cuts its range into bins per length of text (a short text's spread of sentence lengths means something else than a
 * long one's), so that a weight belongs to "commas: many, for a text this long" and can be said in words.
 */
import { FACT_NAMES, type Fact } from './facts.js';
import type { Role } from './function-words.js';
import { roleNumber } from './function-words.js';
import { INITIAL, NUMBER, PUNCTUATION, type Reading, UPPER, WINDOW } from './reading.js';

const at = Object.fromEntries(FACT_NAMES.map((name, i) => [name, i])) as Record<Fact, number>;
const ROLE_FACTS: readonly [Fact, Role][] = [
  ['first', 'first'],
  ['second', 'second'],
  ['third', 'third'],
  ['articles', 'article'],
  ['joining', 'joining'],
  ['linking', 'linking'],
  ['prepositions', 'preposition'],
  ['being', 'being'],
  ['helping', 'helping'],
  ['chatting', 'chatting'],
  ['measuring', 'measuring'],
  ['pointing', 'pointing'],
];
const I_WORD = 0x69;
const JOINING = roleNumber('joining');

const SLOTS = 8192;
const slotKey = new Int32Array(SLOTS);
const slotCount = new Uint16Array(SLOTS);
const used = new Uint16Array(SLOTS);

/** Counts distinct and once-seen hashes. @returns [distinct, once] */
function distinct(hashes: Int32Array, count: number): [number, number] {
  let n = 0;
  let once = 0;
  for (let i = 0; i < count; i++) {
    const key = hashes[i]!;
    let slot = (key ^ (key >>> 15)) & (SLOTS - 1);
    while (slotCount[slot] !== 0 && slotKey[slot] !== key) slot = (slot + 1) & (SLOTS - 1);
    if (slotCount[slot] === 0) {
      slotKey[slot] = key;
      used[n++] = slot;
      once++;
    } else if (slotCount[slot] === 1) once--;
    slotCount[slot]!++;
  }
  for (let i = 0; i < n; i++) slotCount[used[i]!] = 0;
  return [n, once];
}

const wordHashes = new Int32Array(WINDOW);
const pairHashes = new Int32Array(WINDOW);
const openingHashes = new Int32Array(WINDOW);
const roleCounts = new Uint32Array(32);

/** @param facts receives one number per fact, all finite */
export function readStyle(reading: Reading, facts: Float64Array): void {
  facts.fill(0);
  const { tokens, kind, hash, role, casing, from, to, folded, words, sentences, sentenceEnd } = reading;
  if (words === 0) return;
  roleCounts.fill(0);
  let letters = 0;
  let squares = 0;
  let long = 0;
  let n = 0;
  let initial = 0;
  let lowerI = 0;
  let capitalI = 0;
  let contractions = 0;
  let adverbs = 0;
  let nouns = 0;
  let triples = 0;
  let sentence = 0;
  let inSentence = 0;
  let counted = 0;
  let lowerStarts = 0;
  let total = 0;
  let totalSquares = 0;
  let longest = 0;
  let shortest = 1e9;
  let changes = 0;
  let previousLength = -1;
  let commas = 0;
  let afterComma = false;
  const close = (): void => {
    if (inSentence > 0) {
      total += inSentence;
      totalSquares += inSentence * inSentence;
      if (inSentence > longest) longest = inSentence;
      if (inSentence < shortest) shortest = inSentence;
      if (previousLength >= 0) changes += Math.abs(inSentence - previousLength);
      previousLength = inSentence;
      counted++;
    }
    inSentence = 0;
    commas = 0;
    afterComma = false;
    sentence++;
  };
  for (let i = 0; i < tokens; i++) {
    while (sentence < sentences && from[i]! >= sentenceEnd[sentence]!) close();
    if (kind[i] === PUNCTUATION) {
      readMark(hash[i]!, facts, i > 0 && hash[i - 1] === hash[i] && from[i] === to[i - 1]);
      afterComma = hash[i] === 0x2c;
      if (afterComma) commas++;
      continue;
    }
    const length = to[i]! - from[i]!;
    letters += length;
    squares += length * length;
    if (length >= 8) long++;
    if (inSentence === 0) {
      if (casing[i] === 0 && kind[i] !== NUMBER) lowerStarts++;
      openingHashes[counted] = hash[i]!;
    }
    if (kind[i] === NUMBER) facts[at.numbers]!++;
    const r = role[i]!;
    roleCounts[r]!++;
    if (casing[i] === UPPER) facts[at.upperWords]!++;
    else if (casing[i] === INITIAL && inSentence > 0) initial++;
    if (length === 1 && folded[from[i]!] === I_WORD) casing[i] === 0 ? lowerI++ : capitalI++;
    if (r === 0 && length >= 5) {
      const a = folded[to[i]! - 2]!;
      const b = folded[to[i]! - 1]!;
      if (a === 0x6c && b === 0x79) adverbs++;
      else if ((a === 0x6f && b === 0x6e) || (a === 0x74 && b === 0x79) || (a === 0x73 && b === 0x73))
        nouns++;
    } else if (length >= 3 && (folded[to[i]! - 2] === 0x27 || folded[to[i]! - 3] === 0x27)) contractions++;
    // ", and" after an earlier comma of the sentence: the list of three.
    if (afterComma && commas >= 2 && r === JOINING) triples++;
    afterComma = false;
    wordHashes[n] = hash[i]!;
    pairHashes[n] = n === 0 ? 0 : Math.imul(hash[i]!, 31) + wordHashes[n - 1]!;
    n++;
    inSentence++;
  }
  close();
  const per = 1 / n;
  const [kinds, once] = distinct(wordHashes, n);
  facts[at.wordLength] = letters * per;
  facts[at.wordLengthSpread] = Math.sqrt(Math.max(0, squares * per - (letters * per) ** 2));
  facts[at.longWords] = long * per;
  // Herdan's C, log types over log tokens, changes slowest with length.
  facts[at.distinctWords] = n > 1 ? Math.log(kinds) / Math.log(n) : 1;
  facts[at.onceWords] = once * per;
  facts[at.functionWords] = 1 - roleCounts[0]! * per;
  const mean = total / Math.max(1, counted);
  facts[at.sentenceLength] = mean;
  const spread = Math.sqrt(Math.max(0, totalSquares / Math.max(1, counted) - mean * mean));
  facts[at.sentenceSpread] = counted > 1 ? spread / mean : -1;
  facts[at.sentenceEvenness] = counted > 2 ? changes / (counted - 1) / mean : -1;
  facts[at.longestSentence] = longest;
  facts[at.shortestSentence] = shortest;
  facts[at.lowerStarts] = lowerStarts / Math.max(1, counted);
  for (const mark of MARK_FACTS) facts[mark]! *= per;
  facts[at.initialWords] = initial * per;
  facts[at.lowerPronoun] = lowerI > 0 ? 2 : capitalI > 0 ? 1 : 0;
  facts[at.contractions] = contractions * per;
  const last = tokens > 0 ? hash[tokens - 1]! : 0;
  facts[at.openEnd] = kind[tokens - 1] === PUNCTUATION ? (last === 0x2e ? 0 : 1) : 2;
  for (const [fact, name] of ROLE_FACTS) facts[at[fact]] = roleCounts[roleNumber(name)]! * per;
  facts[at.repeatedPairs] = n > 1 ? 1 - distinct(pairHashes, n)[0] * per : 0;
  facts[at.adverbs] = adverbs * per;
  facts[at.nouns] = nouns * per;
  facts[at.triples] = triples / Math.max(1, counted);
  facts[at.openings] = counted > 2 ? distinct(openingHashes, counted)[0] / counted : -1;
}

const MARK_FACTS = (
  [
    'commas',
    'stops',
    'colons',
    'dashes',
    'hyphens',
    'brackets',
    'quotes',
    'questions',
    'exclamations',
    'ellipses',
    'signs',
    'numbers',
    'upperWords',
  ] as const
).map((name) => at[name]);

function readMark(code: number, facts: Float64Array, again: boolean): void {
  if (code === 0x2c) facts[at.commas]!++;
  else if (code === 0x2e) facts[again ? at.ellipses : at.stops]!++;
  else if (code === 0x3a || code === 0x3b) facts[at.colons]!++;
  else if (code === 0x2014) facts[at.dashes]!++;
  else if (code === 0x2d) facts[at.hyphens]!++;
  else if (code === 0x28 || code === 0x29 || code === 0x5b || code === 0x5d) facts[at.brackets]!++;
  else if (code === 0x22 || code === 0x27) facts[at.quotes]!++;
  else if (code === 0x3f) facts[at.questions]!++;
  else if (code === 0x21) facts[at.exclamations]!++;
  else facts[at.signs]!++;
}
