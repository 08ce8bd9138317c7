/**
 * The filters a reader can choose. `approved` asks for the account's key and nothing more; `humans` for a vouched
 * account or an attested authenticator (hal 2); `strict` for presence and uniqueness (hal 3). `all` hides nothing.
 */
import type { FilterPolicy, PolicyName } from '../../schemas/attestation.js';

const base = { requireAuthor: true, acceptReformatted: true, maxStatusAgeS: 300 } as const;

export const POLICIES = {
  all: { ...base, minHal: 0, onUnknown: 'label', onStale: 'open' },
  approved: { ...base, minHal: 1, onUnknown: 'hide', onStale: 'closed' },
  humans: { ...base, minHal: 2, onUnknown: 'hide', onStale: 'closed' },
  strict: { ...base, minHal: 3, onUnknown: 'hide', onStale: 'closed' },
} as const satisfies Record<PolicyName, FilterPolicy>;

/** What `verify` holds a token to when no policy is given: bound to text and author, fresh status, any level. */
export const DEFAULT_POLICY: FilterPolicy = { ...base, minHal: 0, onUnknown: 'hide', onStale: 'closed' };
