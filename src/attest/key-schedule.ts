/**
 * When a signing key is published, signs, and is no longer needed: pure functions of the stored keys and the time. A key
 * is published a cache age before it signs, signs until its successor does, and stays published until the last thing it
 * signed has ended. Nothing has to run at the right moment for this: every process reads the same from the same keys.
 */
import type { SigningKeyDoc } from '../../schemas/store/documents.js';
import { TOKEN_LIFE_S } from '../client/verify.js';

/**
 * Milliseconds a key is published before it signs: the day for which a verifier keeps the keys of an issuer it cannot
 * reach, and an hour for the caches on the way.
 */
export const PUBLISHED_AHEAD_MS = 25 * 3_600_000;
/** Seconds a status list may be used. */
export const LIST_LIFE_S = 24 * 3_600;
/** Clocks may differ by so much, twice: the issuer's and the verifier's. */
const SKEW_MS = 2 * 60_000;

/** Milliseconds until the last thing signed with a key of a set has ended. */
const LIFE_MS = { token: TOKEN_LIFE_S * 1000 + SKEW_MS, status: LIST_LIFE_S * 1000 + SKEW_MS } as const;

export type KeyRole = 'next' | 'signs' | 'verifies' | 'ended' | 'compromised';

export interface ScheduledKey {
  key: SigningKeyDoc;
  role: KeyRole;
  /** When it signs no more, and when it is published no more; null while that is open. Milliseconds since the epoch. */
  signsUntilMs: number | null;
  publishedUntilMs: number | null;
}

/** The keys of one set with what each of them does at `now`, the one that signs longest first. At most one signs. */
export function scheduleOf(keys: readonly SigningKeyDoc[], now: number): ScheduledKey[] {
  const ordered = [...keys].sort((a, b) => b.signsFromMs - a.signsFromMs || (a._id < b._id ? 1 : -1));
  let successorMs: number | null = null;
  return ordered.map((key) => {
    const { state, use, retiredMs, signsFromMs: from } = key;
    const ends = [successorMs, retiredMs].filter((each): each is number => each !== null);
    const signsUntilMs = ends.length === 0 ? null : Math.max(from, Math.min(...ends));
    const publishedUntilMs = signsUntilMs === null ? null : signsUntilMs + LIFE_MS[use];
    // A key that was given up before its time never took over.
    if (retiredMs === null || retiredMs > from) successorMs = from;
    if (state === 'compromised') return { key, role: 'compromised', signsUntilMs, publishedUntilMs };
    const role = (): KeyRole => {
      if (publishedUntilMs !== null && now >= publishedUntilMs) return 'ended';
      if (state === 'active' && now < from) return 'next';
      return state === 'active' && (signsUntilMs === null || now < signsUntilMs) ? 'signs' : 'verifies';
    };
    return { key, role: role(), signsUntilMs, publishedUntilMs };
  });
}

const PUBLISHED = new Set<KeyRole>(['next', 'signs', 'verifies']);

/** The key that signs at `now`, if any. */
export const signingKey = (schedule: readonly ScheduledKey[]): SigningKeyDoc | null =>
  schedule.find(({ role }) => role === 'signs')?.key ?? null;

/** The keys that are published at `now`: the next one, the one that signs, and those whose signatures still count. */
export const publishedKeys = (schedule: readonly ScheduledKey[]): SigningKeyDoc[] =>
  schedule.filter(({ role }) => PUBLISHED.has(role)).map(({ key }) => key);
