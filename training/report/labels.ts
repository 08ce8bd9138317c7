/** Labels that models which had not seen the source contradict, counted per source. */
import { contradicted, countBySource } from '../evaluation/contradicted.js';
import { type Evaluation, longer } from '../evaluation/outcome.js';
import { table } from './tables.js';

/** Sources shown; the rest is summed up. */
const SHOWN = 12;

export function labelsSection({ card, ways }: Pick<Evaluation, 'card' | 'ways'>): string {
  const outcomes = longer(ways.full.unseen, card.policy.minWords);
  const listed = contradicted(outcomes);
  const counts = countBySource(outcomes, listed);
  const share = ({ n, contradicted }: { n: number; contradicted: number }): string =>
    n === 0 ? '–' : `${contradicted} of ${n}`;
  return `## Labels in doubt

Texts that look like the other class at least as much as that class does on average, to models that had not seen their source (confident
learning): ${listed.filter(({ machine }) => !machine).length} of people and ${listed.filter(({ machine }) => machine).length} of machines, of ${outcomes.length}. A contradicted label is not a wrong one: hard texts look the same, and
nothing is dropped for it. The strongest are listed by id in [label-noise.json](../training/label-noise.json) (\`node scripts/run.js training/label-noise.ts\`). By share:

${table(
  ['source', "people's labels contradicted", "machines' labels contradicted"],
  counts
    .filter(({ people, machines }) => people.contradicted + machines.contradicted > 0)
    .slice(0, SHOWN)
    .map(({ source, people, machines }) => [source, share(people), share(machines)]),
)}

`;
}
