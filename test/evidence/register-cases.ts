/** Registrations: what a new key may claim to be. */
import { keyNamed, sha256, type TestKey } from '../attacks/p256.js';
import { androidStatement } from './android.js';
import {
  attestationObject,
  coseKey,
  ORIGIN,
  packed,
  type RegistrationForgery,
  RP_ID,
  registration,
  signature,
} from './authenticator.js';
import { cbor, map, nested, Raw } from './bytes.js';
import { ATTESTED, type EvidenceCase, family, type Outcome, type Row, refused, registered } from './case.js';
import {
  aaguidExtension,
  attestationCertificate,
  authority,
  type CertificateOptions,
} from './certificate.js';
import { AT, aaguidOf, type ModelName, rootOf } from './models.js';
import { ATTRIBUTE, HONEST_ATTRIBUTES, tpmStatement } from './tpm.js';

export const CHALLENGE = sha256('registration challenge').toString('base64url');
export const EXPECTED = { challenge: CHALLENGE, origin: ORIGIN, rpId: RP_ID, at: AT };

const line = (forgery: Partial<RegistrationForgery>, expected: object = {}, change: object = {}) => ({
  kind: 'webauthn',
  input: { registration: { ...registration({ challenge: CHALLENGE, ...forgery }), ...change } },
  expected: { ...EXPECTED, ...expected },
});

/** A key attested by a model, the way its maker does it. */
export function attestedBy(
  name: ModelName,
  options: Partial<CertificateOptions> = {},
  more: Partial<RegistrationForgery> = {},
): RegistrationForgery {
  const leaf = attestationCertificate(`${name} attestation`, rootOf(name), options);
  return {
    challenge: CHALLENGE,
    aaguid: aaguidOf(name),
    format: 'packed',
    statement: packed(leaf.key, [leaf.bytes]),
    ...more,
  };
}

/** Authenticator data with another key in the place of the one that was attested; both are equally long. */
const withKey = (authData: Buffer, key: TestKey): Buffer => {
  const cose = cbor(coseKey(key));
  return Buffer.concat([authData.subarray(0, authData.length - cose.length), cose]);
};

const foreign = authority('foreign root');
const foreignLeaf = attestationCertificate('foreign attestation', foreign);
const goodLeaf = attestationCertificate('good attestation', rootOf('good'));
const goodPacked = packed(goodLeaf.key, [goodLeaf.bytes]);
const middle = authority('good middle', { issuer: rootOf('good') });
const underMiddle = attestationCertificate('under middle', middle);
const old = authority('good old middle', { issuer: rootOf('good'), until: '20150101' });
const underOld = attestationCertificate('under old middle', old);
const short = authority('good short middle', { issuer: rootOf('good'), pathLength: 0 });
const below = authority('good below', { issuer: short });
const underBelow = attestationCertificate('under below', below);
const leafAsCa = attestationCertificate('under leaf', {
  ...goodLeaf,
  name: { C: 'DE', O: 'Assay test', OU: 'Authenticator Attestation', CN: 'good attestation' },
});

const byModel: readonly (readonly [ModelName, string, Outcome])[] = [
  ['good', 'a certified authenticator', ATTESTED],
  ['updated', 'an authenticator for which there is an update', ATTESTED],
  ['recertified', 'an authenticator that was certified again', ATTESTED],
  ['revoked', 'a revoked authenticator', registered('attestation.status')],
  [
    'compromised',
    'an authenticator whose attestation key is known to others',
    registered('attestation.status'),
  ],
  [
    'bypassed',
    'an authenticator whose user verification was bypassed, certified later',
    registered('attestation.status'),
  ],
  [
    'remote',
    'an authenticator whose keys can be taken remotely, reported for a later day',
    registered('attestation.status'),
  ],
  ['physical', 'an authenticator whose keys can be taken by hand', registered('attestation.status')],
  ['downgraded', 'an authenticator that lost its certification', registered('attestation.status')],
  ['later', 'an authenticator certified from a later day on', registered('attestation.status')],
  ['uncertified', 'an authenticator that was never certified', registered('attestation.status')],
  ['unreported', 'an authenticator without any report', registered('attestation.status')],
  ['novel', 'an authenticator with a status that nobody knows', registered('attestation.status')],
  ['software', 'an authenticator that keeps keys in software', registered('attestation.software_key')],
  ['surrogate', 'an authenticator whose maker attests nothing', registered('attestation.kind')],
  ['u2f', 'an authenticator of an older family', registered('attestation.unknown_model')],
  ['elder', 'a root of two models and a certificate that names neither', registered('attestation.chain')],
];

const models: readonly Row[] = byModel.map(([name, title, outcome]) => [
  name,
  title,
  outcome,
  line(attestedBy(name)),
]);

const tpmWith = (attributes: number) => tpmStatement({ challenge: CHALLENGE }, undefined, attributes);

const statements: readonly Row[] = [
  ['none', 'a software key with UP and UV set, and no statement', registered('attestation.none'), line({})],
  [
    'none-with-statement',
    'a statement under none',
    refused('webauthn.attestation'),
    line({ statement: goodPacked }),
  ],
  [
    'none-known-model',
    'a software key that says it is a certified model',
    registered('attestation.none'),
    line({ aaguid: aaguidOf('good') }),
  ],
  [
    'self',
    'a key that attests itself',
    registered('attestation.self'),
    line({ format: 'packed', statement: packed(null) }),
  ],
  [
    'self-known-model',
    'a key that attests itself as a certified model',
    registered('attestation.self'),
    line({ format: 'packed', aaguid: aaguidOf('good'), statement: packed(null) }),
  ],
  [
    'foreign-root',
    'a certificate of a root of the forger’s own',
    registered('attestation.chain'),
    line(attestedBy('good', {}, { statement: packed(foreignLeaf.key, [foreignLeaf.bytes]) })),
  ],
  [
    'foreign-root-sent',
    'the forger’s root sent along',
    registered('attestation.chain'),
    line(attestedBy('good', {}, { statement: packed(foreignLeaf.key, [foreignLeaf.bytes, foreign.bytes]) })),
  ],
  [
    'right-root-sent',
    'the maker’s root behind a foreign certificate',
    registered('attestation.chain'),
    line(
      attestedBy(
        'good',
        {},
        { statement: packed(foreignLeaf.key, [foreignLeaf.bytes, rootOf('good').bytes]) },
      ),
    ),
  ],
  [
    'other-model',
    'a certificate of another model’s maker',
    registered('attestation.chain'),
    line(attestedBy('updated', {}, { aaguid: aaguidOf('good') })),
  ],
  [
    'unknown-model',
    'a model that the metadata does not name',
    registered('attestation.unknown_model'),
    line(attestedBy('good', {}, { aaguid: aaguidOf('nobody') })),
  ],
  [
    'no-model',
    'a statement for no model at all',
    registered('attestation.unknown_model'),
    line(attestedBy('good', {}, { aaguid: '00000000-0000-0000-0000-000000000000' })),
  ],
  [
    'aaguid-extension',
    'a certificate that names its model',
    ATTESTED,
    line(attestedBy('good', { extensions: [aaguidExtension(aaguidOf('good'))] })),
  ],
  [
    'elder-named',
    'a root of two models and a certificate that names this one',
    ATTESTED,
    line(attestedBy('elder', { extensions: [aaguidExtension(aaguidOf('elder'))] })),
  ],
  [
    'elder-as-younger',
    'a certificate of the elder model sent for the younger',
    refused('webauthn.attestation'),
    line(
      attestedBy(
        'elder',
        { extensions: [aaguidExtension(aaguidOf('elder'))] },
        { aaguid: aaguidOf('younger') },
      ),
    ),
  ],
  [
    'middle',
    'a certificate under an authority of the maker',
    ATTESTED,
    line(attestedBy('good', {}, { statement: packed(underMiddle.key, [underMiddle.bytes, middle.bytes]) })),
  ],
  [
    'middle-missing',
    'a chain with a gap',
    registered('attestation.chain'),
    line(attestedBy('good', {}, { statement: packed(underMiddle.key, [underMiddle.bytes]) })),
  ],
  [
    'middle-expired',
    'a chain whose middle has expired',
    registered('attestation.chain'),
    line(attestedBy('good', {}, { statement: packed(underOld.key, [underOld.bytes, old.bytes]) })),
  ],
  [
    'path-too-long',
    'more authorities than the maker allowed',
    registered('attestation.chain'),
    line(
      attestedBy(
        'good',
        {},
        { statement: packed(underBelow.key, [underBelow.bytes, below.bytes, short.bytes]) },
      ),
    ),
  ],
  [
    'leaf-as-authority',
    'a certificate issued by a mere authenticator',
    registered('attestation.chain'),
    line(attestedBy('good', {}, { statement: packed(leafAsCa.key, [leafAsCa.bytes, goodLeaf.bytes]) })),
  ],
  [
    'not-yet',
    'a certificate that is valid only later',
    registered('attestation.chain'),
    line(attestedBy('good', { from: '20200101' }), { at: '2019-06-01T00:00:00Z' }),
  ],
  [
    'statement-of-other-key',
    'a statement over another key',
    refused('webauthn.attestation'),
    line({
      ...attestedBy('good'),
      object: (f, s, a) => attestationObject(f, s, withKey(a, keyNamed('other author'))),
    }),
  ],
  [
    'statement-by-other',
    'a true certificate under a signature of somebody else’s',
    refused('webauthn.attestation'),
    line(attestedBy('good', {}, { statement: packed(keyNamed('thief'), [goodLeaf.bytes]) })),
  ],
  [
    'statement-over-nothing',
    'a statement whose signature is for something else',
    refused('webauthn.attestation'),
    line(
      attestedBy(
        'good',
        {},
        {
          statement: () =>
            map(
              ['alg', -7],
              ['sig', signature(goodLeaf.key, Buffer.from('else'))],
              ['x5c', [goodLeaf.bytes]],
            ),
        },
      ),
    ),
  ],
  [
    'statement-empty',
    'an empty chain',
    refused('webauthn.attestation'),
    line(
      attestedBy('good', {}, { statement: () => map(['alg', -7], ['sig', Buffer.alloc(70)], ['x5c', []]) }),
    ),
  ],
  [
    'statement-no-certificate',
    'bytes that are no certificate',
    refused('webauthn.attestation'),
    line(attestedBy('good', {}, { statement: packed(goodLeaf.key, [Buffer.from('certificate')]) })),
  ],
  [
    'unknown-format',
    'a format that is not verified',
    registered('attestation.format'),
    line({ format: 'compound', aaguid: aaguidOf('good') }),
  ],
  [
    'u2f-format',
    'an authenticator that cannot verify anybody',
    registered('attestation.format'),
    line({ format: 'fido-u2f', statement: goodPacked }),
  ],
  [
    'synced',
    'an attested key that may be copied',
    registered('attestation.synced'),
    line(attestedBy('good', {}, { flags: ['up', 'uv', 'be', 'at'] })),
  ],
  [
    'synced-and-copied',
    'an attested key that was copied',
    registered('attestation.synced'),
    line(attestedBy('good', {}, { flags: ['up', 'uv', 'be', 'bs', 'at'] })),
  ],
  [
    'copied-not-eligible',
    'a key that was copied and cannot be',
    refused('webauthn.backup_state'),
    line(attestedBy('good', {}, { flags: ['up', 'uv', 'bs', 'at'] })),
  ],
  [
    'unverified',
    'an attested key and a person it did not verify',
    registered('attestation.unverified_user'),
    line(attestedBy('good', {}, { flags: ['up', 'at'] })),
  ],
  [
    'absent',
    'a key made with nobody there',
    refused('webauthn.presence'),
    line(attestedBy('good', {}, { flags: ['uv', 'at'] })),
  ],
  [
    'metadata-expired',
    'a certified authenticator after the metadata expired',
    registered('attestation.metadata_expired'),
    line(attestedBy('good'), { at: '2030-02-02T00:00:00Z' }),
  ],
  [
    'metadata-last-day',
    'a certified authenticator on the metadata’s last day',
    ATTESTED,
    line(attestedBy('good'), { at: '2030-02-01T23:59:59Z' }),
  ],
  [
    'metadata-future',
    'a certified authenticator before the metadata was signed',
    registered('attestation.metadata_future'),
    line(attestedBy('good'), { at: '2009-01-01T00:00:00Z' }),
  ],
  [
    'android',
    'a key in an Android device’s hardware',
    ATTESTED,
    line(androidStatement({ challenge: CHALLENGE })),
  ],
  [
    'android-software',
    'an Android key that was never in hardware',
    registered('attestation.software_key'),
    line(androidStatement({ challenge: CHALLENGE }, { level: 0 })),
  ],
  [
    'android-imported',
    'an Android key that came from elsewhere',
    registered('attestation.software_key'),
    line(androidStatement({ challenge: CHALLENGE }, { origin: 2 })),
  ],
  [
    'android-all-applications',
    'an Android key that every application may use',
    registered('attestation.software_key'),
    line(androidStatement({ challenge: CHALLENGE }, { allApplications: true })),
  ],
  [
    'android-other-challenge',
    'an Android certificate from another registration',
    registered('attestation.software_key'),
    line(androidStatement({ challenge: CHALLENGE }, { attested: sha256('another') })),
  ],
  [
    'android-other-key',
    'an Android certificate of another key',
    refused('webauthn.attestation'),
    line({ ...androidStatement({ challenge: CHALLENGE }), cose: coseKey(keyNamed('other author')) }),
  ],
  [
    'android-own-root',
    'an Android chain of the forger’s own with an address for revocation lists',
    registered('attestation.chain'),
    line(androidStatement({ challenge: CHALLENGE }, { forged: true })),
  ],
  ['tpm', 'a key in a TPM', ATTESTED, line(tpmStatement({ challenge: CHALLENGE }))],
  [
    'tpm-foreign',
    'a TPM of a root of the forger’s own',
    registered('attestation.chain'),
    line(tpmStatement({ challenge: CHALLENGE }, foreign)),
  ],
  [
    'tpm-copied-out',
    'a key certified by a TPM that may be moved to another TPM',
    registered('attestation.software_key'),
    line(tpmWith(HONEST_ATTRIBUTES & ~ATTRIBUTE.fixedTPM)),
  ],
  [
    'tpm-other-parent',
    'a key certified by a TPM that may get another parent',
    registered('attestation.software_key'),
    line(tpmWith(HONEST_ATTRIBUTES & ~ATTRIBUTE.fixedParent)),
  ],
  [
    'tpm-imported',
    'a key certified by a TPM that was made outside',
    registered('attestation.software_key'),
    line(tpmWith(HONEST_ATTRIBUTES & ~ATTRIBUTE.sensitiveDataOrigin)),
  ],
  [
    'tpm-no-signer',
    'a key certified by a TPM that may not sign',
    registered('attestation.software_key'),
    line(tpmWith(HONEST_ATTRIBUTES & ~ATTRIBUTE.sign)),
  ],
  [
    'tpm-restricted',
    'a key certified by a TPM that signs only what the TPM made',
    registered('attestation.software_key'),
    line(tpmWith(HONEST_ATTRIBUTES | ATTRIBUTE.restricted)),
  ],
  [
    'tpm-decrypts',
    'a key certified by a TPM that decrypts, too, as those of Windows do',
    ATTESTED,
    line(tpmWith(HONEST_ATTRIBUTES | ATTRIBUTE.decrypt)),
  ],
  [
    'tpm-loaded',
    'a software key that a TPM loaded and certified',
    registered('attestation.software_key'),
    line(tpmWith(ATTRIBUTE.sign | 0x40)),
  ],
];

const ceremony: readonly Row[] = [
  [
    'challenge',
    'another challenge',
    refused('webauthn.challenge'),
    line({ challenge: sha256('another').toString('base64url') }),
  ],
  [
    'origin',
    'another origin',
    refused('webauthn.origin'),
    line({ origin: 'https://assay.example.evil.example' }),
  ],
  [
    'origin-http',
    'the origin without encryption',
    refused('webauthn.origin'),
    line({ origin: 'http://assay.example' }),
  ],
  [
    'origin-case',
    'the origin in capitals',
    refused('webauthn.origin'),
    line({ origin: 'https://ASSAY.example' }),
  ],
  ['rp-id', 'another relying party', refused('webauthn.rp_id'), line({ rpId: 'evil.example' })],
  ['type', 'an assertion’s client data', refused('webauthn.type'), line({ type: 'webauthn.get' })],
  [
    'cross-origin',
    'a page inside of another page',
    refused('webauthn.cross_origin'),
    line({ client: { crossOrigin: true } }),
  ],
  [
    'top-origin',
    'a page that says which page it is in',
    refused('webauthn.cross_origin'),
    line({ client: { topOrigin: 'https://evil.example' } }),
  ],
  [
    'client-data-twice',
    'client data with two challenges',
    refused('webauthn.client_data'),
    line({
      clientText: `{"type":"webauthn.create","challenge":"AAAA","challenge":"${CHALLENGE}","origin":"${ORIGIN}"}`,
    }),
  ],
  [
    'client-data-text',
    'client data that is no JSON',
    refused('webauthn.client_data'),
    line({ clientText: 'null' }),
  ],
  [
    'client-data-bom',
    'client data behind a byte order mark',
    refused('webauthn.client_data'),
    line({ clientText: `\ufeff{"type":"webauthn.create","challenge":"${CHALLENGE}","origin":"${ORIGIN}"}` }),
  ],
  [
    'padding',
    'base64url with padding',
    refused('evidence.malformed'),
    line({}, {}, { response: { clientDataJSON: 'AA==', attestationObject: 'AAAA' } }),
  ],
  [
    'other-id',
    'the id of another credential',
    refused('webauthn.credential'),
    line({ id: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  ],
  [
    'other-raw-id',
    'two ids',
    refused('webauthn.attestation'),
    line({}, {}, { rawId: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  ],
  [
    'other-type',
    'a credential of another type',
    refused('webauthn.attestation'),
    line({}, {}, { type: 'password' }),
  ],
  [
    'megabyte',
    'an attestation object of a megabyte',
    refused('evidence.too_large'),
    line({ object: () => Buffer.alloc(1_048_576) }),
  ],
  [
    'cbor-deep',
    'lists in lists, twelve thousand deep',
    refused('webauthn.attestation'),
    line({ object: () => Buffer.alloc(12_000, 0x81) }),
  ],
  [
    'cbor-wide',
    'a list that says it has four thousand million members',
    refused('webauthn.attestation'),
    line({ object: () => Buffer.from('9affffffff', 'hex') }),
  ],
  [
    'cbor-wide-map',
    'a map that says it has four thousand million members',
    refused('webauthn.attestation'),
    line({ object: () => Buffer.from('baffffffff', 'hex') }),
  ],
  [
    'cbor-long-bytes',
    'bytes that say they are longer than everything',
    refused('webauthn.attestation'),
    line({ object: () => Buffer.from('5b001fffffffffffff', 'hex') }),
  ],
  [
    'cbor-endless',
    'a list without an end',
    refused('webauthn.attestation'),
    line({ object: () => Buffer.from('9f00ff', 'hex') }),
  ],
  [
    'cbor-tag',
    'a value under a tag',
    refused('webauthn.attestation'),
    line({ object: (f, s, a) => Buffer.concat([Buffer.from([0xc1]), attestationObject(f, s, a)]) }),
  ],
  [
    'cbor-behind',
    'bytes behind the object',
    refused('webauthn.attestation'),
    line({ object: (f, s, a) => Buffer.concat([attestationObject(f, s, a), Buffer.from([0])]) }),
  ],
  [
    'cbor-twice',
    'two formats in one object',
    refused('webauthn.attestation'),
    line({
      object: (_f, s, a) =>
        Buffer.concat([
          Buffer.from([0xa4]),
          cbor('fmt'),
          cbor('none'),
          cbor('fmt'),
          cbor('packed'),
          cbor('attStmt'),
          cbor(s),
          cbor('authData'),
          cbor(a),
        ]),
    }),
  ],
  [
    'cbor-long-spelling',
    'a length in a longer spelling than it needs',
    refused('webauthn.attestation'),
    line({
      object: (_f, s, a) =>
        Buffer.concat([
          Buffer.from([0xa3]),
          cbor('fmt'),
          Buffer.from('7804', 'hex'),
          Buffer.from('none'),
          cbor('attStmt'),
          cbor(s),
          cbor('authData'),
          cbor(a),
        ]),
    }),
  ],
  [
    'cbor-many',
    'a statement with three hundred members',
    refused('webauthn.attestation'),
    line({ format: 'compound', statement: () => Array.from({ length: 300 }, () => 0) }),
  ],
  [
    'key-deep',
    'a key of lists in lists',
    refused('webauthn.authenticator_data'),
    line({ cose: nested(5_000) }),
  ],
  [
    'key-missing',
    'a registration without a key',
    refused('webauthn.authenticator_data'),
    line({ flags: ['up', 'uv'] }),
  ],
  [
    'key-no-point',
    'a key that is no point',
    refused('webauthn.attestation'),
    line({ cose: map([1, 2], [3, -7]), format: 'packed', statement: packed(null) }),
  ],
  [
    'key-algorithm',
    'a key of an algorithm that was not offered',
    refused('webauthn.attestation'),
    line({ cose: map([1, 2], [3, -65_535], [-1, 1], [-2, Buffer.alloc(32)], [-3, Buffer.alloc(32)]) }),
  ],
  [
    'data-behind',
    'bytes behind the authenticator data',
    refused('webauthn.authenticator_data'),
    line({ tail: Buffer.alloc(3) }),
  ],
  [
    'data-short',
    'authenticator data cut short',
    refused('webauthn.authenticator_data'),
    line({ object: (f, s, a) => attestationObject(f, s, a.subarray(0, 60)) }),
  ],
  [
    'extension-deep',
    'an extension of lists in lists',
    refused('webauthn.authenticator_data'),
    line({ flags: ['up', 'uv', 'at', 'ed'], tail: nested(2_000).bytes }),
  ],
  [
    'extension',
    'a key with an extension',
    registered('attestation.none'),
    line({ flags: ['up', 'uv', 'at', 'ed'], tail: cbor(map(['credProtect', 2])) }),
  ],
  [
    'raw-object',
    'a text instead of an object',
    refused('webauthn.attestation'),
    line({ object: () => cbor(new Raw(cbor('none'))) }),
  ],
];

export const registerCases = (): EvidenceCase[] => [
  ...family('model', models),
  ...family('statement', statements),
  ...family('registration', ceremony),
];
