/**
 * What the browser says it asked for (WebAuthn Level 3, section 5.8.1): type, challenge, origin, and whether a page inside
 * of another page asked. Read strictly, since the author's key signed these bytes and readers differ about odd ones.
 */
import { LIMITS } from '../../../schemas/limits.js';
import { decodeStrict, readJson } from '../../client/token.js';
import { EvidenceRefused } from './refusal.js';

export interface AskedFor {
  /** base64url */
  challenge: string;
  /** Origins whose pages may ask. */
  origins: readonly string[];
}

/** Bytes of a member of a WebAuthn response. @throws {EvidenceRefused} `evidence.malformed`, `evidence.too_large` */
export function bytesOf(value: unknown, what: string): Uint8Array {
  if (typeof value !== 'string') throw new EvidenceRefused('evidence.malformed', `expected ${what} as text`);
  if (value.length > LIMITS.webauthnFieldLength) {
    throw new EvidenceRefused(
      'evidence.too_large',
      `expected ${what} of at most ${LIMITS.webauthnFieldLength} characters`,
    );
  }
  const bytes = decodeStrict(value);
  if (bytes === null || bytes.length === 0)
    throw new EvidenceRefused('evidence.malformed', `expected ${what} in base64url`);
  return bytes;
}

/** @throws {EvidenceRefused} `webauthn.client_data`, `webauthn.type`, `webauthn.challenge`, `webauthn.origin`, `webauthn.cross_origin` */
export function checkClientData(
  bytes: Uint8Array,
  type: 'webauthn.create' | 'webauthn.get',
  { challenge, origins }: AskedFor,
): void {
  const data = readJson(bytes);
  if (data === null)
    throw new EvidenceRefused('webauthn.client_data', 'expected a JSON object without a name twice');
  if (data['type'] !== type) throw new EvidenceRefused('webauthn.type', `expected type ${type}`);
  if (data['challenge'] !== challenge) throw new EvidenceRefused('webauthn.challenge');
  if (typeof data['origin'] !== 'string' || !origins.includes(data['origin'])) {
    throw new EvidenceRefused('webauthn.origin');
  }
  // Our pages stand by themselves; inside of a foreign one an author may not see what is signed.
  const { crossOrigin = false, topOrigin } = data;
  if (crossOrigin !== false || topOrigin !== undefined) throw new EvidenceRefused('webauthn.cross_origin');
}
