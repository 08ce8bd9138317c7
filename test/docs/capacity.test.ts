/** docs/capacity.md uses the figures of bench/report.json, and its tables follow from its own model. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const page = readFileSync('docs/capacity.md', 'utf8');
const { benches } = JSON.parse(readFileSync('bench/report.json', 'utf8')) as { benches: unknown };

const rows = (heading: string): string[][] =>
  (page.split(heading)[1] ?? '')
    .split('\n\n')
    .find((block) => block.startsWith('|'))!
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const figure = (path: string): unknown =>
  path.split(' › ').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], benches);

const COSTS = rows('(2 cores, AMD EPYC, Node 20):');
const cost = (path: string): number => figure(path) as number;
const WAY = cost('pipeline › kafka_and_mongo_wire › detector › cpu_ms');
const ENCODER = cost('encoder › onnx › texts of 128 pieces › cpu_ms');
const BUSY = 0.6;
const cores = (rate: number, share: number): number => (rate * (WAY + share * ENCODER)) / 1_000 / BUSY;

describe('docs/capacity.md', () => {
  it.each(COSTS)('%s: %s ms, as the report has it', (_part, ms, path) => {
    expect(Number(ms)).toBe(figure(path as string));
  });

  it('has the rates that the model gives', () => {
    const table = rows('so that a worker that dies or a peak leaves room.');
    expect(table.map(([rate]) => rate)).toEqual(['1', '100', '10,000']);
    for (const [rate = '', ...cells] of table) {
      for (const [at, share] of [0, 0.3, 1].entries()) {
        const said = Number.parseFloat(cells[at] as string);
        const exact = cores(Number(rate.replace(',', '')), share);
        // Two digits are printed.
        expect(Math.abs(said - exact)).toBeLessThanOrEqual(Math.max(0.005, exact * 0.2));
      }
    }
  });

  it('has the core hours of a million that the model gives', () => {
    const hours = (share: number): number => cores(1_000_000, share) / 3_600;
    const [, ...said] =
      /Core hours per million: ([\d.]+) for .*? ([\d.]+) for .*? short posts, ([\d.]+) at share 1/s.exec(
        page,
      ) ?? [];
    expect(said).toHaveLength(3);
    for (const [at, share] of [0, 0.3, 1].entries())
      expect(Math.abs(Number(said[at]) - hours(share))).toBeLessThan(0.06 + hours(share) * 0.02);
  });

  it('says the rate of the server leg as it was measured', () => {
    const rate = cost('pipeline › kafka_and_mongo_wire › detector › per_s');
    expect(page).toContain(`one process reached ${rate} posts/s`);
  });
});
