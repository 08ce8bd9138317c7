/**
 * What a benchmark is: a name and a run that gives figures. Every comparison is made within one run, against the bare
 * operation that cannot be avoided, because absolute figures of two machines say little about each other.
 */

/** Figures by name, `items_per_s` and the like; nested where one benchmark has several parts. */
export interface Figures {
  readonly [name: string]: number | string | boolean | null | Figures | readonly number[];
}

export interface BenchOptions {
  /** Of everything that is drawn: the same seed gives the same texts. */
  seed: number;
  /** Start Apache Kafka and a Mongo-wire server, and measure over them too. */
  servers: boolean;
  /** For people, on standard error. */
  progress(line: string): void;
}

export interface Bench {
  readonly name: string;
  run(options: BenchOptions): Promise<Figures>;
}

/** Middle value: rounds on a shared machine have outliers in one direction. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Half the distance between the fastest and the slowest round, as a share of the median. */
export const spread = (values: readonly number[]): number =>
  (Math.max(...values) - Math.min(...values)) / 2 / median(values);

/** Three significant digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(3));

/** Times `work` once. @returns operations per second */
export async function rateOf(operations: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (operations * 1_000) / (performance.now() - begun);
}

/**
 * Measures the contestants in turn, round by round, so that a slow minute of the machine hits all of them; the first
 * round warms up and is not counted.
 * @returns operations per second of each, by round
 */
export async function inTurns<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, (round: number) => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const rate = await contestants[name](round);
      if (round > 0) rates[name].push(rate);
    }
  }
  return rates;
}

/** Draws numbers in [0, 1) from a seed (mulberry32). */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
