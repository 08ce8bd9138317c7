/**
 * The filters a reader can choose. `approved` asks for the account's key and nothing more; `humans` for a vouched
 * account or an attested authenticator (hal 2); `strict` for presence and uniqueness (hal 3). `all` hides nothing.
 */
import type { FilterPolicy, PolicyName } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';

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
 * @throws {AssayError} `config.invalid` for a member that no policy has: what it was to ask for would not be asked for
 */
export function wholePolicy(...given: readonly (Partial<FilterPolicy> | undefined)[]): FilterPolicy {
  const said = given.flatMap((one) => Object.entries(one ?? {}).filter(([, value]) => value !== undefined));
  const unknown = said.find(([name]) => !Object.hasOwn(DEFAULT_POLICY, name));
  if (unknown !== undefined) {
    const known = Object.keys(DEFAULT_POLICY).join(', ');
    throw new AssayError('config.invalid', `policy: expected ${known}, found ${unknown[0]}`);
  }
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

/**
 * The rules of a named filter, or a reader's own made whole.
 * @throws {AssayError} `config.invalid` for a name that is none of the four, for what is no policy at all, and for a member that no
 *   policy has
 */
export function policyOf(given: PolicyName | Partial<FilterPolicy>): FilterPolicy {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return wholePolicy(given);
  if (typeof given === 'string' && Object.hasOwn(POLICIES, given)) return POLICIES[given];
  const found = typeof given === 'string' ? given : given === null ? 'null' : typeof given;
  const names = Object.keys(POLICIES).join(', ');
  throw new AssayError('config.invalid', `policy: expected ${names} or a policy of your own, found ${found}`);
}
