/** Assertions: whether this key signed this text, and whether it is one that was attested. */
import { signChallenge } from '../../src/attest/challenge.js';
import { keyNamed, sha256 } from '../attacks/p256.js';
import { AUTHOR, assertion, type Forgery, ORIGIN, registration, storedKey } from './authenticator.js';
import { cbor, map } from './bytes.js';
import { ATTESTED, type EvidenceCase, family, type Row, refused, registered } from './case.js';
import { attestedBy, CHALLENGE, EXPECTED } from './register-cases.js';

const b64 = (text: string, bytes = 32) => sha256(text).subarray(0, bytes).toString('base64url');
/** What the author was asked to sign. */
const SIGNED = {
  nonce: b64('nonce'),
  can: 'hpt-1',
  h: b64('h'),
  w: b64('w'),
  n: 42,
  aud: 'forum',
  acc: b64('acc', 16),
};
const SIGN_CHALLENGE = signChallenge(SIGNED).toString('base64url');
const expected = { ...EXPECTED, challenge: SIGN_CHALLENGE };

type AssertForgery = Forgery & { signer?: typeof AUTHOR; signature?: Buffer };

const line = (forgery: AssertForgery = {}, { counter = 0, more = {}, change = {} } = {}) => ({
  kind: 'webauthn',
  input: {
    credential: storedKey(AUTHOR, counter),
    assertion: { ...assertion({ challenge: SIGN_CHALLENGE, ...forgery }), ...change },
  },
  expected: { ...expected, ...more },
});

/** An assertion with the registration that its key came from. */
const both = (
  forgery: AssertForgery = {},
  made: object = registration(attestedBy('good')),
  more: object = {},
) => ({
  kind: 'webauthn',
  input: { registration: made, assertion: assertion({ challenge: SIGN_CHALLENGE, ...forgery }) },
  expected: { ...expected, registrationChallenge: CHALLENGE, ...more },
});

const other = (change: object) => signChallenge({ ...SIGNED, ...change }).toString('base64url');
const signed = (change: object) => line({ challenge: other(change) }, { more: { challenge: SIGNED } });

const rows: readonly Row[] = [
  ['registered', 'a signature of a registered key', registered('attestation.unregistered'), line()],
  [
    'registered-for-text',
    'a signature over the challenge of a text',
    registered('attestation.unregistered'),
    line({}, { more: { challenge: SIGNED } }),
  ],
  ['attested', 'a signature of an attested key with its registration', ATTESTED, both()],
  [
    'attested-unverified',
    'an attested key that did not verify the person this time',
    registered('attestation.unverified_user'),
    both({ flags: ['up'] }),
  ],
  [
    'attested-synced',
    'an attested key that became one to be copied',
    registered('attestation.synced'),
    both({ flags: ['up', 'uv', 'be'] }),
  ],
  [
    'attested-revoked',
    'a signature of a key of a revoked model',
    registered('attestation.status'),
    both({}, registration(attestedBy('revoked'))),
  ],
  [
    'attested-late',
    'a signature after the metadata expired',
    registered('attestation.metadata_expired'),
    both({}, undefined, { at: '2030-03-01T00:00:00Z' }),
  ],
  [
    'software-with-registration',
    'a software key with its registration',
    registered('attestation.none'),
    both({}, registration({ challenge: CHALLENGE })),
  ],
  [
    'other-registration',
    'a signature beside the registration of another key',
    refused('webauthn.credential'),
    both({ key: keyNamed('software author') }),
  ],
  [
    'other-registration-id',
    'a signature of another key under the attested key’s id',
    refused('webauthn.signature'),
    both({ signer: keyNamed('software author') }),
  ],
  [
    'other-registration-challenge',
    'a registration from another ceremony',
    refused('webauthn.challenge'),
    both({}, undefined, { registrationChallenge: b64('another') }),
  ],
  [
    'other-text',
    'a signature over another text',
    refused('webauthn.challenge'),
    signed({ h: b64('another text') }),
  ],
  [
    'other-words',
    'a signature over other words',
    refused('webauthn.challenge'),
    signed({ w: b64('other words') }),
  ],
  ['no-words', 'a signature over a text without words', refused('webauthn.challenge'), signed({ w: null })],
  ['other-length', 'a signature over another length', refused('webauthn.challenge'), signed({ n: 43 })],
  [
    'other-platform',
    'a signature for another platform',
    refused('webauthn.challenge'),
    signed({ aud: 'elsewhere' }),
  ],
  [
    'other-account',
    'a signature for another account',
    refused('webauthn.challenge'),
    signed({ acc: b64('another', 16) }),
  ],
  [
    'other-nonce',
    'a signature from another time',
    refused('webauthn.challenge'),
    signed({ nonce: b64('another') }),
  ],
  [
    'other-canonicalisation',
    'a signature over another canonical text',
    refused('webauthn.challenge'),
    signed({ can: 'hpt-0' }),
  ],
  [
    'shifted-fields',
    'a signature with a field’s end moved into the next',
    refused('webauthn.challenge'),
    signed({ can: 'hpt-', aud: '1forum' }),
  ],
  [
    'other-origin',
    'a signature for another page',
    refused('webauthn.origin'),
    line({ origin: 'https://forum.example' }),
  ],
  [
    'other-rp',
    'a signature for another relying party',
    refused('webauthn.rp_id'),
    line({ rpId: 'forum.example' }),
  ],
  [
    'registration-data',
    'the client data of a registration',
    refused('webauthn.type'),
    line({ type: 'webauthn.create' }),
  ],
  [
    'framed',
    'a signature given inside of another page',
    refused('webauthn.cross_origin'),
    line({ client: { crossOrigin: true, topOrigin: 'https://evil.example' } }),
  ],
  ['absent', 'a signature with nobody there', refused('webauthn.presence'), line({ flags: [] })],
  [
    'unverified',
    'a registered key and a person it did not verify',
    registered('attestation.unregistered'),
    line({ flags: ['up'] }),
  ],
  [
    'copied-not-eligible',
    'a key that was copied and cannot be',
    refused('webauthn.backup_state'),
    line({ flags: ['up', 'uv', 'bs'] }),
  ],
  [
    'counter-back',
    'a counter that went back',
    refused('webauthn.counter'),
    line({ counter: 4 }, { counter: 5 }),
  ],
  [
    'counter-same',
    'the same counter again',
    refused('webauthn.counter'),
    line({ counter: 5 }, { counter: 5 }),
  ],
  [
    'counter-gone',
    'a counter that was there before',
    refused('webauthn.counter'),
    line({ counter: 0 }, { counter: 5 }),
  ],
  ['counter-none', 'a key that does not count', registered('attestation.unregistered'), line({ counter: 0 })],
  [
    'counter-last',
    'the last count there is',
    registered('attestation.unregistered'),
    line({ counter: 0xffff_ffff }, { counter: 0xffff_fffe }),
  ],
  [
    'other-key',
    'a signature of another key',
    refused('webauthn.signature'),
    line({ signer: keyNamed('thief') }),
  ],
  [
    'other-id',
    'an unknown credential',
    refused('webauthn.credential'),
    line({ id: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  ],
  [
    'no-signature',
    'a signature of zeros',
    refused('webauthn.signature'),
    line({ signature: Buffer.alloc(64) }),
  ],
  [
    'no-ecdsa',
    'a signature of r = s = 0',
    refused('webauthn.signature'),
    line({ signature: Buffer.from('3006020100020100', 'hex') }),
  ],
  [
    'signature-huge',
    'a signature of a megabyte',
    refused('evidence.too_large'),
    line({ signature: Buffer.alloc(1_048_576, 1) }),
  ],
  [
    'extension',
    'a signature with an extension',
    registered('attestation.unregistered'),
    line({ flags: ['up', 'uv', 'ed'], tail: cbor(map(['uvm', 1])) }),
  ],
  [
    'data-behind',
    'bytes behind the authenticator data',
    refused('webauthn.authenticator_data'),
    line({ tail: Buffer.alloc(1) }),
  ],
  [
    'client-data-twice',
    'client data with two origins',
    refused('webauthn.client_data'),
    line({
      clientText: `{"type":"webauthn.get","challenge":"${SIGN_CHALLENGE}","origin":"https://evil.example","origin":"${ORIGIN}"}`,
    }),
  ],
  [
    'key-algorithm',
    'a registered key of no algorithm',
    refused('webauthn.signature'),
    {
      ...line(),
      input: {
        credential: { ...storedKey(AUTHOR), publicKey: cbor(map([1, 2])).toString('base64url') },
        assertion: assertion({ challenge: SIGN_CHALLENGE }),
      },
    },
  ],
  [
    'key-text',
    'a registered key that is no CBOR',
    refused('webauthn.signature'),
    {
      ...line(),
      input: {
        credential: { ...storedKey(AUTHOR), publicKey: 'AAAA' },
        assertion: assertion({ challenge: SIGN_CHALLENGE }),
      },
    },
  ],
  [
    'other-type',
    'a credential of another type',
    refused('webauthn.signature'),
    line({}, { change: { type: 'password' } }),
  ],
];

export const assertCases = (): EvidenceCase[] => family('assertion', rows);
