/**
 * Filters a feed: for each item keep, hide or label, with the one reason that decided. Pure; the verdicts of
 * `verify` go in. Only here can a reused token be seen: one `verify` looks at one item.
 */
import type {
  FeedLabel,
  FeedReason,
  FilterPolicy,
  PolicyName,
  VerifyError,
  VerifyResult,
} from '../../schemas/attestation.js';
import { labelOf } from './levels.js';
import { type Place, placeOf } from './place.js';
import { policyOf } from './policy.js';
import type { Verifier } from './verify.js';

/** An item with what `verify` said of its token; `result: null` when it carries none. */
export interface JudgedItem {
  id: string;
  result: VerifyResult | null;
}

export interface FeedDecision {
  id: string;
  action: 'keep' | 'hide' | 'label';
  reason: FeedReason;
  sentence: string;
  /** What may be shown beside a kept item. */
  label: FeedLabel;
  hal: number | null;
}

/** Plain words for each reason; the words "human" and "verified" never stand beside a mere key. */
export const SENTENCES: Readonly<Record<FeedReason, string>> = {
  meets_policy: 'The attestation holds for this text and this account.',
  reformatted: 'The attestation holds for the same words; the formatting differs.',
  no_token: 'There is no attestation.',
  unchecked: 'Text or author was not given, so the attestation could not be tied to them.',
  forged: 'The attestation is not a valid token of a trusted issuer.',
  expired: 'The attestation is outside its time of validity.',
  other_account: 'The attestation belongs to another account.',
  edited: 'The attestation belongs to another text: it was edited or swapped.',
  uncertain: 'The HTML can be shown in other ways than it reads, so it was not held against the attestation.',
  reused: 'The same attestation already stands on another item.',
  revoked: 'The attestation was revoked.',
  suspended: 'The attestation is suspended.',
  superseded: 'The attestation was replaced by a newer one.',
  status_unknown: 'Whether the attestation still stands could not be found out.',
  stale: 'Whether the attestation still stands is known only from an old list.',
  below_minimum: 'The attestation proves less than this filter asks for.',
};

/** The first failure in this order is the reason; several may apply. */
const FAILURES: readonly (readonly [FeedReason, readonly VerifyError[]])[] = [
  ['expired', ['token.expired', 'token.not_yet_valid']],
  [
    'forged',
    [
      'token.too_large',
      'token.malformed',
      'token.header',
      'token.unknown_key',
      'token.signature',
      'token.claims',
      'token.issuer',
      'token.audience',
      'token.levels',
      'status.origin',
      'status.key',
      'status.index',
    ],
  ],
  ['other_account', ['author.different']],
  ['edited', ['content.different']],
  ['revoked', ['status.revoked']],
  ['suspended', ['status.suspended']],
  ['superseded', ['status.superseded']],
  ['uncertain', ['content.uncertain']],
  ['reused', ['token.reused']],
];

/** What keeps a token from being valid without speaking against it; the rules below decide on these. */
const OPEN = new Set<VerifyError>([
  'author.unchecked',
  'content.unchecked',
  'content.reformatted',
  'status.unavailable',
  'status.stale',
  'policy.hal',
]);

/**
 * Decides each item in the order given. Of several items with one token that holds for each, the first is judged on its
 * merits and the others are `reused`; a copy that does not hold never takes the original's place.
 * @param policy a named filter, or one of the reader's own
 * @throws {AssayError} `config.invalid` for what is no policy
 */
export function filterFeed(items: readonly JudgedItem[], policy: PolicyName | FilterPolicy): FeedDecision[] {
  const rules = policyOf(policy);
  const holders = new Map<string, string>();
  return items.map(({ id, result }) => {
    const reason = reasonFor(id, result, rules, holders);
    const kept = reason === 'meets_policy' || (reason === 'reformatted' && rules.acceptReformatted);
    const accepted = kept || (reason === 'stale' && rules.onStale === 'open');
    // A token that nothing ties to the item earns it neither label nor level, also where the reader does not mind.
    const remarked = accepted || (reason === 'unchecked' && !mustBeTied(rules));
    return {
      id,
      action: kept ? 'keep' : remarked ? 'label' : refuse(reason, rules),
      reason,
      sentence: reason === 'unchecked' ? uncheckedSentence(result!) : SENTENCES[reason],
      label: accepted && result?.lvl ? labelOf(result.lvl) : 'none',
      hal: accepted ? (result?.hal ?? null) : null,
    };
  });
}

function reasonFor(
  id: string,
  result: VerifyResult | null,
  rules: FilterPolicy,
  holders: Map<string, string>,
): FeedReason {
  if (result === null) return 'no_token';
  const failure = FAILURES.find(([, codes]) => codes.some((code) => result.errors.includes(code)));
  if (failure) return failure[0];
  // A later verifier may know failures that this library does not: none of them is a pass.
  if (result.errors.some((code) => !OPEN.has(code))) return 'forged';
  const untied = result.author === 'unchecked' || result.content === 'unchecked';
  if (untied && mustBeTied(rules)) return 'unchecked';
  // What nothing ties to its item may be a copy, and never takes the place of what is tied to one.
  const place = untied ? `unchecked ${result.jti}` : result.jti!;
  const holder = holders.get(result.jti!) ?? holders.get(place);
  if (holder !== undefined && holder !== id) return 'reused';
  holders.set(place, id);
  if (result.status === 'unknown') return 'status_unknown';
  if (result.stale && rules.onStale === 'closed') return 'stale';
  if (result.content === 'reformatted' && !rules.acceptReformatted) return 'reformatted';
  if ((result.hal ?? 0) < rules.minHal) return 'below_minimum';
  if (untied) return 'unchecked';
  if (result.stale) return 'stale';
  return result.content === 'reformatted' ? 'reformatted' : 'meets_policy';
}

/** From hal 2 on a filter speaks of people: what was not held against text and author never passes it. */
const mustBeTied = ({ requireAuthor, minHal }: FilterPolicy): boolean => requireAuthor || minHal >= 2;

/** Which of the two was not checked, so that nobody takes the attestation for more than it is here. */
function uncheckedSentence({ author, content }: VerifyResult): string {
  if (author === 'unchecked' && content === 'unchecked') return SENTENCES.unchecked;
  const what = author === 'unchecked' ? 'account' : 'text';
  return `The ${what} was not checked: the attestation may be that of another one.`;
}

const UNKNOWN = new Set<FeedReason>(['no_token', 'unchecked', 'status_unknown']);

/** A filter without a minimum hides nothing. An unchecked item never passes for a person's. */
function refuse(reason: FeedReason, { minHal, onUnknown }: FilterPolicy): 'hide' | 'label' {
  if (minHal === 0) return 'label';
  if (reason === 'unchecked' && minHal >= 2) return 'hide';
  return UNKNOWN.has(reason) ? onUnknown : 'hide';
}

/** An item of a feed as a platform has it; the time and the policy are the caller's, whatever the item says of them. */
export interface FeedItem extends Place {
  id: string;
  attestation?: string | null;
}

/**
 * Verifies every item's token under the policy, then filters.
 * @throws {AssayError} `config.invalid` for what is no policy, and for an unfit trust list
 */
export async function judgeFeed(
  verifier: Verifier,
  items: readonly FeedItem[],
  policy: PolicyName | FilterPolicy,
): Promise<FeedDecision[]> {
  const rules = policyOf(policy);
  const judged = await Promise.all(
    items.map(async (item) => ({
      id: item.id,
      result:
        item.attestation === undefined || item.attestation === null
          ? null
          : await verifier.verify(item.attestation, { ...placeOf(item), policy: rules }),
    })),
  );
  return filterFeed(judged, rules);
}
