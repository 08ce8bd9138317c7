/**
 * The verifier of this service: it trusts its own issuer with the keys and the platforms of now, and whom the operator's
 * trust list names. A platform that it does not know is looked for once before a token of it counts as foreign.
 */
import type { TrustedIssuer, TrustList } from '../../schemas/attestation.js';
import { createVerifier, type Verifier } from '../client/html.js';
import type { Issuer, IssuerOptions } from './issuer.js';
import type { Keys } from './keys.js';

/** The verifier asks the local publisher again after this many seconds, so that another process's revocation is seen. */
const LOCAL_LIST_AGE_S = 2;

/** What the verifier needs of the issuer. */
type Own = Pick<Issuer, 'iss' | 'keys' | 'lists' | 'audiences' | 'clock'>;

/** Opens it. What it knows of the platforms is at most `AUDIENCES_SEEN_MS` old, while the store can be read. */
export function openOwnVerifier(
  own: Own,
  options: Pick<IssuerOptions, 'trust' | 'policy' | 'fetch'>,
): Verifier {
  const { iss, lists, audiences, clock } = own;
  const verifier = createVerifier({
    trust: liveTrust(own, options.trust),
    policy: options.policy,
    maxListAgeS: LOCAL_LIST_AGE_S,
    fetch: (url, init) => lists.fetch(url) ?? options.fetch?.(url, init) ?? notReachable(),
    clock,
  });
  return {
    expireLists: (uri) => verifier.expireLists(uri),
    async verify(token, found) {
      // A store that fails leaves what was known.
      await audiences.refresh().catch(() => undefined);
      const { known } = audiences;
      const result = await verifier.verify(token, found);
      if (result.iss !== iss || !result.errors.includes('token.audience')) return result;
      const aud = audienceOf(token);
      if (known.includes(aud)) return result;
      return (await audiences.look(aud).catch(() => false)) ? verifier.verify(token, found) : result;
    },
  };
}

/** Of a token whose signature and claims were found right. */
const audienceOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).aud;

/** The trust list: the issuer's keys and platforms as they are now; the same object until they change. */
function liveTrust({ iss, keys, audiences }: Own, trust: TrustList | undefined): () => TrustList {
  const elsewhere = trust?.issuers.filter((each) => each.iss !== iss) ?? [];
  let list: TrustList | undefined;
  let names: readonly string[] | undefined;
  return () => {
    // What another process did with the keys is seen at a later look.
    keys.refresh().catch(() => undefined);
    const own = list?.issuers[0];
    const same = own?.token_keys === keys.token.publicKeys && own?.status_keys === keys.status.publicKeys;
    if (same && list !== undefined && names === audiences.known) return list;
    names = audiences.known;
    list = { issuers: [trustedIssuer(iss, keys, [...names]), ...elsewhere] };
    return list;
  };
}

const notReachable = () => Promise.resolve(new Response(null, { status: 404 }));

/** The issuer as others put it in their trust lists. */
export const trustedIssuer = (iss: string, keys: Keys, names: string[]): TrustedIssuer => ({
  iss,
  audiences: names,
  token_keys: keys.token.publicKeys,
  status_keys: keys.status.publicKeys,
  status_origins: [iss],
});
