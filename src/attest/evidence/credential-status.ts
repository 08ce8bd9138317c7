/**
 * Whether a credential was taken back (Token Status List, RFC 9901's `status` claim by way of SD-JWT VC section 3.2.2.2):
 * the list it names, signed by its own issuer's status keys. Other makers' lists have 1, 2, 4 or 8 bits an entry; every
 * value but 0 is a credential that does not count now. The lists themselves are somebody else's to get.
 */
import { type CryptoKey, compactVerify } from 'jose';
import { LIMITS } from '../../../schemas/limits.js';
import { inflateList, STATUS_LIST_TYPE, statusValue } from '../../client/status-list.js';
import { readJson, splitStrict } from '../../client/token.js';
import type { KnownCredentialIssuer } from './credential-trust.js';
import { EvidenceRefused } from './refusal.js';

/** A signed list by its address, or null when it cannot be had. */
export type StatusLists = (uri: string) => Promise<string | null>;

/** @throws {EvidenceRefused} `sd_jwt.status` for a credential that was taken back, or of which that is not known */
export async function checkCredentialStatus(
  status: unknown,
  issuer: KnownCredentialIssuer,
  lists: StatusLists,
  nowS: number,
): Promise<void> {
  if (status === undefined) return;
  const { status_list } = asObject(status);
  const { idx, uri } = asObject(status_list);
  if (!Number.isSafeInteger(idx) || (idx as number) < 0 || typeof uri !== 'string' || !URL.canParse(uri)) {
    throw refused('found a kind of status that is not known');
  }
  if (!issuer.statusOrigins.has(new URL(uri).origin))
    throw refused('the list lies where this issuer has none');
  const jwt = await lists(uri);
  if (jwt === null) throw refused('the list cannot be had');
  const value = await readEntry(jwt, uri, idx as number, { issuer, nowS });
  if (value !== 0) throw refused(value === null ? 'the list does not hold' : 'the credential was taken back');
}

async function readEntry(
  jwt: string,
  uri: string,
  idx: number,
  { issuer, nowS }: { issuer: KnownCredentialIssuer; nowS: number },
): Promise<number | null> {
  const parts = jwt.length > LIMITS.statusListTextBytes ? null : splitStrict(jwt.trim());
  const { typ, kid, crit } = (parts && readJson(parts[0])) ?? {};
  if (!parts || typ !== STATUS_LIST_TYPE || crit !== undefined) return null;
  if (!(await signedByOne(jwt.trim(), kid, issuer.statusKeys))) return null;
  const { sub, iat, exp, status_list } = readJson(parts[1]) ?? {};
  if (sub !== uri || typeof iat !== 'number' || iat > nowS + LIMITS.evidenceSkewS) return null;
  // A list without an end counts as long as one of ours may at most.
  const end = Math.min(
    typeof exp === 'number' ? exp : Number.POSITIVE_INFINITY,
    iat + LIMITS.statusListLifeS,
  );
  if (end + LIMITS.evidenceSkewS <= nowS) return null;
  const { bits, lst } = asObject(status_list);
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) return null;
  const bytes = typeof lst === 'string' ? await inflateList(lst) : null;
  return bytes && statusValue(bytes, bits, idx);
}

/** Whether one of some keys signed: the one that is named, or any of these few where the name is the issuer's own. */
export async function signedByOne(
  compact: string,
  kid: unknown,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<boolean> {
  const named = typeof kid === 'string' ? keys.get(kid) : undefined;
  for (const key of named === undefined ? keys.values() : [named]) {
    const holds = await compactVerify(compact, key, { algorithms: ['ES256'] }).then(
      () => true,
      () => false,
    );
    if (holds) return true;
  }
  return false;
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const refused = (detail: string) => new EvidenceRefused('sd_jwt.status', detail);
