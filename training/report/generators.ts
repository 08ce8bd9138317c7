/** Families of generators that the first stage had not learnt from, beside the model that had. */
import type { LeftOutGenerators } from '../left-out-generators.js';
import { decimal, percent, table } from './tables.js';

export function generatorsSection(left: LeftOutGenerators | null): string {
  if (left === null) return '';
  const mean = (of: 'known' | 'unknown'): string => {
    const some = left.families.filter((family) => family[of].truePositives.n >= 50);
    return (
      (100 * some.reduce((sum, family) => sum + family[of].truePositives.value, 0)) /
      some.length
    ).toFixed(1);
  };
  return `## Generators left out in turn (first stage)

For every family of generators a first stage learns from the texts of all others, and judges the family's texts from other documents
(valid and calib). The sources stay known, so this is what a new model costs, not a new place. *Knows it*: a model trained the same way
on every family. Each model's cut is the score that 1% of people's texts of 50 words and more in \`calib\` reach. Trained on the balanced part
alone, without crops: compare the columns with each other, not with the tables above. Made by \`${left.command}\`.

${table(
  [
    'family',
    'texts left out',
    'knows it: TPR at 1%',
    'has not seen it: TPR at 1%',
    'FPR, valid',
    'knows it: AUROC, 10+ words',
    'has not seen it: AUROC',
  ],
  left.families.map(({ family, leftOut, known, unknown }) => [
    family,
    String(leftOut),
    percent(known.truePositives),
    percent(unknown.truePositives),
    percent(unknown.falsePositives),
    decimal(known.auroc),
    decimal(unknown.auroc),
  ]),
)}

Mean over the families with 50 or more texts: TPR ${mean('known')} when the family is known, ${mean('unknown')} when it is not.

`;
}
