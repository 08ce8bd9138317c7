/**
 * The places a verdict points at are those it rests on, on machine texts of `valid`: without the first of them the llr falls, and
 * further than without another stretch of the same length.
 */
import { expect, test } from '@jest/globals';
import { loadDetector } from '../../detectors/detector.js';
import { readCorpus } from '../../training/corpus.js';
import { seeded, shuffle } from '../../training/random.js';
import { faithfulness } from './faithfulness.js';

const folder = process.env['ASSAY_DATA'];
const TEXTS = 150;

(folder ? test : test.skip)(
  'without the first place the llr falls, and in seven of ten comparisons further than without another stretch',
  async () => {
    const texts = readCorpus(folder!)
      .filter(({ split, machine }) => split === 'valid' && machine)
      .map(({ text }) => text)
      .filter((text) => text.length >= 500 && text.length <= 2_500);
    const order = Uint32Array.from(texts.keys());
    shuffle(order, seeded(5));
    const detector = await loadDetector();
    const some = [...order.subarray(0, TEXTS)].map((i) => texts[i]!);
    const found = await faithfulness(detector, some, 6);
    await detector.close();
    process.stderr.write(`faithfulness ${JSON.stringify(found)}\n`);
    expect(found.texts).toBeGreaterThan(TEXTS / 2);
    expect(found.won).toBeGreaterThan(0.7);
    expect(found.fell).toBeGreaterThan(0.85);
    expect(found.fall.place).toBeGreaterThan(1.5 * found.fall.other);
  },
  900_000,
);
