/**
 * The replay's clock. Half a year of mailing lists becomes two days that end when the demo was first started: idle hours
 * are shortened, order and rhythm within a discussion stay. Letters are spread evenly among the posts.
 */

/** Length of the replay, ms. */
export const SPAN_MS = 48 * 3_600_000;
/** Of the original silence between two posts, no more than this counts. */
const LONGEST_GAP_MS = 2 * 3_600_000;

/** Something with a place on the replay's clock: ms before its end, so 0 or less. */
export type Timed<T> = T & { atMs: number };

/**
 * Begins the replay at an instant: conversations that opened before it come after all others, whole and in their own order.
 */
export function beginAt<T extends { conversationId: string; ms: number }>(
  posts: readonly T[],
  ms: number,
): T[] {
  const opened = new Map<string, number>();
  let last = ms;
  for (const post of posts) {
    opened.set(post.conversationId, Math.min(post.ms, opened.get(post.conversationId) ?? post.ms));
    last = Math.max(last, post.ms);
  }
  const past = last - Math.min(ms, ...opened.values()) + 1;
  return posts.map((post) =>
    opened.get(post.conversationId)! < ms ? { ...post, ms: post.ms + past } : post,
  );
}

/** @param posts in any order, `ms` on the original clock @returns in order of time */
export function replayTimes<T extends { id: string; ms: number }>(posts: readonly T[]): Timed<T>[] {
  const sorted = [...posts].sort((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : 1));
  let clock = 0;
  const clocks = sorted.map(({ ms }, at) => {
    clock += Math.min(ms - (sorted[at - 1]?.ms ?? ms), LONGEST_GAP_MS);
    return clock;
  });
  const scale = clock === 0 ? 0 : SPAN_MS / clock;
  return sorted.map((post, at) => ({ ...post, atMs: Math.round(clocks[at]! * scale) - SPAN_MS }));
}

/** Spreads others evenly among what has its time already. @returns both, in order of time */
export function interleave<A extends { atMs: number }, B>(
  posts: readonly A[],
  others: readonly B[],
): (A | Timed<B>)[] {
  const merged: (A | Timed<B>)[] = [];
  let next = 0;
  for (const [at, post] of posts.entries()) {
    merged.push(post);
    while (next < others.length && ((next + 0.5) * posts.length) / others.length <= at + 1) {
      merged.push({ ...others[next++]!, atMs: post.atMs });
    }
  }
  return merged;
}
