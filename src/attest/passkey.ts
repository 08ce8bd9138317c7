/**
 * Passkeys, through @simplewebauthn/server and nowhere else: options for the browser, and the library's word on what it
 * brings back. A software key passes its checks with UP and UV set (measured); what a key proves is judged in
 * `evidence/webauthn.ts`, which asks this file last.
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  SettingsService,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { LIMITS } from '../../schemas/limits.js';
import type { CredentialDoc } from '../../schemas/store/documents.js';
import { type EvidenceError, EvidenceRefused } from './evidence/refusal.js';
import type { Issuer } from './issuer.js';

export type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
};

type RelyingParty = Issuer['rp'];

// With a root it would follow chains by itself, and ask the addresses that stand in them.
SettingsService.setRootCertificates({ identifier: 'apple', certificates: [] });

/** What `navigator.credentials.create` takes. @param challenge and @param userId base64url */
export const registrationOptions = (
  { rp, metadata }: Pick<Issuer, 'rp' | 'metadata'>,
  challenge: string,
  userId: string,
  label: string,
  known: readonly CredentialDoc[],
): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  generateRegistrationOptions({
    rpID: rp.id,
    rpName: rp.name,
    userName: label,
    userID: bytesOf(userId),
    challenge: bytesOf(challenge),
    timeout: LIMITS.challengeMs,
    // A statement is asked for only where it can be judged: browsers tell the person that it says which device it is.
    attestationType: metadata.current() === null ? 'none' : 'direct',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });

/** What `navigator.credentials.get` takes. */
export const assertionOptions = (
  rp: RelyingParty,
  challenge: string,
  known: readonly CredentialDoc[],
): Promise<PublicKeyCredentialRequestOptionsJSON> =>
  generateAuthenticationOptions({
    rpID: rp.id,
    challenge: bytesOf(challenge),
    timeout: LIMITS.challengeMs,
    allowCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    userVerification: 'preferred',
  });

/** Whom and what a response has to be for. */
export interface Ceremony {
  challenge: string;
  origins: readonly string[];
  rpId: string;
}

/**
 * The library's word on a registration. Its statement is verified without its chain, which is ours to follow: the library
 * would fetch revocation lists from wherever a stranger's certificate says.
 * @param options.withoutStatement authenticator data, where the statement is not to be looked at
 * @throws {EvidenceRefused} `webauthn.attestation`
 */
export async function vendorRegistration(
  response: RegistrationResponseJSON,
  { challenge, origins, rpId }: Ceremony,
  { withoutStatement }: { withoutStatement: Uint8Array | null },
): Promise<void> {
  const bare = withoutStatement && Buffer.from(noStatement(withoutStatement)).toString('base64url');
  const { verified } = await translated('webauthn.attestation', () =>
    verifyRegistrationResponse({
      response:
        bare === null
          ? response
          : { ...response, response: { ...response.response, attestationObject: bare } },
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: false,
    }),
  );
  if (!verified) throw new EvidenceRefused('webauthn.attestation');
}

/**
 * The library's word on an assertion; the counter is the caller's to compare, where two requests at once are told apart.
 * @throws {EvidenceRefused} `webauthn.signature`
 */
export async function vendorAssertion(
  response: AuthenticationResponseJSON,
  { challenge, origins, rpId }: Ceremony,
  key: { credentialId: string; publicKey: string },
): Promise<void> {
  const { verified } = await translated('webauthn.signature', () =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: false,
      credential: { id: key.credentialId, publicKey: bytesOf(key.publicKey), counter: 0 },
    }),
  );
  if (!verified) throw new EvidenceRefused('webauthn.signature');
}

/** CBOR of {"fmt": "none", "attStmt": {}, "authData": data}; a byte string's length in two bytes, or one where that is the shortest. */
function noStatement(data: Uint8Array): Uint8Array {
  const head = Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex');
  const length = data.length < 256 ? [0x58, data.length] : [0x59, data.length >> 8, data.length & 0xff];
  return Buffer.concat([head, Buffer.from(length), data]);
}

/** Whatever the library objects to is one code: its own words may name origins and keys. */
async function translated<T>(code: EvidenceError, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    throw new EvidenceRefused(code, undefined, { cause });
  }
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
