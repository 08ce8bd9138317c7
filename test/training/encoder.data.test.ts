/**
 * What is served, on labelled texts: first stage and encoder as `assay score` loads them give the figures of the encoder's card on
 * a sample of `valid`, and the out-of-source scores that the cuts stand on belong to the data at hand.
 */
import { expect, test } from '@jest/globals';
import { EncoderCard, loadCard } from '../../detectors/card.js';
import { loadDetector } from '../../detectors/detector.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { readCorpus } from '../../training/corpus.js';
import {
  aurocOf,
  type Figure,
  machines,
  type Point,
  people,
  rateAt,
  rateFigure,
} from '../../training/figures.js';
import { readOutOfSource } from '../../training/out-of-source.js';

const folder = process.env['ASSAY_DATA'];
/** Every so many-th text of the split. */
const EVERY = 7;

(folder ? test : test.skip)(
  'a sample of valid is judged as the card says, within the interval of the sample',
  async () => {
    const card = await loadCard(`${modelFolder()}/encoder`, EncoderCard);
    const rows = readCorpus(folder!).filter(
      ({ split, source }, i) => split === 'valid' && source !== 'spamassassin' && i % EVERY === 0,
    );
    const detector = await loadDetector();
    const judged = await detector.judge(
      rows.map(({ text, kind }) => ({ kind, format: 'text', content: text, contentHash: '' })),
    );
    await detector.close();
    const points = judged.map(({ llr, words }, i): Point => ({ llr, words, machine: rows[i]!.machine }));
    const long = points.filter(({ words }) => words >= card.policy.minWords);
    const { machine, leaning } = card.policy.cuts;
    const said = card['valid'] as Record<string, Figure>;
    const around = (name: string, { interval: [low, high] }: Figure): void => {
      expect(said[name]!.value).toBeGreaterThanOrEqual(low);
      expect(said[name]!.value).toBeLessThanOrEqual(high);
    };
    expect(long.length).toBeGreaterThan(400);
    expect(aurocOf(long)).toBeGreaterThan(0.94);
    around('truePositivesAtMachine', rateFigure(machines(long), machine));
    around('truePositivesAtLeaning', rateFigure(machines(long), leaning!));
    expect(rateAt(machine)(people(long))).toBeLessThanOrEqual(2 * card.policy.budget.falseAlarmRate);
    // Texts that speak clearly for people are not read, and the rest is.
    const read = judged.filter(({ detectors }) => detectors.length === 2).length / judged.length;
    expect(read).toBeGreaterThan(0.2);
    expect(read).toBeLessThan(0.7);
  },
  300_000,
);

(folder ? test : test.skip)(
  'the out-of-source scores are of texts in the data, none of them of the demo’s source',
  () => {
    const rowOf = new Map(readCorpus(folder!).map((row) => [row.id, row]));
    const { scores, origin } = readOutOfSource();
    expect(origin.folds).toHaveLength(5);
    expect(scores.length).toBeGreaterThan(25_000);
    for (const { id, first, encoder, words } of scores) {
      const row = rowOf.get(id);
      expect([id, row?.source ?? 'missing']).not.toEqual([id, 'missing']);
      expect(row!.source).not.toBe('spamassassin');
      expect([first, encoder, words].every(Number.isFinite)).toBe(true);
    }
  },
  180_000,
);
