/**
 * Quotas of issuance: so many attestations of one author in a day, of one platform in an hour, in windows of UTC. One
 * guarded increment decides, so that no number of requests at once gets more. A nonce that was redeemed before costs nothing,
 * nor does what is refused: what was counted is given back.
 */
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { SubjectDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';

/** Attestations of one author in a day, and of one platform in an hour. */
export interface Quotas {
  perAuthorDay: number;
  perPlatformHour: number;
}

export const DEFAULT_QUOTAS: Quotas = {
  perAuthorDay: LIMITS.attestationsPerAuthorDay,
  perPlatformHour: LIMITS.attestationsPerPlatformHour,
};

const HOUR_MS = 3_600_000;

/**
 * Counts one attestation of the author and of the platform.
 * @returns gives both back, for what is not issued after all
 * @throws {AssayError} `attest.quota` with the seconds until the window ends; nothing is counted then
 */
export async function takeQuota(
  context: Pick<Context, 'collections' | 'clock'> & { quotas: Quotas },
  { _id, tenant, aud }: Pick<SubjectDoc, '_id' | 'tenant' | 'aud'>,
): Promise<() => Promise<void>> {
  const author = await take(context, ['author', _id], context.quotas.perAuthorDay, 24 * HOUR_MS);
  try {
    const platform = await take(context, ['platform', tenant, aud], context.quotas.perPlatformHour, HOUR_MS);
    return async () => {
      await giveBack(context, author);
      await giveBack(context, platform);
    };
  } catch (error) {
    await giveBack(context, author);
    throw error;
  }
}

/** @param counter as {@link take} returned it */
async function giveBack({ collections }: Pick<Context, 'collections'>, counter: string): Promise<void> {
  await collections.quotas.update(counter, { inc: { count: -1 } }, { guard: { count: { gt: 0 } } });
}

/** @returns the counter that was raised */

async function take(
  { collections, clock }: Pick<Context, 'collections' | 'clock'>,
  whose: readonly string[],
  limit: number,
  windowMs: number,
): Promise<string> {
  const now = clock();
  const window = Math.floor(now / windowMs);
  const expiresMs = (window + 1) * windowMs;
  const counter = hashId('quota', ...whose, window);
  const outcome = await collections.quotas.update(
    counter,
    { inc: { count: 1 }, setOnInsert: { expiresMs } },
    { guard: { count: { lt: limit } }, upsert: true },
  );
  if (outcome.did !== 'unmatched') return counter;
  throw new AssayError('attest.quota', `expected at most ${limit} attestations`, {
    retryAfterS: Math.ceil((expiresMs - now) / 1000),
  });
}
