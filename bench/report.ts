/** The report in its three forms: JSON for machines, a table for the terminal, a page for the documentation. */
import type { Figures } from './bench.js';
import type { Machine } from './machine.js';

export interface Report {
  date: string;
  commit: string | null;
  seed: number;
  machine: Machine;
  benches: Record<string, Figures>;
}

/** Nested figures as paths: `embedded.judge.constant.items_per_s`. */
export function flatten(figures: Figures, path = ''): [string, string][] {
  return Object.entries(figures).flatMap(([name, value]): [string, string][] => {
    const place = path === '' ? name : `${path} › ${name}`;
    if (Array.isArray(value)) return [[place, value.join(', ')]];
    if (typeof value === 'object' && value !== null) return flatten(value as Figures, place);
    return [[place, typeof value === 'number' ? value.toLocaleString('en-US') : String(value)]];
  });
}

const machineLine = ({ machine, date, commit, seed }: Report): string =>
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}; ` +
  `load before the run ${machine.loadBefore}; ${date}; commit ${commit ?? 'unknown'}; seed ${seed}`;

export function asTable(report: Report): string {
  const lines = [machineLine(report), ''];
  for (const [name, figures] of Object.entries(report.benches)) {
    const rows = flatten(figures);
    const width = Math.max(...rows.map(([place]) => place.length));
    lines.push(name, ...rows.map(([place, value]) => `  ${place.padEnd(width)}  ${value}`), '');
  }
  return lines.join('\n');
}

export function asPage(report: Report): string {
  const sections = Object.entries(report.benches).map(([name, figures]) => {
    const rows = flatten(figures).map(([place, value]) => `| ${place} | ${value} |`);
    return [`## ${name}`, '', '| figure | value |', '|---|---:|', ...rows, ''].join('\n');
  });
  return [
    '# Benchmarks',
    '',
    'Made by `npm run bench -- --servers --write` from `bench/report.json`; do not edit. Rates are medians over rounds in',
    'which the contestants take turns; `spread` is half the distance between the fastest and the slowest round, as a share',
    'of the median; `cpu_ms` is processor time per operation. `bare` is the least that has to be done: for the pipeline',
    'consuming the same records and writing one document each, for attestations raw jose. Ratios are taken within one run',
    'and carry over to other machines better than rates do.',
    '',
    `Measured on: ${machineLine(report)}.`,
    '',
    ...sections,
  ].join('\n');
}
