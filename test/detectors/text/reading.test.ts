import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hashWord, roleNumber, roleOf } from '../../../detectors/text/function-words.js';
import {
  INITIAL,
  LOWER,
  NUMBER,
  PUNCTUATION,
  Reading,
  UPPER,
  WINDOW,
  WORD,
} from '../../../detectors/text/reading.js';

const read = (text: string, start = 0) => {
  const reading = new Reading();
  const next = reading.read(text, start);
  const tokens = Array.from({ length: reading.tokens }, (_, i) => ({
    text: text.slice(start + reading.from[i]!, start + reading.to[i]!),
    kind: reading.kind[i]!,
    casing: reading.casing[i]!,
    role: reading.role[i]!,
  }));
  const sentences: string[] = [];
  let from = 0;
  for (let i = 0; i < reading.sentences; i++) {
    sentences.push(text.slice(start + from, start + reading.sentenceEnd[i]!).trim());
    from = reading.sentenceEnd[i]!;
  }
  return { reading, next, tokens, sentences };
};

test('words keep their inner apostrophes, numbers and marks are tokens of their own', () => {
  const { tokens } = read("I don't owe 'them' 40 EUR, Anna!");
  expect(tokens.map(({ text }) => text)).toEqual([
    'I',
    "don't",
    'owe',
    "'",
    'them',
    "'",
    '40',
    'EUR',
    ',',
    'Anna',
    '!',
  ]);
  expect(tokens.map(({ kind }) => kind)).toEqual([
    WORD,
    WORD,
    WORD,
    PUNCTUATION,
    WORD,
    PUNCTUATION,
    NUMBER,
    WORD,
    PUNCTUATION,
    WORD,
    PUNCTUATION,
  ]);
  expect(tokens[0]!.casing).toBe(INITIAL);
  expect(tokens[1]!.casing).toBe(LOWER);
  expect(tokens[7]!.casing).toBe(UPPER);
  expect(tokens[1]!.role).toBe(roleNumber('helping'));
  expect(tokens[9]!.role).toBe(0);
});

test('sentences end at . ! ? before a beginning, closing quotes included, and not at abbreviations before small letters', () => {
  expect(read('He said "go." Then he went, e.g. home! Why? (No one knows.) End').sentences).toEqual([
    'He said "go."',
    'Then he went, e.g. home!',
    'Why?',
    '(No one knows.)',
    'End',
  ]);
});

test('a stretch without a sentence end is cut so that spans stay readable', () => {
  const { sentences } = read('word '.repeat(300).trim());
  expect(sentences.length).toBeGreaterThan(2);
  for (const sentence of sentences) expect(sentence.length).toBeLessThanOrEqual(410);
});

test('every function word is found by the hash that reading gives it, in any casing', () => {
  for (const [word, role] of [
    ['the', 'article'],
    ["Don't", 'helping'],
    ['HOWEVER', 'linking'],
    ['i', 'first'],
  ] as const) {
    expect(roleOf(hashWord(word))).toBe(roleNumber(role));
  }
  expect(roleOf(hashWord('zebra'))).toBe(0);
});

test('windows cover any text end to end, in bounded pieces, and never split a surrogate pair', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.constantFrom('a'.repeat(9_001), '😀'.repeat(3_001), 'ab '.repeat(3_000), `${'x'.repeat(3_999)}😀 y`),
  );
  fc.assert(
    fc.property(any, (text) => {
      const reading = new Reading();
      let at = 0;
      let windows = 0;
      while (at < text.length) {
        const next = reading.read(text, at);
        expect(next).toBeGreaterThan(at);
        expect(next - at).toBeLessThanOrEqual(WINDOW);
        const split =
          /[\ud800-\udbff]$/.test(text.slice(at, next)) && /^[\udc00-\udfff]/.test(text.slice(next));
        expect(split).toBe(false);
        for (let i = 0; i < reading.tokens; i++) expect(reading.to[i]).toBeGreaterThan(reading.from[i]!);
        if (next > at) expect(reading.sentenceEnd[reading.sentences - 1]).toBe(next - at);
        at = next;
        windows++;
      }
      expect(windows).toBeLessThanOrEqual(Math.ceil(text.length / (WINDOW / 2)));
    }),
    { numRuns: 150 },
  );
});
