/**
 * What an attestation says, in the words of design section 6. hal 1 is the account's key and nothing about a person: the
 * words "human" and "verified" never stand beside it. A detector's band is another fact and is never mixed in.
 */
import type { FeedLabel, NotProven } from '../../schemas/attestation.js';
import type { ItemDoc } from '../../schemas/store/documents.js';

/** Label of an attestation that holds. @param platform whose word is meant where an account is vouched for */
export function labelInWords(label: FeedLabel, platform: string): string {
  switch (label) {
    case 'none':
      return 'Attestation without a key of the account';
    case 'approved_by_account_key':
      return 'Approved by the account’s key';
    case 'account_vouched':
      return `Approved by the account’s key; account vouched for by ${platform}`;
    case 'presence_attested':
      return 'Presence attested by a certified authenticator';
    case 'presence_and_uniqueness':
      return 'Presence attested by a certified authenticator; account vouched for';
  }
}

/** What was known of an item's attestation when it came in, for lists. */
export function halInWords({ attestation, hal }: Pick<ItemDoc, 'attestation' | 'hal'>): string {
  if (attestation === null) return 'No attestation';
  if (hal < 0) return 'Attestation does not hold';
  if (hal === 0) return 'Attestation without a key of the account';
  if (hal === 1) return 'Approved by the account’s key';
  return `Attested, level ${hal} of 3`;
}

const NOT_PROVEN: Readonly<Record<NotProven, string>> = {
  composed: 'who or what composed the words',
  unique: 'that one person holds only one account',
  uncoerced: 'that nobody stood behind the author',
};

/** "It does not prove who or what composed the words, …" */
export const notProvenInWords = (codes: readonly NotProven[]): string =>
  `It does not prove ${codes.map((code) => NOT_PROVEN[code]).join(', nor ')}.`;
