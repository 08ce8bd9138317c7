/**
 * How long a platform's word counts that an account is an aged, ordinary one (`unq` 1): for a time, and only as long as
 * the key that gave it has been registered ever since. Accounts are sold and keys are stolen; a word is given again by
 * another account proof. Pure.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { PlatformDoc, SubjectDoc } from '../../schemas/store/documents.js';

export type PlatformKeyDoc = PlatformDoc['keys'][number];

type Word = Pick<SubjectDoc, 'unq' | 'vouchedMs' | 'vouchedBy' | 'personUntilMs' | 'personBy'>;

/**
 * `unq` of a subject at `now`: 2 while a credential proves one person and its issuer is trusted still, else what the
 * platform said last, or 0 once that has lapsed.
 */
export function uniquenessOf(
  { unq, vouchedMs, vouchedBy, personUntilMs, personBy }: Word,
  keys: readonly PlatformKeyDoc[],
  now: number,
  isTrusted: (issuer: string) => boolean = () => false,
): number {
  if (personUntilMs && personBy && now < personUntilMs && isTrusted(personBy)) return 2;
  if (unq === 0 || !vouchedMs || !vouchedBy || now - vouchedMs >= LIMITS.vouchedMs) return 0;
  const held = keys.some(({ kid, sinceMs }) => kid === vouchedBy && sinceMs <= vouchedMs);
  return held ? unq : 0;
}

/**
 * The keys of a platform as they are stored when others replace them: one that stays keeps its time, so that words given
 * with it stay good; one that was away in between does not.
 */
export const rollKeys = (
  before: readonly PlatformKeyDoc[],
  after: readonly Omit<PlatformKeyDoc, 'sinceMs'>[],
  now: number,
): PlatformKeyDoc[] =>
  after.map((key) => ({ ...key, sinceMs: before.find(({ kid }) => kid === key.kid)?.sinceMs ?? now }));
