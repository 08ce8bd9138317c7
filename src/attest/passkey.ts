/**
 * Passkeys, through @simplewebauthn/server and nowhere else: options for the browser, and checks of what it brings
 * back. A software key passes these checks with UP and UV set (measured), so they prove a registered key (`prs` 1) and
 * no person; attested authenticators (`prs` 2) need metadata, which is another matter.
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { CredentialDoc } from '../../schemas/store/documents.js';
import type { Issuer } from './issuer.js';

export type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
};

type RelyingParty = Issuer['rp'];

export interface RegisteredKey {
  credentialId: string;
  /** COSE key, base64url. */
  publicKey: string;
  counter: number;
}

/** What `navigator.credentials.create` takes. @param challenge and @param userId base64url */
export const registrationOptions = (
  rp: RelyingParty,
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
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  });

/** @throws {AssayError} `attest.assertion` */
export async function checkRegistration(
  rp: RelyingParty,
  challenge: string,
  response: RegistrationResponseJSON,
): Promise<RegisteredKey> {
  const { registrationInfo } = await translated(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      requireUserVerification: false,
    }),
  );
  if (registrationInfo === undefined) throw new AssayError('attest.assertion');
  const { id, publicKey, counter } = registrationInfo.credential;
  return { credentialId: id, publicKey: Buffer.from(publicKey).toString('base64url'), counter };
}

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

/** Checks an assertion; returns the authenticator's new counter. @throws {AssayError} `attest.assertion`, for a counter that went back too */
export async function checkAssertion(
  rp: RelyingParty,
  challenge: string,
  key: CredentialDoc,
  response: AuthenticationResponseJSON,
): Promise<number> {
  const { verified, authenticationInfo } = await translated(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: [...rp.origins],
      expectedRPID: rp.id,
      requireUserVerification: false,
      // The counter is compared when it is stored: there, two requests at once are told apart.
      credential: { id: key.credentialId, publicKey: bytesOf(key.publicKey), counter: 0 },
    }),
  );
  if (!verified) throw new AssayError('attest.assertion');
  return authenticationInfo.newCounter;
}

/** Whatever the library objects to is one answer to the caller; its own words may name origins and keys. */
async function translated<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (cause) {
    throw new AssayError('attest.assertion', undefined, { cause });
  }
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
