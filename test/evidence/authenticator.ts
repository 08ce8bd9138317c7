/**
 * A software authenticator with a forger's freedom: every member of a registration and an assertion can be another one
 * than a real authenticator would write. Its keys follow from their names, its signatures from RFC 6979.
 */
import { der as ecdsa, keyNamed, sha256, signDigest, type TestKey } from '../attacks/p256.js';
import { cbor, map, type Writable } from './bytes.js';

export const RP_ID = 'assay.example';
export const ORIGIN = 'https://assay.example';

export const FLAGS = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40, ed: 0x80 } as const;
export type Flag = keyof typeof FLAGS;

export interface Forgery {
  key?: TestKey;
  rpId?: string;
  flags?: readonly Flag[];
  counter?: number;
  challenge?: string;
  origin?: string;
  type?: string;
  /** More members of the client data. */
  client?: object;
  /** The client data as text, instead of all that. */
  clientText?: string;
  /** Behind the authenticator data. */
  tail?: Buffer;
  id?: string;
}

export interface RegistrationForgery extends Forgery {
  aaguid?: string;
  /** COSE key, when it is not the one of `key`. */
  cose?: Writable;
  format?: string;
  /** The statement, given what it signs. */
  statement?: (signed: { authData: Buffer; clientDataHash: Buffer; key: TestKey }) => Writable;
  /** The whole attestation object, given what it holds. */
  object?: (format: string, statement: Writable, authData: Buffer) => Buffer;
}

const flagByte = (flags: readonly Flag[]): number => flags.reduce((sum, flag) => sum | FLAGS[flag], 0);

const coordinate = (text: string): Buffer => Buffer.from(text, 'base64url');
/** COSE key of P-256 (RFC 9053). */
export const coseKey = ({ jwk }: TestKey): Writable =>
  map([1, 2], [3, -7], [-1, 1], [-2, coordinate(jwk.x)], [-3, coordinate(jwk.y)]);

export const signature = (key: TestKey, signed: Buffer): Buffer => ecdsa(signDigest(key, sha256(signed)));

const credentialId = (key: TestKey): Buffer => sha256(`credential ${key.kid}`).subarray(0, 16);
/** The key as the service stores it. */
export const storedKey = (key: TestKey, counter = 0) => ({
  id: credentialId(key).toString('base64url'),
  publicKey: cbor(coseKey(key)).toString('base64url'),
  counter,
});

function clientData(
  type: string,
  { challenge, origin = ORIGIN, client = {}, clientText, ...rest }: Forgery,
): Buffer {
  const data = { type: rest.type ?? type, challenge, origin, crossOrigin: false, ...client };
  return Buffer.from(clientText ?? JSON.stringify(data));
}

function authenticatorData(
  flags: readonly Flag[],
  { rpId = RP_ID, counter = 0, tail }: Forgery,
  attested?: Buffer,
): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flagByte(flags);
  head.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rpId), head, attested ?? Buffer.alloc(0), tail ?? Buffer.alloc(0)]);
}

const response = (id: string, members: object) => ({
  id,
  rawId: id,
  type: 'public-key',
  response: members,
  clientExtensionResults: {},
});

export const AUTHOR = keyNamed('author');

export function registration(forgery: RegistrationForgery) {
  const { key = AUTHOR, aaguid = '00000000-0000-0000-0000-000000000000', format = 'none' } = forgery;
  const { flags = ['up', 'uv', 'at'], statement = () => map(), object = attestationObject } = forgery;
  const id = credentialId(key);
  const attested = Buffer.concat([
    Buffer.from(aaguid.replaceAll('-', ''), 'hex'),
    Buffer.from([id.length >> 8, id.length & 0xff]),
    id,
    cbor(forgery.cose ?? coseKey(key)),
  ]);
  const authData = authenticatorData(flags, forgery, attested);
  const client = clientData('webauthn.create', forgery);
  const made = statement({ authData, clientDataHash: sha256(client), key });
  return response(forgery.id ?? id.toString('base64url'), {
    clientDataJSON: client.toString('base64url'),
    attestationObject: object(format, made, authData).toString('base64url'),
  });
}

export const attestationObject = (format: string, statement: Writable, authData: Buffer): Buffer =>
  cbor(map(['fmt', format], ['attStmt', statement], ['authData', authData]));

export function assertion(forgery: Forgery & { signer?: TestKey; signature?: Buffer }) {
  const { key = AUTHOR, flags = ['up', 'uv'], counter = 1, signer = key } = forgery;
  const authData = authenticatorData(flags, { ...forgery, counter });
  const client = clientData('webauthn.get', forgery);
  const signed = forgery.signature ?? signature(signer, Buffer.concat([authData, sha256(client)]));
  return response(forgery.id ?? credentialId(key).toString('base64url'), {
    clientDataJSON: client.toString('base64url'),
    authenticatorData: authData.toString('base64url'),
    signature: signed.toString('base64url'),
  });
}

/** `packed` by a certificate (WebAuthn section 8.2), or by the key itself. */
export const packed =
  (
    signer: TestKey | null,
    x5c: readonly Buffer[] = [],
    alg = -7,
  ): NonNullable<RegistrationForgery['statement']> =>
  ({ authData, clientDataHash, key }) => {
    const sig = signature(signer ?? key, Buffer.concat([authData, clientDataHash]));
    return map(
      ['alg', alg],
      ['sig', sig],
      ...(x5c.length === 0 ? [] : [['x5c', [...x5c]] as [string, Writable]]),
    );
  };
