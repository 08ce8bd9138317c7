/**
 * What the badge says of a verifier's result, word for word (design section 6). Pure, so that the words can be tested
 * without a browser. At hal 1, and wherever nothing was proven, the words "human" and "verified" stand nowhere.
 */
import type { FeedReason, Levels, NotProven, VerifyResult } from '../../schemas/attestation.js';
import { filterFeed, SENTENCES } from './feed.js';
import { labelOf } from './levels.js';
import { isResult } from './result-shape.js';

/**
 * How the badge looks. `unchecked`: nothing can be said yet; `account`: a key of the account signed, which earns no
 * tick, as that reads as "verified"; `present`: somebody confirmed; `broken`: the attestation does not hold here.
 */
export type BadgeState = 'unchecked' | 'none' | 'account' | 'present' | 'stale' | 'broken';

export interface BadgeWords {
  state: BadgeState;
  /** What stands on the badge. */
  label: string;
  /** Sentences that are shown when it is opened, in order. */
  details: string[];
  /** What is not proven; shown with what is. */
  notProven: string[];
}

const NOT_PROVEN: Readonly<Record<NotProven, string>> = {
  composed: 'Who or what composed the words.',
  unique: 'That there is one account to one owner.',
  uncoerced: 'That nobody pressed the author to approve.',
};
const ALL: readonly NotProven[] = ['composed', 'unique', 'uncoerced'];

/** Short words for an attestation that does not hold, by the reason the feed filter gives. */
const BROKEN = {
  forged: 'attestation not valid',
  expired: 'attestation expired',
  other_account: 'attestation of another account',
  edited: 'attestation of another text',
  reused: 'attestation used elsewhere',
  revoked: 'attestation revoked',
  suspended: 'attestation suspended',
  superseded: 'attestation replaced',
} as const;

/**
 * @param result of `verify`; null where the post carries no token; undefined, or what is no result, before anything was verified
 * @param platform its name as readers know it
 */
export function badgeWords(result: VerifyResult | null | undefined, platform: string): BadgeWords {
  if (result === null) {
    return {
      state: 'none',
      label: 'no attestation',
      details: [SENTENCES.no_token, 'That says nothing about the author: most texts carry none.'],
      notProven: [],
    };
  }
  if (isResult(result)) return wordsOf(result, platform);
  return {
    state: 'unchecked',
    label: 'attestation not checked',
    details: ['Nothing has been checked yet.'],
    notProven: [],
  };
}

/** A reader's wish for more, or for newer, does not change what the token proves; so everything is judged as `all` does. */
function wordsOf(result: VerifyResult, platform: string): BadgeWords {
  const { reason, sentence } = filterFeed([{ id: '', result }], 'all')[0]!;
  const notProven = (result.lvl === null ? ALL : result.notProven).map((code) => NOT_PROVEN[code]);
  const details = [sentence, ...asOf(result)];
  if (reason in BROKEN) {
    return { state: 'broken', label: BROKEN[reason as keyof typeof BROKEN], details, notProven };
  }
  if (UNTIED.has(reason) || reason === 'status_unknown' || result.lvl === null) {
    const what = UNTIED.has(reason)
      ? 'not checked against this text and account'
      : 'not checked for revocation';
    return { state: 'unchecked', label: `attestation ${what}`, details, notProven };
  }
  const proven = provenWords(result.lvl, platform);
  return {
    state: result.stale ? 'stale' : stateOf(result.lvl),
    label: result.stale ? `${proven.label} (status not fresh)` : proven.label,
    details: [...proven.details, ...details, ...wishOf(result)],
    notProven,
  };
}

/** Nothing ties the attestation to what is shown. */
const UNTIED = new Set<FeedReason>(['unchecked', 'uncertain']);

function stateOf({ prs }: Levels): BadgeState {
  if (prs === 0) return 'none';
  return prs === 1 ? 'account' : 'present';
}

function provenWords(lvl: Levels, platform: string): { label: string; details: string[] } {
  const vouched = `account vouched for by ${platform}`;
  const key = 'A key that belongs to the account signed this text.';
  const device =
    'A device whose maker is known signed this text, after its user had confirmed with a finger, face or PIN.';
  const owner = {
    0: [],
    1: [`${platform} has known the account for a while and says so.`],
    2: ['The account belongs to the holder of a personhood credential.'],
    3: ['The owner of the account has proven in person who they are.'],
  }[lvl.unq as 0 | 1 | 2 | 3];
  switch (labelOf(lvl)) {
    case 'approved_by_account_key':
      return { label: "approved by the account's key", details: [key] };
    case 'account_vouched':
      return { label: vouched, details: [key, ...owner] };
    case 'presence_attested':
      return { label: 'confirmed in person on a known device', details: [device] };
    case 'presence_and_uniqueness':
      return {
        label: `confirmed in person on a known device, ${lvl.unq === 1 ? vouched : 'owner proven'}`,
        details: [device, ...owner],
      };
    default:
      return { label: 'attested without a key', details: ['No key signed this text.'] };
  }
}

const asOf = ({ statusAsOf }: VerifyResult): string[] =>
  statusAsOf === null ? [] : [`Status as of ${statusAsOf.slice(0, 16).replace('T', ' ')} UTC.`];

const wishOf = ({ errors }: VerifyResult): string[] =>
  errors.includes('policy.hal') ? [SENTENCES.below_minimum] : [];
