/** Slices of known and of unseen sources, and the measures that are about all of them. */
import type { Headline } from '../evaluation/headline.js';
import type { Evaluation } from '../evaluation/outcome.js';
import type { Slice } from '../evaluation/slices.js';
import { decimal, machineTable, percent, sliceTable, table } from './tables.js';
import { cutsTable } from './ways.js';

const pick = (slices: readonly Slice[], set: Slice['set'], ...by: string[]): Slice[] =>
  slices.filter((slice) => slice.set === set && by.includes(slice.by));

export const sameSection = (
  slices: readonly Slice[],
  minWords: number,
): string => `## Same sources, split valid

${sliceTable('slice', pick(slices, 'same sources', 'whole', 'length'))}

By domain, ${minWords} words and more. The ten domains are those of the data card; mail is separable by period alone: believe its figures least.

${sliceTable('domain', pick(slices, 'same sources', 'domain'))}

By source:

${sliceTable('source', pick(slices, 'same sources', 'source'))}

By generator, those with 50 or more texts of ${minWords} words and more:

${machineTable('generator', pick(slices, 'same sources', 'generator'))}

`;

export const measuresSection = (headline: Headline): string => {
  const { calibration, calibrationBySource, noSigns, calledShort, accusedShort } = headline;
  return `## Probabilities and bands

${table(
  ['measure', 'same sources', 'unseen sources'],
  [
    [
      'calibration error, 15 bins of equal mass, 50+ words',
      decimal(calibration.same),
      decimal(calibration.unseen),
    ],
    ['the same, mean over sources with both classes', '', decimal(calibrationBySource)],
    ['calibration error, 10–49 words', decimal(calibration.short), decimal(calibration.shortUnseen)],
    [
      'machine texts of 50+ words said to show no machine signs',
      percent(noSigns.same),
      percent(noSigns.unseen),
    ],
    ['machine texts of 20–49 words called', percent(calledShort.same), percent(calledShort.unseen)],
    ['human texts of 10–49 words called', percent(accusedShort.same), percent(accusedShort.unseen)],
  ],
)}

![Reliability: said probability against the share of machine texts, 15 bins, for same and unseen sources, long and short texts](evaluation/reliability.svg)

The nearer to the diagonal, the truer the probability. Both classes have the same mass.

![ROC and DET curves for same and unseen sources, long and short texts](evaluation/roc.svg)

`;
};

export const unseenSection = (
  evaluation: Evaluation,
  headline: Headline,
  slices: readonly Slice[],
): string => {
  const { minWords } = evaluation.card.policy;
  return `## Unseen sources (left out in turn)

${sliceTable('slice', pick(slices, 'unseen sources', 'whole', 'length'))}

By source, ${minWords} words and more:

${sliceTable('source', pick(slices, 'unseen sources', 'source'))}

Mean over the sources with 50 or more machine texts: TPR ${percent(headline.caughtUnseen)} at the 1% cut, ${percent(headline.caughtUnseenAtFive)} at the 5% cut.

By domain:

${sliceTable('domain', pick(slices, 'unseen sources', 'domain'))}

By generator, those with 50 or more texts of ${minWords} words and more. The source was left out; other sources may have held texts of the same generator:

${machineTable('generator', pick(slices, 'unseen sources', 'generator'))}

What another cut would do (per cent; nothing is chosen from this table):

${cutsTable(evaluation)}

`;
};
