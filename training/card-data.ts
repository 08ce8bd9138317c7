/** What a model card says of the data: sources with class and licence, and how many texts of each were learnt from. No texts. */
import type { Study } from './study.js';

export interface SourceCount {
  source: string;
  licence: string;
  human: number;
  machine: number;
  added: number;
}

/** Sources in order of name; `added` counts extra texts, crops and attacked forms. */
export function describeData({ rows }: Pick<Study, 'rows'>): SourceCount[] {
  const counts = new Map<string, SourceCount>();
  for (const row of rows) {
    if (row.split !== 'train' && row.split !== 'extra') continue;
    let count = counts.get(row.source);
    if (count === undefined) {
      count = { source: row.source, licence: row.licence, human: 0, machine: 0, added: 0 };
      counts.set(row.source, count);
    }
    if (row.added) count.added++;
    else if (row.machine) count.machine++;
    else count.human++;
  }
  return [...counts.values()].sort((a, b) => (a.source < b.source ? -1 : 1));
}
