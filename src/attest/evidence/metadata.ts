/**
 * The FIDO metadata blob (Metadata Service 3.0, section 3.1): which models of authenticators there are, which authorities
 * attest them, and what became known of them. A signed JWT whose chain must end at the configured root; nothing is
 * fetched here (`metadata-source.ts` does). Read once; whether it may be used at a time is asked of it each time.
 */
import type { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { compactVerify, importSPKI } from 'jose';
import { AssayError } from '../../../schemas/errors.js';
import { LIMITS } from '../../../schemas/limits.js';
import { readJson, splitStrict } from '../../client/token.js';
import { CHAIN_LENGTH, chainTo, readCertificate, readPem } from './certificates.js';
import { type Model, readModels } from './metadata-models.js';

export interface Metadata {
  /** Serial number; a blob with a lower one than was seen is an old one played again. */
  no: number;
  /** The last instant of the day on which the next blob is due, milliseconds since the epoch. */
  nextUpdateMs: number;
  /** In between all certificates of its signature are valid. */
  fromMs: number;
  untilMs: number;
  /** By AAGUID, lower-case with hyphens. */
  models: ReadonlyMap<string, Model>;
}

export type MetadataStanding = 'current' | 'expired' | 'future';

/** A blob counts until the end of the day its successor is due, and while its certificates are valid; after that it proves nothing. */
export function standingOf({ nextUpdateMs, fromMs, untilMs }: Metadata, atMs: number): MetadataStanding {
  if (atMs < fromMs) return 'future';
  return atMs > nextUpdateMs || atMs > untilMs ? 'expired' : 'current';
}

/** Whose name stands in the certificate that FIDO signs with. */
const FIDO = 'mds.fidoalliance.org';
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

/**
 * Reads a blob and checks its signature.
 * @param rootPem one or more trusted roots
 * @throws {AssayError} `config.invalid`, saying which check failed
 */
export async function readMetadata(blob: string, rootPem: string): Promise<Metadata> {
  const roots = readPem(rootPem);
  if (roots === null) throw refused('the metadata root holds no certificate in PEM');
  const trimmed = blob.trim();
  const parts = trimmed.length > LIMITS.metadataBytes ? null : splitStrict(trimmed);
  const header = parts && readJson(parts[0]);
  if (!parts || !header) throw refused('expected a compact JWS');
  const { alg, typ, x5c } = header;
  if (typ !== undefined && typ !== 'JWT') throw refused('expected typ JWT');
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg))
    throw refused('expected a signature algorithm of RSA or ECDSA');
  if ('crit' in header || 'b64' in header) throw refused('found an extension of JWS');
  const chain = chainOf(x5c, roots);
  try {
    const key = await importSPKI(chain.leaf.publicKey.export({ type: 'spki', format: 'pem' }) as string, alg);
    await compactVerify(trimmed, key, { algorithms: [alg] });
  } catch (cause) {
    throw refused('the signature does not hold', cause);
  }
  const payload = readJson(parts[1]);
  const { no, nextUpdate, entries } = payload ?? {};
  if (!Number.isSafeInteger(no) || (no as number) < 0) throw refused('no is not a serial number');
  if (!Array.isArray(entries)) throw refused('entries are missing');
  return {
    no: no as number,
    nextUpdateMs: endOfDay(nextUpdate),
    fromMs: chain.fromMs,
    untilMs: chain.untilMs,
    models: readModels(entries),
  };
}

function chainOf(x5c: unknown, roots: readonly X509Certificate[]) {
  const listed = Array.isArray(x5c) && x5c.length > 0 && x5c.length <= CHAIN_LENGTH ? x5c : [];
  const certificates = listed.map((each) =>
    typeof each === 'string' ? readCertificate(Buffer.from(each, 'base64')) : null,
  );
  const [leaf] = certificates;
  if (!leaf || certificates.includes(null)) throw refused('x5c is no list of certificates');
  const chain = chainTo(certificates as X509Certificate[], roots);
  if (chain === null) throw refused('the chain does not end at the configured root');
  // A public authority signs for everybody who has a domain, so its root says little without the name.
  if (isPublic(chain.anchor) && leaf.checkHost(FIDO) === undefined) {
    throw refused(`the root is a public authority, and the certificate is not the one of ${FIDO}`);
  }
  return { leaf, ...chain };
}

const publicRoots = new Set(rootCertificates.map((pem) => pem.replace(/\s/g, '')));
const isPublic = (anchor: X509Certificate): boolean => publicRoots.has(anchor.toString().replace(/\s/g, ''));

/** `YYYY-MM-DD` in UTC. */
function endOfDay(date: unknown): number {
  const ms =
    typeof date === 'string' && /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw refused('nextUpdate is not a date');
  return ms + 86_400_000 - 1;
}

const refused = (detail: string, cause?: unknown): AssayError =>
  new AssayError('config.invalid', `The metadata blob cannot be used: ${detail}.`, { cause });
