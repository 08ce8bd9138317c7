/** Detectors side by side: the same documents, and for each the threshold that 1% and 5% of people's texts in calib reach. */
import { type Evaluation, points } from '../evaluation/outcome.js';
import { aurocOf, figure, machines, people, rateFigure } from '../figures.js';
import { cutFor } from '../metrics.js';
import { decimal, percent, table } from './tables.js';

export function peersSection(peers: Evaluation['peers']): string {
  if (peers.length === 0) return '';
  return `## Beside others

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
}
