/**
 * The issuer as the rest of the service holds it: its name, keys, status lists and a verifier that knows it. Opened once
 * at start; the acts (enrol, challenge, issue, change a status) are functions over it, one file each.
 */
import type { FilterPolicy, TrustList } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import type { Fetch, Verifier } from '../client/index.js';
import type { Context } from '../context.js';
import { Audiences } from './audiences.js';
import type { CredentialTrust } from './evidence/credential-trust.js';
import {
  type MetadataOptions,
  type MetadataSource,
  metadataSource,
  noMetadata,
} from './evidence/metadata-source.js';
import { type KeyHolder, sealedKeys } from './key-holder.js';
import { type Keys, openKeys } from './keys.js';
import { openOwnVerifier } from './own-verifier.js';
import type { AudienceGrant } from './platform.js';
import { DEFAULT_QUOTAS, type Quotas } from './quota.js';
import { openSeal, type Seal } from './seal.js';
import { StatusEvents } from './status-events.js';
import { STATUS_LIST_SIZE, StatusPublisher } from './status-publisher.js';

export interface IssuerOptions {
  /** The issuer's name in tokens: the origin under which this service is reached, at most 64 ASCII characters. */
  iss: string;
  /** Operator's secret that seals keys at rest. */
  secret: string;
  /** WebAuthn relying party: domain, shown name, origins whose pages may ask for a signature. */
  rp: { id: string; name: string; origins: readonly string[] };
  /** Names of platforms that the operator gives to tenants; every other platform is a domain and has to be proven. */
  grants?: readonly AudienceGrant[];
  /** Other issuers whose tokens this service accepts. */
  trust?: TrustList;
  /** FIDO metadata, against which authenticators are attested. Absent: every key is an ordinary one (`prs` 1). */
  metadata?: MetadataOptions;
  /** Issuers whose credentials prove one person. Absent: nobody's. */
  credentials?: CredentialTrust;
  /** The guarded way out: to their lists, and to the domains of platforms. Absent: nothing is reached. */
  fetch?: Fetch;
  policy?: Partial<FilterPolicy>;
  /** Holds new signing keys outside of this process; keys that are already sealed stay where they are. */
  keyHolder?: KeyHolder;
  /** How much may be issued; default LIMITS.attestationsPerAuthorDay and LIMITS.attestationsPerPlatformHour. */
  quotas?: Partial<Quotas>;
  /** Entries of a new status list. */
  statusListSize?: number;
  /** Told when there are more platforms than the discovery document names. */
  logger?: Pick<Context['logger'], 'warn'>;
}

export interface Issuer {
  readonly iss: string;
  readonly rp: IssuerOptions['rp'];
  readonly keys: Keys;
  readonly seal: Seal;
  readonly lists: StatusPublisher;
  readonly events: StatusEvents;
  readonly verifier: Verifier;
  readonly quotas: Quotas;
  readonly metadata: MetadataSource;
  readonly credentials: CredentialTrust;
  /** The operator's list of platforms: name → tenant. */
  readonly granted: ReadonlyMap<string, string>;
  readonly audiences: Audiences;
  readonly fetch: Fetch | undefined;
  readonly collections: Context['collections'];
  readonly clock: Context['clock'];
}

/** What the issuer's endpoints need of the running service. */
export interface AttestContext extends Pick<Context, 'collections' | 'clock'> {
  issuer: Issuer;
}

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
  const holders = [...(options.keyHolder ? [options.keyHolder] : []), sealedKeys(seal)];
  const keys = await openKeys({
    collection: collections.signingKeys,
    claims: collections.meta,
    clock,
    holders,
  });
  const size = options.statusListSize ?? STATUS_LIST_SIZE;
  const lists = new StatusPublisher(options.iss, keys, collections, clock, size, options.logger);
  const granted = new Map(options.grants?.map(({ aud, tenant }) => [aud, tenant]));
  const audiences = new Audiences({ collections, clock, granted }, options.logger);
  await audiences.refresh();
  const own = { iss: options.iss, keys, lists, audiences, clock };
  const verifier = openOwnVerifier(own, options);
  const events = new StatusEvents(collections, lists, clock);
  const metadata = await openMetadata({ meta: collections.meta, clock }, options);
  const quotas = { ...DEFAULT_QUOTAS, ...options.quotas };
  return {
    ...own,
    rp: options.rp,
    seal,
    events,
    verifier,
    quotas,
    metadata,
    credentials: options.credentials ?? new Map(),
    granted,
    fetch: options.fetch,
    collections,
  };
}

/** A file has to be right at the start; an address may be out of reach, and is asked again. */
async function openMetadata(
  room: Parameters<typeof metadataSource>[0],
  { metadata, logger }: Pick<IssuerOptions, 'metadata' | 'logger'>,
): Promise<MetadataSource> {
  if (metadata === undefined) return noMetadata;
  const tell = (error: Error) => logger?.warn({ err: error }, 'no newer FIDO metadata');
  const source = metadataSource(room, metadata, tell);
  await source.refresh().catch((error: unknown) => {
    if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
    tell(error);
  });
  return source;
}
