/** The shipped model on the labelled texts: its card says what it does, and the machine cut accuses no more people than it says. */
import { expect, test } from '@jest/globals';
import { loadModel } from '../../detectors/card.js';
import { NOT_PROSE } from '../../detectors/decide.js';
import { loadDetector } from '../../detectors/detector.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { calibrate } from '../../detectors/text/calibration.js';
import { Scorer } from '../../detectors/text/scorer.js';
import { unpackModel } from '../../detectors/text/weights.js';
import { readCorpus, readLines } from '../../training/corpus.js';
import { aurocOf, type Figure, machines, type Point, people, rateAt } from '../../training/figures.js';

const folder = process.env['ASSAY_DATA'];

(folder ? test : test.skip)(
  'English prose is taken for English prose: hardly a labelled text is left unjudged',
  async () => {
    const texts = readCorpus(folder!).filter(({ split }) => split === 'valid');
    const detector = await loadDetector({ detector: 'first-stage' });
    const judged = await detector.judge(
      texts.map(({ text, kind }) => ({ kind, format: 'text', content: text, contentHash: '' })),
    );
    const left = judged.filter(({ languageCovered, symbols }) => {
      return !languageCovered || symbols.some(({ name }) => name === NOT_PROSE);
    });
    expect(texts.length).toBeGreaterThan(9_000);
    expect(left.length / texts.length).toBeLessThan(0.005);
    const foreign = [...readLines(folder!)].filter(({ lang, words }) => lang !== 'en' && words >= 20);
    const others = await detector.judge(
      foreign.map(({ text }) => ({ kind: 'post', format: 'text', content: text, contentHash: '' })),
    );
    expect(others.filter(({ languageCovered }) => languageCovered).length / others.length).toBeLessThan(0.01);
  },
  180_000,
);

(folder ? test : test.skip)(
  'AUROC and rates on valid are those of the card, within their intervals, and false alarms within the budget',
  async () => {
    const { card, weights } = await loadModel(`${modelFolder()}/first-stage`);
    const scorer = new Scorer(unpackModel(weights)!);
    const points = readCorpus(folder!)
      .filter(({ split, source }) => split === 'valid' && source !== 'spamassassin')
      .map(({ text, machine }): Point => {
        const { z, shape } = scorer.score(text);
        return { llr: calibrate([z], shape.words, card.calibration).llr, words: shape.words, machine };
      });
    const long = points.filter(({ words }) => words >= card.policy.minWords);
    const said = card['valid'] as Record<string, Figure>;
    const within = (name: string, value: number): void => {
      const [low, high] = said[name]!.interval;
      expect(value).toBeGreaterThanOrEqual(low - 1e-4);
      expect(value).toBeLessThanOrEqual(high + 1e-4);
    };
    expect(long.length).toBeGreaterThan(3_000);
    within('auroc', aurocOf(points));
    within('aurocLong', aurocOf(long));
    within('truePositivesAtMachine', rateAt(card.policy.cuts.machine)(machines(long)));
    within('falsePositivesAtMachine', rateAt(card.policy.cuts.machine)(people(long)));
    expect(rateAt(card.policy.cuts.machine)(people(long))).toBeLessThanOrEqual(
      card.policy.budget.falseAlarmRate,
    );
    expect(rateAt(card.policy.cuts.leaning!)(people(long))).toBeLessThanOrEqual(0.05);
  },
  180_000,
);
