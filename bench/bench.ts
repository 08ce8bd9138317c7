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

/** One round of one contestant. */
export interface Round {
  /** Operations per second of wall time: falls when other processes want the cores. */
  perS: number;
  /** Milliseconds of processor time per operation, all threads of this process: hardly falls then. */
  cpuMs: number;
}

/** Times `work` once. */
export async function timed(operations: number, work: () => Promise<unknown>): Promise<Round> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await work();
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { perS: (operations * 1_000) / elapsed, cpuMs: (user + system) / 1_000 / operations };
}

/**
 * Measures the contestants in turn, round by round, so that a slow minute of the machine hits all of them; the first
 * round warms up and is not counted.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, () => Promise<Round>>>,
): Promise<Record<Name, Round[]>> {
  const names = Object.keys(contestants) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Record<Name, Round[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const one = await contestants[name]();
      if (round > 0) measured[name].push(one);
    }
  }
  return measured;
}

const rates = (rounds: readonly Round[]): number[] => rounds.map(({ perS }) => perS);

/**
 * Medians of a contestant, and what it is beside the bare operation in the same rounds.
 * @param bare rounds of the least that has to be done
 */
export function beside(rounds: readonly Round[], bare: readonly Round[]): Figures {
  const perS = median(rates(rounds));
  const cpuMs = median(rounds.map((round) => round.cpuMs));
  const bareCpuMs = median(bare.map((round) => round.cpuMs));
  return {
    per_s: rounded(perS),
    bare_per_s: rounded(median(rates(bare))),
    ratio_to_bare: rounded(perS / median(rates(bare))),
    cpu_ms: rounded(cpuMs),
    cpu_ratio_to_bare: rounded(bareCpuMs / cpuMs),
    spread: rounded(spread(rates(rounds))),
  };
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
