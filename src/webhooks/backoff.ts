/** When a delivery is tried again: sooner at first, ever later up to four hours, for a day in all. */
import { LIMITS } from '../../schemas/limits.js';

const FIRST_MS = 5_000;
const GROWTH = 3;
const LONGEST_MS = 4 * 3_600_000;
/** Each pause is drawn from this share below and above itself, so that what failed together does not come back together. */
const JITTER = 0.2;
/** What a receiver may ask for with Retry-After. */
const ASKED_MOST_MS = 3_600_000;

export interface Tried {
  /** Tries so far, 1 or more. */
  tries: number;
  firstTryMs: number;
  nowMs: number;
  /** What the receiver asked us to wait. */
  askedMs?: number;
}

/**
 * About 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, 1 h, 3 h, then every 4 h: thirteen tries in a day.
 * @param random in [0, 1)
 * @returns the instant of the next try, or null when the day is over
 */
export function nextTryMs({ tries, firstTryMs, nowMs, askedMs = 0 }: Tried, random: number): number | null {
  const pauseMs = Math.min(FIRST_MS * GROWTH ** (tries - 1), LONGEST_MS);
  const drawnMs = pauseMs * (1 - JITTER + 2 * JITTER * random);
  const nextMs = nowMs + Math.round(Math.max(drawnMs, Math.min(askedMs, ASKED_MOST_MS)));
  return nextMs - firstTryMs > LIMITS.webhookRetryMs ? null : nextMs;
}

/** Retry-After in milliseconds (RFC 9110 section 10.2.3), 0 where it says nothing. */
export function retryAfterMs(text: string | string[] | undefined, nowMs: number): number {
  if (typeof text !== 'string') return 0;
  const given = text.trim();
  if (/^\d{1,9}$/.test(given)) return Number(given) * 1_000;
  // Date.parse makes an instant of nearly anything; an HTTP date ends in GMT.
  const ms = given.endsWith(' GMT') ? Date.parse(given) - nowMs : 0;
  return Math.max(ms, 0) || 0;
}
