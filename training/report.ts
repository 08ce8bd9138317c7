/** The evaluation as a page: tables of figures with n and 95% intervals. Pure; no text of anybody is in it. */
import { assistedPart, readAssisted } from './assisted-report.js';
import type { Evaluation, Outcome } from './evaluate.js';
import {
  aurocOf,
  calibrationErrorOf,
  type Figure,
  figure,
  machines,
  type Point,
  people,
  rateAt,
  rateFigure,
} from './figures.js';
import { cutFor } from './metrics.js';

/** Slices with fewer texts are reported, and marked. */
const ENOUGH = 300;

const points = (outcomes: readonly Outcome[]): Point[] =>
  outcomes.map(({ llr, words, row }) => ({ llr, words, machine: row.machine }));

const percent = ({ n, value, interval }: Figure): string =>
  Number.isFinite(value)
    ? `${(100 * value).toFixed(1)} (${(100 * interval[0]).toFixed(1)}–${(100 * interval[1]).toFixed(1)}), n ${n}`
    : '–';

const decimal = ({ n, value, interval }: Figure): string =>
  Number.isFinite(value)
    ? `${value.toFixed(3)} (${interval[0].toFixed(3)}–${interval[1].toFixed(3)}), n ${n}`
    : '–';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function by<Key extends string>(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => Key,
): [Key, Outcome[]][] {
  const groups = new Map<Key, Outcome[]>();
  for (const outcome of outcomes) {
    const group = groups.get(key(outcome));
    if (group === undefined) groups.set(key(outcome), [outcome]);
    else group.push(outcome);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

const LENGTHS: readonly [string, number, number][] = [
  ['10–19', 10, 20],
  ['20–49', 20, 50],
  ['50–99', 50, 100],
  ['100–299', 100, 300],
  ['300+', 300, Number.POSITIVE_INFINITY],
];

/** Detectors side by side: the same documents, and for each the threshold that 1% and 5% of people's texts in calib reach. */
const peerSection = (peers: Evaluation['peers']): string => `## Beside others

Detectors that anyone can install, on the same new texts of known sources (50 words and more). The same rule sets every threshold: 1% and 5%
of people's texts in \`calib\` reach it. The others were trained on other texts; some of these may have been among them.

${table(
  ['detector', 'AUROC', 'TPR at 1%', 'FPR', 'TPR at 5%', 'FPR', 'texts a second'],
  peers.map(({ name, perSecond, valid, people: calib }) => {
    const all = points(valid);
    const [one, five] = [cutFor(calib, 0.01), cutFor(calib, 0.05)];
    return [
      name,
      decimal(figure(all, aurocOf)),
      percent(rateFigure(machines(all), one)),
      percent(rateFigure(people(all), one)),
      percent(rateFigure(machines(all), five)),
      percent(rateFigure(people(all), five)),
      perSecond === null ? 'see benchmarks' : perSecond.toFixed(0),
    ];
  }),
)}

`;

export function evaluationPage(evaluation: Evaluation): string {
  const {
    card,
    firstCard,
    valid,
    unseen,
    attacked,
    demoSource,
    mixed,
    ways,
    curve,
    peers,
    leaks,
    machine,
    date,
  } = evaluation;
  const { cuts, minWords } = card.policy;
  const leaning = cuts.leaning ?? cuts.machine;
  const atFive = rateAt(leaning);
  const long = (outcomes: readonly Outcome[]): Outcome[] => outcomes.filter(({ words }) => words >= minWords);
  const short = (outcomes: readonly Outcome[]): Outcome[] =>
    outcomes.filter(({ words }) => words < minWords && words >= 10);

  /** One row of rates at the two shipped cuts. */
  const rates = (name: string, outcomes: readonly Outcome[]): string[] => {
    const all = points(outcomes);
    return [
      name,
      decimal(figure(all, aurocOf)),
      percent(rateFigure(machines(all), cuts.machine)),
      percent(rateFigure(people(all), cuts.machine)),
      percent(rateFigure(machines(all), leaning)),
      percent(rateFigure(people(all), leaning)),
    ];
  };
  const HEAD = ['slice', 'AUROC', 'TPR at 1% cut', 'FPR at 1% cut', 'TPR at 5% cut', 'FPR at 5% cut'];

  const macro = (cut: number, some = unseen): string => {
    const shares = by(long(some), ({ row }) => row.source)
      .map(([, outcomes]) => machines(points(outcomes)))
      .filter((some) => some.length >= 50)
      .map(rateAt(cut));
    return ((100 * shares.reduce((sum, one) => sum + one, 0)) / shares.length).toFixed(1);
  };
  const share = (some: readonly Point[], cut: number): string => (100 * rateAt(cut)(some)).toFixed(1);
  const worst = (cut: number, some = unseen): string => {
    const shares = by(long(some), ({ row }) => row.source)
      .map(([, outcomes]) => people(points(outcomes)))
      .filter((some) => some.length >= ENOUGH)
      .map(rateAt(cut));
    return (100 * Math.max(...shares)).toFixed(1);
  };
  const noSigns = (outcomes: readonly Outcome[]): string =>
    percent(
      figure(
        machines(points(outcomes)),
        (some) => some.filter(({ llr }) => llr <= cuts.noMachineSigns).length / some.length,
      ),
    );
  const shortCalled = short(valid).filter(({ words }) => words >= 20);
  const nonnative = unseen.filter(({ row, words }) => row.nonnative === true && words >= minWords);
  const sources = by(long(unseen), ({ row }) => row.source);
  const clean = attacked[0]!.outcomes;

  return `# Evaluation of the detector

Made by \`npm run evaluate\` (needs \`ASSAY_DATA\`); \`${firstCard.name}\` ${firstCard.version} (${firstCard.weights.sha256.slice(0, 12)}…) and
\`${card.name}\` ${card.version} (${card.weights.sha256.slice(0, 12)}…) as a cascade: the encoder reads texts from a first-stage llr of ${card.cascade.from.toFixed(2)} on;
${machine}, ${date}. Figures are per cent unless they are AUROC or errors; in brackets the 95% interval (Wilson for rates, bootstrap for
the rest), n the number of texts.
Nothing was fitted here: the cuts are those of the card (llr ${cuts.machine.toFixed(2)} for 1%, ${leaning.toFixed(2)} for 5%, ${cuts.overwhelming.toFixed(2)} for short texts,
${cuts.noMachineSigns.toFixed(2)} for "no machine signs"), the same everywhere.

What the names mean. *Same sources*: other documents of the sources learnt from (split \`valid\`). *Unseen sources*: every source scored by
models trained without it and its kin, in eight folds (first stage) and five (encoder). *1% cut*: the llr from which the band is \`machine\`, set so that
at most 1% of human texts reach it as a mean over unseen sources with 300 or more of them, and at most 4% in each; the 5% cut in the
same way, with 20%. Under ${ENOUGH} texts a figure is reported but proves little.

## Side by side

${table(
  [
    'way',
    'same sources: AUROC, 50+ words',
    'TPR at 1% cut',
    'FPR',
    'TPR at 5% cut',
    'unseen: mean TPR at 1% / 5% cut',
    'unseen: FPR at 1% cut, pooled / worst source',
  ],
  ways.map(({ name, policy, valid: own, unseen: foreign }) => {
    const at = policy.cuts.machine;
    const five = policy.cuts.leaning ?? at;
    const all = points(long(own));
    return [
      name,
      decimal(figure(all, aurocOf)),
      percent(rateFigure(machines(all), at)),
      percent(rateFigure(people(all), at)),
      percent(rateFigure(machines(all), five)),
      `${macro(at, foreign)} / ${macro(five, foreign)}`,
      `${share(people(points(long(foreign))), at)} / ${worst(at, foreign)}`,
    ];
  }),
)}

What the encoder's share costs in quality, when it reads only the texts that the first stage finds most like a machine's (cuts unchanged):

${table(
  ['texts read', 'same sources: TPR at 1% cut', 'FPR', 'unseen: mean TPR at 1% cut', 'FPR pooled'],
  curve.map(({ read, valid: own, unseen: foreign }) => [
    `${100 * read}%`,
    percent(rateFigure(machines(points(long(own))), cuts.machine)),
    percent(rateFigure(people(points(long(own))), cuts.machine)),
    macro(cuts.machine, foreign),
    share(people(points(long(foreign))), cuts.machine),
  ]),
)}

${peers.length === 0 ? '' : peerSection(peers)}## Same sources, split valid

${table(HEAD, [
  rates(`${minWords} words and more`, long(valid)),
  rates(`10–${minWords - 1} words`, short(valid)),
  ...LENGTHS.map(([name, least, most]) =>
    rates(
      `${name} words`,
      valid.filter(({ words }) => words >= least && words < most),
    ),
  ),
  ...by(long(valid), ({ row }) => row.domain).map(([domain, outcomes]) =>
    rates(`${domain}, ${minWords}+`, outcomes),
  ),
])}

The ten domains are those of the data card. Mail is separable by period alone: believe its figures least.

${table(
  ['measure', 'same sources', 'unseen sources'],
  [
    [
      'calibration error, 15 bins of equal mass, 50+ words',
      decimal(figure(points(long(valid)), calibrationErrorOf)),
      decimal(figure(points(long(unseen)), calibrationErrorOf)),
    ],
    [
      'calibration error, 10–49 words',
      decimal(figure(points(short(valid)), calibrationErrorOf)),
      decimal(figure(points(short(unseen)), calibrationErrorOf)),
    ],
    ['machine texts of 50+ words said to show no machine signs', noSigns(long(valid)), noSigns(long(unseen))],
    [
      'machine texts of 20–49 words called',
      percent(rateFigure(machines(points(shortCalled)), cuts.overwhelming)),
      percent(
        rateFigure(machines(points(short(unseen).filter(({ words }) => words >= 20))), cuts.overwhelming),
      ),
    ],
    [
      'human texts of 10–49 words called',
      percent(rateFigure(people(points(short(valid))), cuts.overwhelming)),
      percent(rateFigure(people(points(short(unseen))), cuts.overwhelming)),
    ],
  ],
)}

## Unseen sources (left out in turn), ${minWords} words and more

${table(HEAD, [rates('pooled', long(unseen)), ...sources.map(([source, outcomes]) => rates(source, outcomes))])}

Mean over the sources with 50 or more machine texts: TPR ${macro(cuts.machine)} at the 1% cut, ${macro(leaning)} at the 5% cut.
Pooled, 10–${minWords - 1} words: ${rates('', short(unseen)).slice(1, 2).join('')} AUROC.

What another cut would do (per cent; nothing is chosen from this table):

${table(
  [
    'llr at least',
    'unseen: FPR pooled',
    'unseen: FPR of the worst source',
    'unseen: mean TPR',
    'same sources: FPR',
    'same sources: TPR',
  ],
  [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4].map((cut) => [
    cut.toFixed(1),
    share(people(points(long(unseen))), cut),
    worst(cut),
    macro(cut),
    share(people(points(long(valid))), cut),
    share(machines(points(long(valid))), cut),
  ]),
)}

## People who write in a second language

${table(
  ['slice', 'FPR at 1% cut', 'FPR at 5% cut'],
  [
    [
      'all, scored with their source left out',
      percent(rateFigure(points(nonnative), cuts.machine)),
      percent(rateFigure(points(nonnative), leaning)),
    ],
    ...by(nonnative, ({ row }) => row.source).map(([source, outcomes]) => [
      source,
      percent(rateFigure(points(outcomes), cuts.machine)),
      percent(rateFigure(points(outcomes), leaning)),
    ]),
  ],
)}

## Attacks, split valid, ${minWords} words and more

Each text attacked (seed 11), then read through the canonicaliser. *Added*: human texts at or above the 5% cut, attacked minus clean twin, in points.

${table(
  ['attack', 'TPR at 1% cut', 'FPR at 1% cut', 'FPR at 5% cut', 'added'],
  attacked.map(({ attack, outcomes }) => {
    const added = atFive(people(points(outcomes))) - atFive(people(points(clean)));
    return [
      attack.replace('_', ' '),
      percent(rateFigure(machines(points(outcomes)), cuts.machine)),
      percent(rateFigure(people(points(outcomes)), cuts.machine)),
      percent(rateFigure(people(points(outcomes)), leaning)),
      (100 * added).toFixed(1),
    ];
  }),
)}

## Texts by people that a machine polished

Simplified, polished or expanded by a model from a person's text; neither class was learnt from them. Called \`machine\`: ${percent(rateFigure(points(long(mixed)), cuts.machine))};
at the 5% cut ${percent(rateFigure(points(long(mixed)), leaning))}; said to show no signs of a machine: ${noSigns(long(mixed))}.

${assistedPart(readAssisted())}

## Texts of the demo's source

The mails the demo replays were kept out of training and calibration; those of 50 words and more that stand in the labelled data:
FPR ${percent(rateFigure(people(points(long(demoSource))), cuts.machine))} at the 1% cut, ${percent(rateFigure(people(points(long(demoSource))), leaning))} at the 5% cut.

## Leakage

Of ${leaks.held} texts in valid and calib, ${leaks.sameText} have the same letters and digits as a training text and ${leaks.nearDuplicates} share over half of their
six-word shingles with one; ${leaks.groupsInTwoSplits} groups lie in more than one split.
`;
}
