/**
 * Evidence judged per second: assertions and attested registrations beside the WebAuthn library alone, and presented
 * credentials beside the two signatures that each of them has. One piece after the other, as one request has it.
 */
import { compactVerify, importJWK } from 'jose';
import { judgePresentation } from '../src/attest/evidence/credential.js';
import { importCredentialTrust } from '../src/attest/evidence/credential-trust.js';
import { readMetadata } from '../src/attest/evidence/metadata.js';
import { splitSdJwt } from '../src/attest/evidence/sd-jwt.js';
import { judgeAssertion, judgeRegistration } from '../src/attest/evidence/webauthn.js';
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  vendorAssertion,
  vendorRegistration,
} from '../src/attest/passkey.js';
import { AUTHOR, assertion, ORIGIN, RP_ID, registration, storedKey } from '../test/evidence/authenticator.js';
import { pem } from '../test/evidence/certificate.js';
import {
  HOLDER,
  ISSUER,
  ISSUER_KEY,
  NONCE,
  NOW,
  presentation,
  VERIFIER,
} from '../test/evidence/credentials.js';
import { AT, METADATA_ROOT, metadataBlob } from '../test/evidence/models.js';
import { attestedBy, CHALLENGE } from '../test/evidence/register-cases.js';
import { type Bench, beside, type Figures, inTurns, timed } from './bench.js';

const ROUNDS = 5;
const EACH = 500;

const repeat = (work: () => Promise<unknown>) => () =>
  timed(EACH, async () => {
    for (let turn = 0; turn < EACH; turn++) await work();
  });

async function passkeys(): Promise<Figures> {
  const metadata = await readMetadata(metadataBlob(), pem(METADATA_ROOT.bytes));
  const expected = { challenge: CHALLENGE, origins: [ORIGIN], rpId: RP_ID, atMs: Date.parse(AT), metadata };
  const signed = assertion({ challenge: CHALLENGE }) as unknown as AuthenticationResponseJSON;
  const made = registration(attestedBy('good')) as unknown as RegistrationResponseJSON;
  const { id, publicKey } = storedKey(AUTHOR);
  const key = { credentialId: id, publicKey, counter: 0, aaguid: null };
  const rounds = await inTurns(ROUNDS, {
    library_assertion: repeat(() => vendorAssertion(signed, expected, key)),
    assertion: repeat(() => judgeAssertion(signed, key, expected)),
    library_registration: repeat(() => vendorRegistration(made, expected, { withoutStatement: null })),
    registration: repeat(() => judgeRegistration(made, expected)),
  });
  return {
    assertion: beside(rounds.assertion, rounds.library_assertion),
    attested_registration: beside(rounds.registration, rounds.library_registration),
  };
}

async function credentials(): Promise<Figures> {
  const trust = await importCredentialTrust([
    {
      iss: ISSUER,
      audiences: ['*'],
      token_keys: [ISSUER_KEY.jwk],
      status_keys: [],
      status_origins: [],
      credentials: {},
    },
  ]);
  const shown = presentation();
  const { issued, binding } = splitSdJwt(shown);
  const [issuer, holder] = await Promise.all([ISSUER_KEY, HOLDER].map(({ jwk }) => importJWK(jwk, 'ES256')));
  const expected = { aud: VERIFIER, nonce: NONCE, nowS: NOW };
  const rounds = await inTurns(ROUNDS, {
    jose: repeat(async () => {
      await compactVerify(issued.compact, issuer!);
      await compactVerify(binding!.compact, holder!);
    }),
    judge: repeat(() => judgePresentation(shown, expected, { trust, lists: async () => null })),
  });
  return beside(rounds.judge, rounds.jose);
}

export const evidence: Bench = {
  name: 'evidence',
  async run({ progress }): Promise<Figures> {
    progress('evidence: passkeys');
    const webauthn = await passkeys();
    progress('evidence: credentials');
    return { webauthn, sd_jwt: await credentials() };
  },
};
