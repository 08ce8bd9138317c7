/** How long ago something was, by a clock that may have been set back since. */

/** How far a clock may have been set back before what it wrote down counts for nothing. */
const SET_BACK_MS = 60_000;

/**
 * Milliseconds since then; for ever when it lies ahead, or a clock once wrong would keep a removed key, or an old list,
 * fresh for years.
 */
export const since = (then: number, now: number): number =>
  then > now + SET_BACK_MS ? Number.POSITIVE_INFINITY : now - then;
