/**
 * The issuer as the rest of the service holds it: its name, keys, status lists and a verifier that knows it. Opened once
 * at start; the acts (enrol, challenge, issue, change a status) are functions over it, one file each.
 */
import type { FilterPolicy, TrustedIssuer, TrustList } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { createVerifier, type Verifier } from '../client/html.js';
import type { Fetch } from '../client/index.js';
import type { Context } from '../context.js';
import { type Keys, openKeys } from './keys.js';
import { openSeal, type Seal } from './seal.js';
import { STATUS_LIST_SIZE, StatusPublisher } from './status-publisher.js';

export interface IssuerOptions {
  /** The issuer's name in tokens: the origin under which this service is reached, at most 64 ASCII characters. */
  iss: string;
  /** Operator's secret that seals keys at rest. */
  secret: string;
  /** WebAuthn relying party: domain, shown name, origins whose pages may ask for a signature. */
  rp: { id: string; name: string; origins: readonly string[] };
  /** Other issuers whose tokens this service accepts, and the (guarded) way to reach their lists. */
  trust?: TrustList;
  fetch?: Fetch;
  policy?: Partial<FilterPolicy>;
  /** Entries of a new status list. */
  statusListSize?: number;
}

export interface Issuer {
  readonly iss: string;
  readonly rp: IssuerOptions['rp'];
  readonly keys: Keys;
  readonly seal: Seal;
  readonly lists: StatusPublisher;
  readonly verifier: Verifier;
  readonly collections: Context['collections'];
  readonly clock: Context['clock'];
}

/** What the issuer's endpoints need of the running service. */
export interface AttestContext extends Pick<Context, 'collections' | 'clock'> {
  issuer: Issuer;
}

/** The verifier asks the local publisher again after this many seconds, so that another process's revocation is seen. */
const LOCAL_LIST_AGE_S = 2;

/**
 * Opens keys and lists; creates them on first start.
 * @throws {AssayError} `attest.key_locked` when the secret is another one than at first start, `config.invalid` for a name that no token could carry
 */
export async function openIssuer(
  context: Pick<Context, 'collections' | 'clock'>,
  options: IssuerOptions,
): Promise<Issuer> {
  const { collections, clock } = context;
  if (!/^[\x21-\x7e]{1,64}$/.test(options.iss) || new URL(options.iss).origin !== options.iss) {
    throw new AssayError(
      'config.invalid',
      `expected an origin of at most 64 characters, found ${options.iss}`,
    );
  }
  const seal = await openSeal(collections.meta, options.secret);
  const keys = await openKeys(collections.signingKeys, seal, clock);
  const size = options.statusListSize ?? STATUS_LIST_SIZE;
  const lists = new StatusPublisher(options.iss, keys, collections, clock, size);
  const own = trustedIssuer(options.iss, keys, ['*']);
  const elsewhere = options.trust?.issuers.filter(({ iss }) => iss !== options.iss) ?? [];
  const verifier = createVerifier({
    trust: { issuers: [own, ...elsewhere] },
    policy: options.policy,
    maxListAgeS: LOCAL_LIST_AGE_S,
    fetch: (url, init) => lists.fetch(url) ?? options.fetch?.(url, init) ?? notReachable(),
    clock,
  });
  return { iss: options.iss, rp: options.rp, keys, seal, lists, verifier, collections, clock };
}

const notReachable = () => Promise.resolve(new Response(null, { status: 404 }));

/** The issuer as others put it in their trust lists. */
export const trustedIssuer = (iss: string, keys: Keys, audiences: string[]): TrustedIssuer => ({
  iss,
  audiences,
  token_keys: keys.token.publicKeys,
  status_keys: keys.status.publicKeys,
  status_origins: [iss],
});
