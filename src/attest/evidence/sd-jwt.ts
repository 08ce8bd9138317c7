/**
 * An SD-JWT in its compact form taken apart (RFC 9901 section 4): issuer-signed JWT, disclosures, and the holder's
 * signature over both. Strict like our own tokens: one spelling for everything, no name twice in any JSON. Nothing here
 * looks at a signature.
 */
import { createHash } from 'node:crypto';
import { LIMITS } from '../../../schemas/limits.js';
import { decodeStrict, readJson, readJsonArray, splitStrict } from '../../client/token.js';
import { EvidenceRefused } from './refusal.js';

export interface Jws {
  /** As it was signed, with its signature. */
  compact: string;
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
}

export interface Disclosure {
  /** As it stands in the presentation; this is what is hashed. */
  encoded: string;
  /** Null for an element of an array. */
  name: string | null;
  value: unknown;
}

export interface SdJwt {
  issued: Jws;
  disclosures: readonly Disclosure[];
  /** Null without key binding. */
  binding: Jws | null;
  /** What the holder signs the hash of: everything up to and with the last tilde. */
  bound: string;
}

/** Hash algorithms for digests (RFC 9901 section 4.1.1) by their names in Node. */
const HASHES: ReadonlyMap<unknown, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** @throws {EvidenceRefused} `evidence.too_large`, `sd_jwt.malformed`, `sd_jwt.disclosure` */
export function splitSdJwt(presentation: string): SdJwt {
  if (presentation.length > LIMITS.credentialLength) {
    throw new EvidenceRefused('evidence.too_large', `expected at most ${LIMITS.credentialLength} characters`);
  }
  const parts = presentation.split('~');
  if (parts.length < 2) throw refused('expected an issuer-signed JWT followed by ~');
  if (parts.length - 2 > LIMITS.disclosures) {
    throw new EvidenceRefused('evidence.too_large', `expected at most ${LIMITS.disclosures} disclosures`);
  }
  const last = parts.pop()!;
  const [first, ...disclosures] = parts as [string, ...string[]];
  return {
    issued: readJws(first),
    disclosures: disclosures.map(readDisclosure),
    binding: last === '' ? null : readJws(last),
    bound: `${parts.join('~')}~`,
  };
}

function readJws(compact: string): Jws {
  const parts = splitStrict(compact);
  const header = parts && readJson(parts[0]);
  const payload = parts && readJson(parts[1]);
  if (!header || !payload) throw refused('expected a compact JWS with JSON objects, no name twice');
  return { compact, header, payload };
}

/** [salt, name, value] of a member, [salt, value] of an element (RFC 9901 sections 4.2.1 and 4.2.2). */
function readDisclosure(encoded: string): Disclosure {
  const bytes = encoded === '' ? null : decodeStrict(encoded);
  const array = bytes && readJsonArray(bytes);
  if (!array || typeof array[0] !== 'string' || array.length < 2 || array.length > 3) {
    throw new EvidenceRefused('sd_jwt.disclosure', 'expected [salt, name, value] or [salt, value]');
  }
  if (array.length === 2) return { encoded, name: null, value: array[1] };
  const [, name, value] = array;
  if (typeof name !== 'string' || name === '_sd' || name === '...' || name === '_sd_alg') {
    throw new EvidenceRefused('sd_jwt.disclosure', 'found a name that no claim may have');
  }
  return { encoded, name, value };
}

/** The digest of a text under the hash that the issuer chose. @throws {EvidenceRefused} `sd_jwt.digest` for one that is not known */
export function digester({ payload }: Jws): (text: string) => string {
  const { _sd_alg = 'sha-256' } = payload;
  const algorithm = HASHES.get(_sd_alg);
  if (algorithm === undefined)
    throw new EvidenceRefused('sd_jwt.digest', 'expected sha-256, sha-384 or sha-512');
  return (text) => createHash(algorithm).update(text, 'latin1').digest('base64url');
}

const refused = (detail: string) => new EvidenceRefused('sd_jwt.malformed', detail);
