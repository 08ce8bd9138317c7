/**
 * What a document costs each stage, measured in this process: processor time (all threads), not wall time, so that other work on
 * the machine moves it little. The encoder reads past its cache.
 */
import { canonicalise } from '../../detectors/canonical/canonicalise.js';
import type { Both } from '../encoder/both.js';
import type { Row } from '../study.js';
import type { Costs } from './cascade.js';

/** Documents of each class that the encoder is timed on, evenly spread over those given. */
const TIMED = 120;
/** Seconds of processor time that the first stage is timed for. */
const FIRST_SECONDS = 2;

const seconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/** Evenly spread ones. */
function spread<Item>(items: readonly Item[], n: number): Item[] {
  const step = Math.max(1, items.length / n);
  return Array.from({ length: Math.min(n, items.length) }, (_, i) => items[Math.floor(i * step)]!);
}

export async function measureCosts(
  both: Both,
  rows: readonly Pick<Row, 'text' | 'kind' | 'machine'>[],
): Promise<Costs> {
  const some = [false, true].map((machine) =>
    spread(
      rows.filter((row) => row.machine === machine),
      TIMED,
    ),
  );
  const mixed = some.flat();
  const read = (): void => {
    for (const { text, kind } of mixed) both.first(canonicalise(text, { kind }).text);
  };
  read();
  let documents = 0;
  const started = process.cpuUsage();
  while (seconds(started) < FIRST_SECONDS) {
    read();
    documents += mixed.length;
  }
  const first = seconds(started) / documents;
  const encoder: number[] = [];
  for (const texts of some.map((rows) => rows.map(({ text }) => text))) {
    await both.encode(texts.slice(0, 8));
    const began = process.cpuUsage();
    await both.encode(texts);
    encoder.push(seconds(began) / texts.length);
  }
  return { first, encoder: { human: encoder[0]!, machine: encoder[1]! } };
}
