/** Reads a bounded stretch of one partition, in bounded time. */
import { AssayError } from '../../../schemas/errors.js';
import { pause } from '../../retry.js';
import type { LogRecord } from '../port.js';
import type { Questions } from './questions.js';
import { followTopic, type TailParts } from './tail.js';

/** A reader joins a group first, which takes seconds; a cluster that answers at all has answered by then. */
const PATIENCE_MS = 30_000;

export interface Stretch {
  topic: string;
  partition: number;
  fromOffset: number;
  limit: number;
}

/** @throws {AssayError} `log.unavailable`, also when the records did not come within `patienceMs` */
export async function readStretch(
  parts: TailParts & { questions: Pick<Questions, 'forget' | 'bounds'> },
  { topic, partition, fromOffset, limit }: Stretch,
  patienceMs = PATIENCE_MS,
): Promise<LogRecord[]> {
  const bounds = await parts.questions.bounds(topic);
  const { first, next } = bounds.find((bound) => bound.partition === partition) ?? { first: 0, next: 0 };
  const start = Math.max(first, fromOffset);
  if (start >= next || limit <= 0) return [];
  const found: LogRecord[] = [];
  const enough = new AbortController();
  const onRecords = async (records: readonly LogRecord[]): Promise<void> => {
    const own = records.filter((record) => record.partition === partition);
    for (const record of own) if (found.length < limit) found.push(record);
    if (found.length >= limit || own.some(({ offset }) => offset >= next - 1)) enough.abort();
  };
  // Other partitions are read from their ends, where there is nothing.
  const from = new Map(bounds.map((bound) => [bound.partition, bound.next]));
  const reader = await followTopic(parts, { topic, onRecords }, from.set(partition, start));
  await pause(patienceMs, enough.signal);
  await reader.stop();
  if (!enough.signal.aborted)
    throw new AssayError(
      'log.unavailable',
      `expected records of ${topic} within ${patienceMs} ms, found ${found.length}`,
    );
  return found;
}
