/**
 * Traces spans of the canonical text back to the text as it was received. The canonicaliser keeps one list of edits per
 * pass; replaying them over two arrays of offsets costs linear time and happens only when spans are asked for.
 */

/** Edits of one pass: `at` holds start, end pairs into a text of `before` units, `put` what stands there afterwards. */
export interface Edits {
  before: number;
  at: readonly number[];
  put: readonly string[];
}

/** Projects spans of the canonical text onto the received text; both in UTF-16 units, [start, end). */
export interface OffsetMap {
  /** @returns the smallest received span that covers canonical [start, end); an empty span stays empty */
  toReceived(start: number, end: number): [number, number];
}

/**
 * @param length UTF-16 units of the received text
 * @param history edits of each pass, oldest first
 */
export function traceOffsets(length: number, history: readonly Edits[]): OffsetMap {
  if (history.length === 0) {
    return { toReceived: (start, end) => [Math.min(start, length), Math.min(Math.max(start, end), length)] };
  }
  let arrays: { from: Int32Array; to: Int32Array } | undefined;
  return {
    toReceived(start, end) {
      arrays ??= replay(length, history);
      const { from, to } = arrays;
      if (from.length === 0) return [0, 0];
      const first = Math.min(Math.max(start, 0), from.length - 1);
      const last = Math.min(Math.max(end, start) - 1, from.length - 1);
      const begin = from[first]!;
      return last < first ? [begin, begin] : [begin, Math.max(begin, to[last]!)];
    },
  };
}

function replay(length: number, history: readonly Edits[]): { from: Int32Array; to: Int32Array } {
  let from: Int32Array = Int32Array.from({ length }, (_, i) => i);
  let to: Int32Array = Int32Array.from({ length }, (_, i) => i + 1);
  for (const { before, at, put } of history) {
    const grown = put.reduce((sum, text, i) => sum + text.length - (at[2 * i + 1]! - at[2 * i]!), before);
    const nextFrom = new Int32Array(grown);
    const nextTo = new Int32Array(grown);
    let read = 0;
    let write = 0;
    for (let i = 0; i <= put.length; i++) {
      const start = i < put.length ? at[2 * i]! : before;
      nextFrom.set(from.subarray(read, start), write);
      nextTo.set(to.subarray(read, start), write);
      write += start - read;
      if (i === put.length) break;
      const end = at[2 * i + 1]!;
      // Inserted text stands for the whole stretch it replaced; a pure insertion points at the place between.
      const begin = start < before ? from[start]! : (to[before - 1] ?? 0);
      const finish = end > start ? to[end - 1]! : begin;
      nextFrom.fill(begin, write, write + put[i]!.length);
      nextTo.fill(finish, write, write + put[i]!.length);
      write += put[i]!.length;
      read = end;
    }
    from = nextFrom;
    to = nextTo;
  }
  return { from, to };
}
