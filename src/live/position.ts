/**
 * A position of the live stream: the next offset of every partition, as the text that stands in an SSE `id`. Readers
 * carry it around and never look into it (design section 6).
 */
import { AssayError } from '../../schemas/errors.js';

/** Next offset by partition: partition n at index n. */
export type Offsets = readonly number[];

/** First kept and next offset of each partition, as `Log.bounds` gives them. */
export type Bounds = readonly { partition: number; first: number; next: number }[];

const VERSION = '1';
const OFFSET = /^[0-9a-z]{1,10}$/;
/** More partitions than a topic of ours may have are no position of ours. */
const MAX_PARTITIONS = 1_024;

export const encodePosition = (offsets: Offsets): string =>
  [VERSION, ...offsets.map((offset) => offset.toString(36))].join('.');

/** @throws {AssayError} `request.cursor` when the text is no position */
export function decodePosition(text: string): number[] {
  const [version, ...parts] = text.split('.', MAX_PARTITIONS + 2);
  const offsets = parts.map((part) => (OFFSET.test(part) ? Number.parseInt(part, 36) : Number.NaN));
  const known = version === VERSION && offsets.length > 0 && offsets.length <= MAX_PARTITIONS;
  if (!known || !offsets.every(Number.isSafeInteger)) throw new AssayError('request.cursor');
  return offsets;
}

/**
 * Where to begin.
 * @param position a position, `now`, or `earliest` for all that the log still keeps
 * @throws {AssayError} `request.cursor` for a position of another log; `stream.expired` when records after it are gone
 */
export function startingOffsets(bounds: Bounds, position: string): number[] {
  const ordered = [...bounds].sort((a, b) => a.partition - b.partition);
  if (position === 'now') return ordered.map(({ next }) => next);
  if (position === 'earliest') return ordered.map(({ first }) => first);
  const offsets = decodePosition(position);
  if (offsets.length > ordered.length) throw new AssayError('request.cursor');
  return ordered.map(({ first, next }, at) => {
    // A partition that was added later is read from its beginning.
    const offset = offsets[at] ?? first;
    if (offset > next) throw new AssayError('request.cursor');
    if (offset < first) throw new AssayError('stream.expired');
    return offset;
  });
}
