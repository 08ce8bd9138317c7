import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BAND_COUNT, BANDS, BINS, bandOf, FACT_NAMES, type Fact } from '../../../detectors/text/facts.js';
import { FAMILIES, FeatureReader, STYLE_SIZE, styleIndex } from '../../../detectors/text/features.js';
import { BUCKETS } from '../../../detectors/text/grams.js';

const factsOf = (text: string): Record<Fact, number> => {
  const reader = new FeatureReader();
  reader.read(text, 0);
  return Object.fromEntries(FACT_NAMES.map((name, i) => [name, reader.facts[i]!])) as Record<Fact, number>;
};

const occurrences = (text: string) => {
  const reader = new FeatureReader();
  reader.read(text, 0);
  return Object.fromEntries(
    FAMILIES.map((family) => {
      const { bucket, count } = reader.grams[family];
      return [family, [...bucket.slice(0, count)]];
    }),
  ) as Record<(typeof FAMILIES)[number], number[]>;
};

test('n-grams do not see casing of letters, nor which digits stand in a number', () => {
  expect(occurrences('In 1999 WE met.').letters).toEqual(occurrences('in 2024 we met.').letters);
  expect(occurrences('In 1999 WE met.').words).toEqual(occurrences('in 2024 we met.').words);
});

test('grammar n-grams stay the same when a content word is exchanged for one with the same ending', () => {
  const walking = occurrences('She was walking to the station.').grammar;
  expect(occurrences('She was jumping to the nation.').grammar).toEqual(walking);
  expect(occurrences('She was jumping to a nation.').grammar).not.toEqual(walking);
});

test('every family counts its occurrences by sentence', () => {
  const reader = new FeatureReader();
  reader.read('One short sentence. And here is another one.', 0);
  for (const family of FAMILIES) {
    const { sentenceCount, count } = reader.grams[family];
    expect(reader.reading.sentences).toBe(2);
    expect(sentenceCount[0]).toBeGreaterThan(0);
    expect(sentenceCount[0]).toBeLessThan(sentenceCount[1]!);
    expect(sentenceCount[1]).toBe(count);
  }
});

test('style facts count what they are named after', () => {
  const facts = factsOf(
    'However, I like tea, milk, and sugar — you don\'t (really)! Is it "odd"? It is 5: fine... they WAIT; we go',
  );
  expect(facts.numbers).toBeGreaterThan(0);
  expect(facts.linking).toBeGreaterThan(0);
  expect(facts.first).toBeGreaterThan(facts.second);
  expect(facts.contractions).toBeGreaterThan(0);
  expect(facts.triples).toBeGreaterThan(0);
  expect(facts.dashes).toBeGreaterThan(0);
  expect(facts.upperWords).toBeGreaterThan(0);
  expect(facts.ellipses).toBeGreaterThan(0);
  expect(facts.openEnd).toBe(2);
  expect(facts.lowerPronoun).toBe(1);
  expect(factsOf('so i went home.').lowerPronoun).toBe(2);
  expect(factsOf('No pronoun here!').openEnd).toBe(1);
  expect(factsOf('again and again and again and again.').repeatedPairs).toBeGreaterThan(0.4);
  expect(factsOf('!!! ???').wordLength).toBe(0);
});

test('facts are finite and buckets in range for anything', () => {
  const reader = new FeatureReader();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      if (text === '') return;
      reader.read(text, 0);
      for (const value of reader.facts) expect(Number.isFinite(value)).toBe(true);
      for (const family of FAMILIES) {
        const { bucket, count } = reader.grams[family];
        for (let i = 0; i < count; i++) expect(bucket[i]).toBeLessThan(BUCKETS[family]);
        expect(count).toBeLessThanOrEqual(4 * text.length);
      }
    }),
  );
});

test('a fact falls into one bin of its band, and the bins cover all values', () => {
  const edges = new Float32Array(BAND_COUNT * FACT_NAMES.length * (BINS - 1)).map((_, i) => i % (BINS - 1));
  expect(styleIndex(edges, 0, 0, -5)).toBe(0);
  expect(styleIndex(edges, 0, 0, 0.5)).toBe(1);
  expect(styleIndex(edges, 0, 0, 1e9)).toBe(BINS - 1);
  expect(styleIndex(edges, BAND_COUNT - 1, FACT_NAMES.length - 1, 1e9)).toBe(STYLE_SIZE - 1);
});

test('bands of length meet at their edges', () => {
  expect(bandOf(0)).toBe(0);
  BANDS.forEach((edge, i) => {
    expect(bandOf(edge - 1)).toBe(i);
    expect(bandOf(edge)).toBe(i + 1);
  });
});
