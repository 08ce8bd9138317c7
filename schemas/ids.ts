/**
 * Deterministic identifiers. The same input always gives the same id, so a redelivered record, a restarted worker or
 * another engine writes the same documents again instead of new ones (design section 4 and 5).
 */
import { createHash } from 'node:crypto';

/**
 * SHA-256 over length-prefixed UTF-8 fields, so that no two field lists share an encoding; base64url of the first 18
 * bytes (144 bit, 24 characters): collisions are out of reach and the id stays readable in a URL.
 * @param domain short tag that separates kinds of ids
 */
export function hashId(domain: string, ...fields: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const field of [domain, ...fields]) {
    const bytes = Buffer.from(String(field), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('base64url').slice(0, 24);
}

export const ITEM_KINDS = ['post', 'email'] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** Id of an item: hash(tenant, kind, platform, external id). */
export const itemId = (tenant: string, kind: ItemKind, platform: string, externalId: string): string =>
  hashId('item', tenant, kind, platform, externalId);

/** Hash of what is judged: the received text (posts) or raw bytes (mail), and the format it came in. */
export const contentHash = (format: 'text' | 'html' | 'raw', content: string | Buffer): string =>
  createHash('sha256')
    .update(`${format}\0`)
    .update(typeof content === 'string' ? Buffer.from(content, 'utf8') : content)
    .digest('base64url');

/** Why a verdict was made. `ingest` and `delete` have an empty cause id: one per version and content, whatever was redelivered. */
export type CauseKind = 'ingest' | 'rescore' | 'promote' | 'finding' | 'withdraw' | 'delete';

/** Verdict id = hash(item id, version, content hash, cause kind, cause id). */
export const verdictId = (
  item: string,
  version: number,
  content: string,
  causeKind: CauseKind,
  causeId = '',
): string => hashId('verdict', item, version, content, causeKind, causeId);

/** Evidence id = hash(item id, version, content hash, detector set). `detectorSet` names every detector with its version. */
export const evidenceId = (item: string, version: number, content: string, detectorSet: string): string =>
  hashId('evidence', item, version, content, detectorSet);
