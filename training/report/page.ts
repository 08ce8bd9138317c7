/** The evaluation as a page: its sections in order. Pure; no text of anybody is in it. */
import type { Headline } from '../evaluation/headline.js';
import { ENOUGH, type Evaluation } from '../evaluation/outcome.js';
import type { Gate } from '../evaluation/scorecard.js';
import type { Slice } from '../evaluation/slices.js';
import { attacksSection } from './attacks.js';
import { cascadeSection } from './cascade.js';
import { generatorsSection } from './generators.js';
import { labelsSection } from './labels.js';
import { peersSection } from './peers.js';
import { polishedSection, secondLanguageSection } from './people.js';
import { promisesSection } from './promises.js';
import { measuresSection, sameSection, unseenSection } from './sources.js';
import { waysSection } from './ways.js';

export interface Page {
  evaluation: Evaluation;
  headline: Headline;
  slices: readonly Slice[];
  gates: readonly Gate[];
}

const head = ({ card, firstCard, machine, date }: Evaluation): string => `# Evaluation of the detector

Made by \`npm run evaluate\` (needs \`ASSAY_DATA\`); \`${firstCard.name}\` ${firstCard.version} (${firstCard.weights.sha256.slice(0, 12)}…) and
\`${card.name}\` ${card.version} (${card.weights.sha256.slice(0, 12)}…) as a cascade: the encoder reads texts from a first-stage llr of ${card.cascade.from.toFixed(2)} on;
${machine}, ${date}. Figures are per cent unless they are AUROC or errors; in brackets the 95% interval (Wilson for rates, bootstrap for
the rest), n the number of texts. The same figures for machines to read, and to compare a new model with: [evaluation.json](evaluation.json)
(\`npm run evaluate -- --against docs/evaluation.json\` fails when a slice with ${ENOUGH} texts or more got worse than the interval kept there).

`;

const names = ({ card }: Evaluation): string => {
  const { cuts } = card.policy;
  const leaning = cuts.leaning ?? cuts.machine;
  return `## What the names mean

*Same sources*: other documents of the sources learnt from (split \`valid\`). *Unseen sources*: every source scored by
models trained without it and its kin, in eight folds (first stage) and five (encoder). *1% cut*: the llr from which the band is \`machine\`, set so that
at most 1% of human texts reach it as a mean over unseen sources with 300 or more of them, and at most 4% in each; the 5% cut in the
same way, with 20%. Under ${ENOUGH} texts a figure is reported but proves little.
Nothing was fitted here: the cuts are those of the card (llr ${cuts.machine.toFixed(2)} for 1%, ${leaning.toFixed(2)} for 5%, ${cuts.overwhelming.toFixed(2)} for short texts,
${cuts.noMachineSigns.toFixed(2)} for "no machine signs"), the same everywhere.

`;
};

const leakageSection = ({ leaks }: Evaluation): string => `## Leakage

Of ${leaks.held} texts in valid and calib, ${leaks.sameText} have the same letters and digits as a training text and ${leaks.nearDuplicates} share over half of their
six-word shingles with one; ${leaks.groupsInTwoSplits} groups lie in more than one split.
`;

export function evaluationPage({ evaluation, headline, slices, gates }: Page): string {
  const { minWords } = evaluation.card.policy;
  return [
    head(evaluation),
    promisesSection(gates),
    names(evaluation),
    waysSection(evaluation),
    cascadeSection(evaluation.cascade),
    peersSection(evaluation.peers),
    sameSection(slices, minWords),
    measuresSection(headline),
    unseenSection(evaluation, headline, slices),
    generatorsSection(evaluation.leftOut),
    secondLanguageSection(evaluation),
    attacksSection(headline, slices, minWords),
    polishedSection(evaluation),
    labelsSection(evaluation),
    leakageSection(evaluation),
  ].join('');
}
