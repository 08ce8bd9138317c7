/** Texts of people whom a detector must not wrong: second-language writers, the demo's source, those a machine polished. */

import { noSignsOf } from '../evaluation/headline.js';
import { by, type Evaluation, longer, type Outcome, points } from '../evaluation/outcome.js';
import { people, rateFigure } from '../figures.js';
import { assistedPart, readAssisted } from './assisted.js';
import { percent, table } from './tables.js';

export function secondLanguageSection({ card, unseen }: Pick<Evaluation, 'card' | 'unseen'>): string {
  const { cuts, minWords } = card.policy;
  const some = longer(unseen, minWords).filter(({ row }) => row.nonnative === true && !row.machine);
  const row = (name: string, outcomes: readonly Outcome[]): string[] => [
    name,
    percent(rateFigure(points(outcomes), cuts.machine)),
    percent(rateFigure(points(outcomes), cuts.leaning ?? cuts.machine)),
  ];
  return `## People who write in a second language

${table(
  ['slice', 'FPR at 1% cut', 'FPR at 5% cut'],
  [
    row('all, scored with their source left out', some),
    ...by(some, ({ row }) => row.source).map(([source, outcomes]) => row(source, outcomes)),
  ],
)}

`;
}

export function polishedSection({
  card,
  mixed,
  demoSource,
}: Pick<Evaluation, 'card' | 'mixed' | 'demoSource'>): string {
  const { cuts, minWords } = card.policy;
  const leaning = cuts.leaning ?? cuts.machine;
  const polished = longer(mixed, minWords);
  const demo = people(points(longer(demoSource, minWords)));
  return `## Texts by people that a machine polished

Simplified, polished or expanded by a model from a person's text; neither class was learnt from them. Called \`machine\`: ${percent(rateFigure(points(polished), cuts.machine))};
at the 5% cut ${percent(rateFigure(points(polished), leaning))}; said to show no signs of a machine: ${percent(noSignsOf(polished, cuts.noMachineSigns))}.

${assistedPart(readAssisted())}

## Texts of the demo's source

The mails the demo replays were kept out of training and calibration; those of 50 words and more that stand in the labelled data:
FPR ${percent(rateFigure(demo, cuts.machine))} at the 1% cut, ${percent(rateFigure(demo, leaning))} at the 5% cut.

`;
}
