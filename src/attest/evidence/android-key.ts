/**
 * Android's attestation of a key (WebAuthn Level 3, section 8.4): the certificate is for the key itself and describes it.
 * `@simplewebauthn/server` is not asked here, for two reasons found by reading it: it takes the last certificate of a
 * stranger for an authority and fetches revocation lists from the address that stands there, and it does not ask whether
 * the key lies in hardware at all.
 */
import { type KeyObject, verify, type X509Certificate } from 'node:crypto';
import type { Cbor, CborMap } from './cbor.js';
import { DerError, elements, extensionOf, sequence } from './der.js';

/** 1.3.6.1.4.1.11129.2.1.17 */
const KEY_DESCRIPTION = '2b06010401d679020111';
const SOFTWARE = 0;
/** Tags of an AuthorizationList. */
const PURPOSE = 1;
const ALL_APPLICATIONS = 600;
const ORIGIN = 702;
const SIGN = 2;
const GENERATED = 0;
/** COSE algorithms (RFC 9053) by what Node calls their digest. */
const DIGESTS: ReadonlyMap<unknown, string> = new Map([
  [-7, 'sha256'],
  [-257, 'sha256'],
]);

/** Whether the statement is signed by the key itself, and the certificate is for this key and challenge. */
export function holdsAndroidKey(
  leaf: X509Certificate,
  fields: CborMap,
  key: ReadonlyMap<number | string, Cbor>,
  signed: Uint8Array,
): boolean {
  const digest = DIGESTS.get(fields.get('alg'));
  const signature = fields.get('sig');
  if (digest === undefined || !(signature instanceof Uint8Array)) return false;
  try {
    return isKey(leaf.publicKey, key) && verify(digest, signed, leaf.publicKey, signature);
  } catch {
    return false;
  }
}

function isKey(publicKey: KeyObject, cose: ReadonlyMap<number | string, Cbor>): boolean {
  const { x, y, n, e } = publicKey.export({ format: 'jwk' });
  const is = (label: number, text: string | undefined): boolean => {
    const value = cose.get(label);
    return (
      text !== undefined && value instanceof Uint8Array && Buffer.from(value).toString('base64url') === text
    );
  };
  if (publicKey.asymmetricKeyType === 'ec') return is(-2, x) && is(-3, y);
  return publicKey.asymmetricKeyType === 'rsa' && is(-1, n) && is(-2, e);
}

/**
 * Whether the description says: made for this registration, in hardware, by the device, to sign, and not open to every
 * application.
 */
export function provesAndroidKey(leaf: X509Certificate, clientDataHash: Buffer): boolean {
  try {
    const value = extensionOf(leaf.raw, KEY_DESCRIPTION);
    if (value === null) return false;
    const [, attestationLevel, , keyLevel, challenge, , software, hardware] = sequence(value);
    if (!challenge || !software || !hardware || !clientDataHash.equals(challenge.content)) return false;
    if ((attestationLevel!.content[0] ?? SOFTWARE) === SOFTWARE) return false;
    if ((keyLevel!.content[0] ?? SOFTWARE) === SOFTWARE) return false;
    const [soft, hard] = [software, hardware].map(({ content }) => elements(content));
    const field = (tag: number) => hard!.find((each) => each.tag === tag)?.content;
    if ([...soft!, ...hard!].some(({ tag }) => tag === ALL_APPLICATIONS)) return false;
    const origin = field(ORIGIN);
    const purposes = field(PURPOSE);
    if (origin === undefined || purposes === undefined) return false;
    const signs = elements(purposes).flatMap(({ content }) => elements(content));
    return elements(origin)[0]?.content[0] === GENERATED && signs.some(({ content }) => content[0] === SIGN);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}
