/** First stage, encoder and cascade side by side; and what other cuts would do. */

import { meanCaught, worstAccused } from '../evaluation/headline.js';
import { type Evaluation, longer, points } from '../evaluation/outcome.js';
import type { Figure } from '../figures.js';
import { aurocOf, figure, machines, people, rateAt, rateFigure } from '../figures.js';
import { decimal, percent, table } from './tables.js';

const plain = (figure: Figure | undefined): string =>
  figure === undefined ? '–' : (100 * figure.value).toFixed(1);

export function waysSection({ card, ways }: Pick<Evaluation, 'card' | 'ways'>): string {
  const { minWords } = card.policy;
  return `## Side by side

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
  [ways.first, ways.full, ways.served].map(({ name, policy, valid, unseen }) => {
    const at = policy.cuts.machine;
    const five = policy.cuts.leaning ?? at;
    const all = points(longer(valid, minWords));
    const foreign = longer(unseen, minWords);
    return [
      name,
      decimal(figure(all, aurocOf)),
      percent(rateFigure(machines(all), at)),
      percent(rateFigure(people(all), at)),
      percent(rateFigure(machines(all), five)),
      `${plain(meanCaught(foreign, at))} / ${plain(meanCaught(foreign, five))}`,
      `${plain(rateFigure(people(points(foreign)), at))} / ${plain(worstAccused(foreign, at)?.figure)}`,
    ];
  }),
)}

`;
}

export function cutsTable({ card, valid, unseen }: Pick<Evaluation, 'card' | 'valid' | 'unseen'>): string {
  const { minWords } = card.policy;
  const own = points(longer(valid, minWords));
  const foreign = longer(unseen, minWords);
  const share = (rate: number): string => (100 * rate).toFixed(1);
  return table(
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
      share(rateAt(cut)(people(points(foreign)))),
      plain(worstAccused(foreign, cut)?.figure),
      plain(meanCaught(foreign, cut)),
      share(rateAt(cut)(people(own))),
      share(rateAt(cut)(machines(own))),
    ]),
  );
}
