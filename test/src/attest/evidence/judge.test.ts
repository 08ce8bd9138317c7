import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../../../schemas/limits.js';
import { bytesOf } from '../../../../src/attest/evidence/client-data.js';
import {
  type CredentialTrust,
  importCredentialTrust,
} from '../../../../src/attest/evidence/credential-trust.js';
import { judgeEvidence } from '../../../../src/attest/evidence/judge.js';
import {
  AUTHOR,
  assertion,
  ORIGIN,
  RP_ID,
  registration,
  storedKey,
} from '../../../evidence/authenticator.js';
import {
  ISSUER,
  ISSUER_KEY,
  NONCE,
  NOW,
  presentation,
  STATUS_URI,
  VERIFIER,
} from '../../../evidence/credentials.js';

const options = { trust: new Map() as CredentialTrust, lists: async () => null, metadata: null };
const challenge = 'Y2hhbGxlbmdl';
const expected = { challenge, origin: ORIGIN, rpId: RP_ID };
const judge = (input: unknown, more: object = {}) =>
  judgeEvidence({ kind: 'webauthn', input, expected: { ...expected, ...more } }, options, 0);

const persons = async (credentials: { vct?: string[]; nullifier?: string }) => {
  const trust = await importCredentialTrust([
    {
      iss: ISSUER,
      audiences: ['*'],
      token_keys: [ISSUER_KEY.jwk],
      status_keys: [],
      status_origins: ['https://persons.example'],
      credentials,
    },
  ]);
  return (claims: object = {}, lists: () => Promise<string | null> = async () => null) =>
    judgeEvidence(
      { kind: 'sd-jwt', input: presentation({ claims }), expected: { aud: VERIFIER, nonce: NONCE } },
      { ...options, trust, lists },
      NOW * 1000,
    );
};

describe('the judge', () => {
  test('has an answer for everything, and accepts none of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await judgeEvidence(value, options, 0)).toMatchObject({ accepted: false });
        expect(await judge(value)).toMatchObject({ accepted: false });
        expect(
          await judge({ registration: { id: 'a', rawId: 'a', type: 'b', response: value } }),
        ).toMatchObject({ accepted: false });
      }),
    );
  });

  test('tells a bug of ours as one, and proves nothing by it', async () => {
    const shown = await persons({});
    const broken = async () => {
      throw new Error('a bug');
    };
    const status = { status: { status_list: { idx: 1, uri: STATUS_URI } } };
    expect(await shown(status, broken)).toEqual({ accepted: false, error: 'evidence.internal' });
  });

  test('takes a registration as it is, or named', async () => {
    const made = registration({ challenge });
    expect(await judge(made)).toEqual({ accepted: true, prs: 1, limit: 'attestation.none' });
    expect(await judge({ registration: made })).toEqual(await judge(made));
  });

  test('takes several origins', async () => {
    const made = registration({ challenge, origin: 'https://b.example' });
    expect(await judge(made, { origin: [ORIGIN, 'https://b.example'] })).toMatchObject({ accepted: true });
    expect(await judge(made, { origin: [] })).toMatchObject({ error: 'webauthn.origin' });
  });

  test('takes any challenge of a registration that comes with a signature, unless it is told which', async () => {
    const both = {
      registration: registration({ challenge: 'b3RoZXI' }),
      assertion: assertion({ challenge }),
    };
    expect(await judge(both)).toMatchObject({ accepted: true, prs: 1 });
    expect(await judge(both, { registrationChallenge: challenge })).toMatchObject({
      error: 'webauthn.challenge',
    });
    const odd = registration({ challenge, clientText: '{' });
    expect(await judge({ ...both, registration: odd })).toMatchObject({ error: 'webauthn.client_data' });
  });

  test('counts from 0 where no counter was seen', async () => {
    const { counter: _counter, ...credential } = storedKey(AUTHOR);
    expect(await judge({ credential, assertion: assertion({ challenge, counter: 1 }) })).toMatchObject({
      accepted: true,
    });
  });

  test('asks for the claim and the types that the trust file names', async () => {
    expect(await (await persons({ vct: ['https://persons.example/one-person'] }))()).toMatchObject({
      unq: 2,
    });
    expect(await (await persons({ vct: ['https://persons.example/library-card'] }))()).toMatchObject({
      unq: 0,
      limit: 'credential.type',
    });
    const named = await persons({ nullifier: 'pseudonym' });
    expect(await named({ sub: 'x' })).toMatchObject({ unq: 0, limit: 'credential.nullifier' });
    expect(await named({ pseudonym: 'x' })).toMatchObject({ unq: 2 });
  });
});

test('a member of a response has a bound', () => {
  expect(bytesOf('A'.repeat(LIMITS.webauthnFieldLength), 'it')).toHaveLength(
    (LIMITS.webauthnFieldLength * 3) / 4,
  );
  expect(() => bytesOf('A'.repeat(LIMITS.webauthnFieldLength + 4), 'it')).toThrow(
    `${LIMITS.webauthnFieldLength} characters`,
  );
  expect(() => bytesOf('', 'it')).toThrow('base64url');
  expect(() => bytesOf(1, 'it')).toThrow('as text');
});
