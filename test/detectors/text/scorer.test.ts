import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BAND_COUNT, BINS, FACT_NAMES } from '../../../detectors/text/facts.js';
import { FAMILIES, FeatureReader, OFFSET, TERM, TOTAL } from '../../../detectors/text/features.js';
import { BUCKETS } from '../../../detectors/text/grams.js';
import { Reading } from '../../../detectors/text/reading.js';
import { PARTS, Scorer } from '../../../detectors/text/scorer.js';
import { MODEL_BYTES, packModel, unpackModel } from '../../../detectors/text/weights.js';
import { testWeights } from '../model.js';

const model = unpackModel(testWeights())!;
const scorer = new Scorer(model);

const SENTENCES = [
  'I went to the market early in the morning, because I wanted to buy fresh bread.',
  'The baker asked how my mother was doing.',
  'We talked for a while about the weather and the price of flour!',
  'Then I carried everything home through the rain.',
  'Would you have waited for the bus?',
  'My sister says that she would have.',
];

test('weights survive packing to within one step of each family, outliers held', () => {
  const weight = new Float32Array(TOTAL);
  for (let i = 0; i < 5_000; i++) weight[i] = Math.sin(i);
  weight[5_000] = 1_000;
  weight[OFFSET.style] = 0.125;
  const edges = new Float32Array(BAND_COUNT * FACT_NAMES.length * (BINS - 1)).fill(2);
  const bytes = packModel(weight, -0.5, edges);
  expect(bytes.length).toBe(MODEL_BYTES);
  const unpacked = unpackModel(bytes)!;
  expect(unpacked.bias).toBe(-0.5);
  expect(unpacked.style[0]).toBe(0.125);
  expect(unpacked.edges).toEqual(edges);
  const { letters, scale } = unpacked;
  for (let i = 0; i < 5_000; i++)
    expect(Math.abs((letters[i]! >> 8) * scale.letters - weight[i]!)).toBeLessThan(scale.letters);
  expect(letters[5_000]! >> 8).toBe(127);
});

test('the score is what the definition says: term weights over their length, family by family', () => {
  const text = SENTENCES.join(' ');
  const { parts } = scorer.score(text);
  const reader = new FeatureReader();
  reader.read(text, 0);
  for (const family of FAMILIES) {
    const counts = new Map<number, number>();
    const { bucket, count } = reader.grams[family];
    for (let i = 0; i < count; i++) counts.set(bucket[i]!, (counts.get(bucket[i]!) ?? 0) + 1);
    let sum = 0;
    let squares = 0;
    for (const [at, n] of counts) {
      sum += (model[family][at]! >> 8) * TERM[n]!;
      squares += TERM[n]! ** 2;
    }
    const expected = (sum / Math.sqrt(squares)) * model.scale[family];
    expect(parts[PARTS.indexOf(family)]).toBeCloseTo(expected, 9);
  }
});

test('parts and bias sum to the score, and sentences share the n-grams of it', () => {
  const { z, parts, sentences } = scorer.score(SENTENCES.join(' '), true);
  expect(parts.reduce((sum, part) => sum + part, model.bias)).toBeCloseTo(z, 9);
  expect(sentences).toHaveLength(SENTENCES.length);
  const shared = sentences.reduce((sum, { share }) => sum + share, 0);
  expect(shared).toBeCloseTo(parts[0]! + parts[1]! + parts[2]!, 9);
  expect(sentences[1]!.start).toBe(SENTENCES[0]!.length);
});

test('asking for sentences does not change the score, nor does what was scored before', () => {
  const text = SENTENCES.join(' ');
  const before = scorer.score(text).z;
  scorer.score('x y z '.repeat(9_000));
  expect(scorer.score(text, true).z).toBe(before);
});

test('with the sentence that speaks loudest taken out the n-grams say less, in most texts even with weights drawn at random', () => {
  // Over many texts, as a sentence also changes the length of the term vector and the style facts.
  let fell = 0;
  let texts = 0;
  fc.assert(
    fc.property(fc.shuffledSubarray(SENTENCES, { minLength: 4 }), (chosen) => {
      const text = chosen.join(' ');
      const { parts, sentences } = scorer.score(text, true);
      const grams = parts[0]! + parts[1]! + parts[2]!;
      const loudest = sentences.reduce((best, one) => (one.share > best.share ? one : best));
      const rest = (text.slice(0, loudest.start) + text.slice(loudest.end)).trim();
      const without = scorer.score(rest).parts;
      texts++;
      if (without[0]! + without[1]! + without[2]! < grams) fell++;
    }),
    { numRuns: 100, seed: 4 },
  );
  expect(fell / texts).toBeGreaterThan(0.75);
});

test('a long text is judged as its windows are on average, each by its words', () => {
  const text = `${SENTENCES.join(' ')} `.repeat(40).trim();
  const reading = new Reading();
  let sum = 0;
  let words = 0;
  let windows = 0;
  for (let start = 0; start < text.length; windows++) {
    const next = reading.read(text, start);
    sum += scorer.score(text.slice(start, next)).z * reading.words;
    words += reading.words;
    start = next;
  }
  const { z, shape } = scorer.score(text);
  expect(windows).toBeGreaterThan(2);
  expect(shape.words).toBe(words);
  expect(z).toBeCloseTo(sum / words, 9);
});

test('work is bounded by the input: at most nine n-grams a unit, whatever the text', () => {
  const texts = [
    'a',
    'a '.repeat(50_000),
    '!'.repeat(100_000),
    'x'.repeat(100_000),
    'ab, '.repeat(25_000),
    '😀'.repeat(50_000),
  ];
  for (const text of texts) {
    const { steps, shape } = scorer.score(text);
    expect(steps).toBeLessThanOrEqual(9 * text.length);
    expect(shape.units).toBe(text.length);
  }
});

test('bytes of another length or kind are no model', () => {
  expect(unpackModel(new Uint8Array(10))).toBeNull();
  expect(unpackModel(new Uint8Array(MODEL_BYTES))).toBeNull();
  expect(BUCKETS.letters + BUCKETS.words + BUCKETS.grammar).toBeLessThan(MODEL_BYTES);
});
