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

/**
 * A reader's own policy made whole, later ones over earlier ones. What is left out, undefined or not one of the values is
 * at least as strict as the default, so that a slip of the pen never opens a filter.
 */
export function wholePolicy(...given: readonly (Partial<FilterPolicy> | undefined)[]): FilterPolicy {
  const said = given.flatMap((one) => Object.entries(one ?? {}).filter(([, value]) => value !== undefined));
  const policy: FilterPolicy = { ...DEFAULT_POLICY, ...Object.fromEntries(said) };
  return {
    ...policy,
    // Nothing is less or more than NaN, which would let everything through.
    minHal: Number.isNaN(Number(policy.minHal)) ? POLICIES.strict.minHal : policy.minHal,
    maxStatusAgeS: Number.isNaN(Number(policy.maxStatusAgeS)) ? base.maxStatusAgeS : policy.maxStatusAgeS,
    requireAuthor: policy.requireAuthor !== false,
    onUnknown: policy.onUnknown === 'label' ? 'label' : 'hide',
    onStale: policy.onStale === 'open' ? 'open' : 'closed',
  };
}
