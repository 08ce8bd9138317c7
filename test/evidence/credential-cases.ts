/** Presented credentials: RFC 9901's rejections one by one, and what makes one a proof of one person. */
import { keyNamed } from '../attacks/p256.js';
import { type EvidenceCase, family, impersonal, ONE_PERSON, type Row, refused } from './case.js';
import {
  digest,
  disclosure,
  HOLDER,
  ISSUER,
  ISSUER_KEY,
  NONCE,
  NOW,
  oddDisclosure,
  PERSON,
  type Presentation,
  presentation,
  STATUS_URI,
  VERIFIER,
} from './credentials.js';

const line = (change: Presentation = {}, expected: object = {}) => ({
  kind: 'sd-jwt',
  input: presentation(change),
  expected: { aud: VERIFIER, nonce: NONCE, at: NOW, ...expected },
});
const text = (input: unknown) => ({
  kind: 'sd-jwt',
  input,
  expected: { aud: VERIFIER, nonce: NONCE, at: NOW },
});

/** Digests and what is disclosed under them. */
const shown = (disclosures: readonly string[], claims: object, more: Presentation = {}) =>
  line({ disclosures: [PERSON, ...disclosures], claims, ...more });
const listed = (...disclosures: string[]) => ({ _sd: [digest(PERSON), ...disclosures.map(digest)] });
const hidden = (...disclosures: string[]) => disclosures.map((each) => ({ '...': digest(each) }));

const city = disclosure('city', 'Köln');
const inner = disclosure('street', 'Domkloster');
const outer = disclosure('address', { _sd: [digest(inner)] });
const element = disclosure('DE');
const list = disclosure('nationalities', hidden(element));
const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);
const status = (idx: unknown, uri: unknown = STATUS_URI) => ({ status: { status_list: { idx, uri } } });
const holderJwk = { kty: HOLDER.jwk.kty, crv: HOLDER.jwk.crv, x: HOLDER.jwk.x, y: HOLDER.jwk.y };
const spare = (compact: string) =>
  compact.replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1));

const good: readonly Row[] = [
  ['one-person', 'a credential of one person', ONE_PERSON, line()],
  [
    'plain-nullifier',
    'a nullifier in plain sight',
    ONE_PERSON,
    line({ disclosures: [], claims: { _sd: undefined, nullifier: 'person-4711' } }),
  ],
  [
    'subject',
    'the issuer’s own name for a person',
    ONE_PERSON,
    line({ disclosures: [], claims: { _sd: undefined, sub: 'person-4711' } }),
  ],
  ['draft-type', 'the type that drafts had', ONE_PERSON, line({ header: { typ: 'vc+sd-jwt' } })],
  ['media-type', 'the type with its prefix', ONE_PERSON, line({ header: { typ: 'application/dc+sd-jwt' } })],
  ['no-kid', 'a header without a key’s name', ONE_PERSON, line({ header: { kid: undefined } })],
  ['own-kid', 'a key by the issuer’s own name for it', ONE_PERSON, line({ header: { kid: 'signer-2030' } })],
  ['nested', 'disclosures inside of a disclosure', ONE_PERSON, shown([outer, inner], listed(outer))],
  ['elements', 'elements of a disclosed list', ONE_PERSON, shown([list, element], listed(list))],
  ['hidden', 'digests that stay hidden', ONE_PERSON, shown([], listed(city, outer))],
  ['hidden-elements', 'elements that stay hidden', ONE_PERSON, shown([], { nationalities: hidden(element) })],
  [
    'sha-512',
    'another hash',
    ONE_PERSON,
    line({ disclosures: [], claims: { _sd_alg: 'sha-512', _sd: [], nullifier: 'x' }, hash: 'sha512' }),
  ],
  ['valid-status', 'a credential that its list calls valid', ONE_PERSON, line({ claims: status(2) })],
  ['no-end', 'a credential without an end', ONE_PERSON, line({ claims: { exp: undefined } })],
  ['last-second', 'a credential that ended within the skew', ONE_PERSON, line({ claims: { exp: NOW - 59 } })],
  [
    'not-disclosed',
    'a nullifier that the holder keeps to himself',
    impersonal('credential.nullifier'),
    line({ disclosures: [] }),
  ],
  [
    'number',
    'a nullifier that is no text',
    impersonal('credential.nullifier'),
    line({ disclosures: [], claims: { _sd: [], nullifier: 4711 } }),
  ],
  [
    'subject-beside-hidden',
    'the issuer’s name for a person beside a nullifier that the holder keeps to himself',
    impersonal('credential.nullifier'),
    line({ disclosures: [], claims: { sub: 'person-4711' } }),
  ],
  ['no-vct', 'a credential of no type', impersonal('credential.type'), line({ claims: { vct: undefined } })],
  [
    'other-type',
    'an SD-JWT that is no credential',
    impersonal('credential.type'),
    line({ header: { typ: 'example+sd-jwt' } }),
  ],
];

const signature: readonly Row[] = [
  [
    'issuer',
    'an issuer that nobody trusts',
    refused('sd_jwt.issuer'),
    line({ claims: { iss: 'https://mill.example' } }),
  ],
  [
    'issuer-missing',
    'a credential that names no issuer',
    impersonal('credential.type'),
    line({ claims: { iss: undefined } }),
  ],
  [
    'issuer-missing-foreign',
    'a credential of no issuer under a foreign key',
    refused('sd_jwt.issuer'),
    line({ claims: { iss: undefined }, key: keyNamed('mill') }),
  ],
  [
    'issuer-slash',
    'an issuer in another spelling',
    refused('sd_jwt.issuer'),
    line({ claims: { iss: `${ISSUER}/` } }),
  ],
  ['key', 'a key that is not the issuer’s', refused('sd_jwt.signature'), line({ key: keyNamed('mill') })],
  [
    'key-named',
    'a foreign key’s name',
    refused('sd_jwt.signature'),
    line({ key: keyNamed('mill'), header: { kid: keyNamed('mill').kid } }),
  ],
  [
    'holder-signed',
    'a credential that its holder signed',
    refused('sd_jwt.signature'),
    line({ key: HOLDER }),
  ],
  [
    'claims-changed',
    'claims that were changed',
    refused('sd_jwt.signature'),
    line({
      change: (t) =>
        t.replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ iss: ISSUER, nullifier: 'x', cnf: { jwk: holderJwk } })).toString('base64url')}.`,
        ),
    }),
  ],
  [
    'alg-none',
    'a credential without a signature',
    refused('sd_jwt.header'),
    line({ header: { alg: 'none' } }),
  ],
  [
    'alg-hmac',
    'a credential under the issuer’s public key as a secret',
    refused('sd_jwt.header'),
    line({ header: { alg: 'HS256' } }),
  ],
  [
    'alg-case',
    'an algorithm in another spelling',
    refused('sd_jwt.header'),
    line({ header: { alg: 'es256' } }),
  ],
  [
    'alg-rsa',
    'an algorithm that is not allowed',
    refused('sd_jwt.header'),
    line({ header: { alg: 'RS256' } }),
  ],
  ['typ-missing', 'no type', refused('sd_jwt.header'), line({ header: { typ: undefined } })],
  ['typ-jwt', 'a JWT of another kind', refused('sd_jwt.header'), line({ header: { typ: 'JWT' } })],
  [
    'typ-binding',
    'a holder’s signature in the issuer’s place',
    refused('sd_jwt.header'),
    line({ header: { typ: 'kb+jwt' } }),
  ],
  [
    'crit',
    'an extension that has to be understood',
    refused('sd_jwt.header'),
    line({ header: { crit: ['exp'] } }),
  ],
  ['jwk', 'a key inside of the header', refused('sd_jwt.header'), line({ header: { jwk: holderJwk } })],
  [
    'jku',
    'an address of keys in the header',
    refused('sd_jwt.header'),
    line({ header: { jku: 'https://mill.example/keys' } }),
  ],
  [
    'claims-twice',
    'claims with two issuers',
    refused('sd_jwt.malformed'),
    line({ payloadText: `{"iss":"https://mill.example","iss":"${ISSUER}"}` }),
  ],
  ['claims-list', 'claims that are a list', refused('sd_jwt.malformed'), line({ payloadText: '[]' })],
  [
    'spare-bits',
    'a signature in another spelling',
    refused('sd_jwt.malformed'),
    line({ change: (t) => t.replace(/^[^~]+/, spare) }),
  ],
  [
    'padding',
    'padding behind a part',
    refused('sd_jwt.malformed'),
    line({ change: (t) => t.replace('.', '=.') }),
  ],
];

const disclosures: readonly Row[] = [
  [
    'unreferenced',
    'a disclosure without its digest',
    refused('sd_jwt.disclosure'),
    line({ disclosures: [PERSON, city] }),
  ],
  ['twice', 'a disclosure twice', refused('sd_jwt.disclosure'), line({ disclosures: [PERSON, PERSON] })],
  ['digest-twice', 'a digest twice', refused('sd_jwt.digest'), shown([city], listed(city, city))],
  [
    'digest-twice-apart',
    'a digest in two places',
    refused('sd_jwt.digest'),
    shown([city], { ...listed(city), address: { _sd: [digest(city)] } }),
  ],
  [
    'digest-twice-nested',
    'a digest again inside of a disclosure',
    refused('sd_jwt.digest'),
    shown([disclosure('a', { _sd: [digest(PERSON)] })], listed(disclosure('a', { _sd: [digest(PERSON)] }))),
  ],
  ['digest-twice-hidden', 'a hidden digest twice', refused('sd_jwt.digest'), shown([], listed(city, city))],
  [
    'digest-twice-list',
    'a digest twice in a list',
    refused('sd_jwt.digest'),
    shown([element], { nationalities: [...hidden(element), ...hidden(element)] }),
  ],
  [
    'name-there',
    'a name that is there already',
    refused('sd_jwt.claims'),
    shown([city], { ...listed(city), city: 'Bonn' }),
  ],
  [
    'name-twice',
    'two disclosures of one name',
    refused('sd_jwt.claims'),
    shown([city, disclosure('city', 'Bonn')], listed(city, disclosure('city', 'Bonn'))),
  ],
  [
    'name-sd',
    'a disclosure named _sd',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['salt', '_sd', []])], listed(oddDisclosure(['salt', '_sd', []]))),
  ],
  [
    'name-dots',
    'a disclosure named ...',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['salt', '...', 'x'])], listed(oddDisclosure(['salt', '...', 'x']))),
  ],
  [
    'name-alg',
    'a disclosure that changes the hash',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['salt', '_sd_alg', 'none'])], listed(oddDisclosure(['salt', '_sd_alg', 'none']))),
  ],
  [
    'name-number',
    'a name that is no text',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['salt', 1, 'x'])], listed(oddDisclosure(['salt', 1, 'x']))),
  ],
  [
    'proto',
    'a disclosure named __proto__',
    impersonal('credential.nullifier'),
    line({
      disclosures: [oddDisclosure('["salt","__proto__",{"nullifier":"x"}]')],
      claims: { _sd: [digest(oddDisclosure('["salt","__proto__",{"nullifier":"x"}]'))] },
    }),
  ],
  [
    'element-as-member',
    'an element where a member belongs',
    refused('sd_jwt.disclosure'),
    shown([element], listed(element)),
  ],
  [
    'member-as-element',
    'a member where an element belongs',
    refused('sd_jwt.disclosure'),
    shown([city], { cities: hidden(city) }),
  ],
  [
    'too-long',
    'four members',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['a', 'b', 'c', 'd'])], listed(oddDisclosure(['a', 'b', 'c', 'd']))),
  ],
  [
    'too-short',
    'a salt and nothing else',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure(['a'])], listed(oddDisclosure(['a']))),
  ],
  [
    'no-salt',
    'a salt that is no text',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure([1, 'city', 'x'])], listed(oddDisclosure([1, 'city', 'x']))),
  ],
  [
    'object',
    'an object',
    refused('sd_jwt.disclosure'),
    shown([oddDisclosure({ city: 'x' })], listed(oddDisclosure({ city: 'x' }))),
  ],
  [
    'json-twice',
    'a value with a name twice',
    refused('sd_jwt.disclosure'),
    shown(
      [oddDisclosure('["salt","city",{"a":1,"a":2}]')],
      listed(oddDisclosure('["salt","city",{"a":1,"a":2}]')),
    ),
  ],
  ['empty', 'an empty disclosure', refused('sd_jwt.disclosure'), line({ after: [PERSON, ''] })],
  [
    'padding',
    'a disclosure with padding',
    refused('sd_jwt.disclosure'),
    shown([`${city}=`], listed(`${city}=`)),
  ],
  ['sd-text', 'digests that are a text', refused('sd_jwt.digest'), line({ claims: { _sd: digest(PERSON) } })],
  [
    'sd-number',
    'a digest that is a number',
    refused('sd_jwt.digest'),
    line({ claims: { _sd: [digest(PERSON), 1] } }),
  ],
  [
    'dots-in-object',
    '... in an object',
    refused('sd_jwt.digest'),
    shown([], { address: { '...': digest(city) } }),
  ],
  [
    'dots-beside',
    '... beside another member',
    refused('sd_jwt.digest'),
    shown([], { list: [{ '...': digest(city), a: 1 }] }),
  ],
  ['dots-number', '... with a number', refused('sd_jwt.digest'), shown([], { list: [{ '...': 1 }] })],
  [
    'hash-unknown',
    'a hash that nobody knows',
    refused('sd_jwt.digest'),
    line({ claims: { _sd_alg: 'md5' } }),
  ],
  [
    'hash-other',
    'digests of another hash than is said',
    refused('sd_jwt.disclosure'),
    line({ claims: { _sd_alg: 'sha-384' } }),
  ],
  [
    'deep',
    'lists in lists',
    refused('sd_jwt.claims'),
    shown([disclosure('deep', nested(40))], listed(disclosure('deep', nested(40)))),
  ],
  [
    'many',
    'three hundred disclosures',
    refused('evidence.too_large'),
    line({ after: Array.from({ length: 300 }, (_each, n) => disclosure(`n${n}`, n)) }),
  ],
  ['huge', 'a credential of a megabyte', refused('evidence.too_large'), text('A'.repeat(1_048_576))],
  [
    'cnf-disclosed',
    'a holder’s key that the holder chose',
    refused('sd_jwt.claims'),
    shown([disclosure('cnf', { jwk: holderJwk })], {
      ...listed(disclosure('cnf', { jwk: holderJwk })),
      cnf: undefined,
    }),
  ],
  [
    'exp-disclosed',
    'an end that the holder may keep to himself',
    refused('sd_jwt.claims'),
    shown([disclosure('exp', NOW + 9)], { ...listed(disclosure('exp', NOW + 9)), exp: undefined }),
  ],
];

const binding: readonly Row[] = [
  ['oldest', 'a signature as old as it may be', ONE_PERSON, line({ binding: { iat: NOW - 360 } })],
  [
    'too-old',
    'a signature a second older',
    refused('sd_jwt.key_binding'),
    line({ binding: { iat: NOW - 361 } }),
  ],
  ['missing', 'a credential without its holder', refused('sd_jwt.key_binding'), line({ unbound: true })],
  [
    'other-key',
    'a signature of somebody else’s',
    refused('sd_jwt.key_binding'),
    line({ bindingKey: keyNamed('thief') }),
  ],
  [
    'issuer-signed',
    'a signature of the issuer’s',
    refused('sd_jwt.key_binding'),
    line({ bindingKey: ISSUER_KEY }),
  ],
  ['nonce', 'another nonce', refused('sd_jwt.nonce'), line({ binding: { nonce: 'bm9uY2U' } })],
  ['nonce-missing', 'no nonce', refused('sd_jwt.nonce'), line({ binding: { nonce: undefined } })],
  ['nonce-list', 'a nonce in a list', refused('sd_jwt.nonce'), line({ binding: { nonce: [NONCE] } })],
  [
    'audience',
    'another verifier',
    refused('sd_jwt.audience'),
    line({ binding: { aud: 'https://elsewhere.example' } }),
  ],
  [
    'audience-list',
    'a verifier in a list',
    refused('sd_jwt.audience'),
    line({ binding: { aud: [VERIFIER] } }),
  ],
  [
    'dropped',
    'a disclosure left out after signing',
    refused('sd_jwt.sd_hash'),
    line({ disclosures: [PERSON, city], claims: listed(city), after: [PERSON] }),
  ],
  [
    'added',
    'a disclosure added after signing',
    refused('sd_jwt.sd_hash'),
    line({ disclosures: [PERSON], claims: listed(city), after: [PERSON, city] }),
  ],
  [
    'reordered',
    'disclosures in another order',
    refused('sd_jwt.sd_hash'),
    line({ disclosures: [PERSON, city], claims: listed(city), after: [city, PERSON] }),
  ],
  [
    'hash-missing',
    'no hash of the presentation',
    refused('sd_jwt.sd_hash'),
    line({ binding: { sd_hash: undefined } }),
  ],
  [
    'old',
    'a signature of yesterday',
    refused('sd_jwt.key_binding'),
    line({ binding: { iat: NOW - 86_400 } }),
  ],
  [
    'future',
    'a signature of tomorrow',
    refused('sd_jwt.key_binding'),
    line({ binding: { iat: NOW + 86_400 } }),
  ],
  ['skew', 'a clock fifty seconds ahead', ONE_PERSON, line({ binding: { iat: NOW + 50 } })],
  ['no-time', 'a signature of no time', refused('sd_jwt.key_binding'), line({ binding: { iat: undefined } })],
  [
    'text-time',
    'a time that is a text',
    refused('sd_jwt.key_binding'),
    line({ binding: { iat: String(NOW) } }),
  ],
  [
    'expired',
    'a signature that has expired',
    refused('sd_jwt.key_binding'),
    line({ binding: { exp: NOW - 100 } }),
  ],
  [
    'typ',
    'a signature of another type',
    refused('sd_jwt.key_binding'),
    line({ bindingHeader: { typ: 'JWT' } }),
  ],
  [
    'alg-none',
    'a holder’s part without a signature',
    refused('sd_jwt.key_binding'),
    line({ bindingHeader: { alg: 'none' } }),
  ],
  [
    'jwk',
    'a holder’s key inside of the header',
    refused('sd_jwt.key_binding'),
    line({ bindingHeader: { jwk: holderJwk } }),
  ],
  [
    'cnf-missing',
    'a credential bound to nobody',
    refused('sd_jwt.holder_key'),
    line({ claims: { cnf: undefined } }),
  ],
  [
    'cnf-kid',
    'a credential bound to a name of a key',
    refused('sd_jwt.holder_key'),
    line({ claims: { cnf: { kid: HOLDER.kid } } }),
  ],
  [
    'cnf-symmetric',
    'a credential bound to a secret',
    refused('sd_jwt.holder_key'),
    line({ claims: { cnf: { jwk: { kty: 'oct', k: 'AAAA' } } } }),
  ],
  [
    'cnf-private',
    'a credential with the holder’s private key',
    refused('sd_jwt.holder_key'),
    line({ claims: { cnf: { jwk: { ...holderJwk, d: holderJwk.x } } } }),
  ],
  [
    'cnf-no-point',
    'a key that is no point',
    refused('sd_jwt.holder_key'),
    line({ claims: { cnf: { jwk: { ...holderJwk, y: holderJwk.x } } } }),
  ],
];

const times: readonly Row[] = [
  ['expired', 'a credential that has ended', refused('sd_jwt.expired'), line({ claims: { exp: NOW - 61 } })],
  [
    'not-yet',
    'a credential that counts from tomorrow',
    refused('sd_jwt.not_yet_valid'),
    line({ claims: { nbf: NOW + 86_400 } }),
  ],
  [
    'issued-tomorrow',
    'a credential issued tomorrow',
    refused('sd_jwt.not_yet_valid'),
    line({ claims: { iat: NOW + 86_400 } }),
  ],
  ['text', 'an end that is a text', refused('sd_jwt.claims'), line({ claims: { exp: '2031-01-01' } })],
  [
    'status-revoked',
    'a credential that was taken back',
    refused('sd_jwt.status'),
    line({ claims: status(3) }),
  ],
  [
    'status-outside',
    'an index that the list does not have',
    refused('sd_jwt.status'),
    line({ claims: status(1_000_000) }),
  ],
  [
    'status-elsewhere',
    'a list where the issuer has none',
    refused('sd_jwt.status'),
    line({ claims: status(2, 'https://mill.example/status/1') }),
  ],
  [
    'status-missing',
    'a list that cannot be had',
    refused('sd_jwt.status'),
    line({ claims: status(2, 'https://persons.example/status/404') }),
  ],
  [
    'status-forged',
    'a list signed by the issuer’s other key',
    refused('sd_jwt.status'),
    line({ claims: status(2, 'https://persons.example/status/forged') }),
  ],
  [
    'status-old',
    'a list that has expired',
    refused('sd_jwt.status'),
    line({ claims: status(2, 'https://persons.example/status/old') }),
  ],
  [
    'status-unknown',
    'a status of another kind',
    refused('sd_jwt.status'),
    line({ claims: { status: { crl: 'https://persons.example' } } }),
  ],
  ['status-text', 'an index that is a text', refused('sd_jwt.status'), line({ claims: status('2') })],
];

const lines: readonly Row[] = [
  ['empty', 'nothing', refused('sd_jwt.malformed'), text('')],
  ['tilde', 'a tilde', refused('sd_jwt.malformed'), text('~')],
  ['two-parts', 'two parts', refused('sd_jwt.malformed'), text('e30.e30~')],
  ['object', 'JSON serialisation', refused('evidence.malformed'), text({ payload: 'e30', signatures: [] })],
  [
    'no-nonce',
    'a line that does not say which nonce',
    refused('evidence.expected'),
    { ...line(), expected: { aud: VERIFIER } },
  ],
  [
    'no-challenge',
    'a line that does not say which challenge',
    refused('evidence.expected'),
    {
      kind: 'webauthn',
      input: {
        credential: { id: 'a', publicKey: 'b' },
        assertion: { id: 'a', rawId: 'a', type: 'public-key', response: {} },
      },
      expected: {},
    },
  ],
  [
    'no-responses',
    'a response without its members',
    refused('evidence.malformed'),
    {
      kind: 'webauthn',
      input: { id: 'a', rawId: 'a', type: 'public-key', response: {} },
      expected: { challenge: 'a', origin: 'b', rpId: 'c' },
    },
  ],
  [
    'kind',
    'evidence of another kind',
    refused('evidence.malformed'),
    { kind: 'passport', input: '', expected: {} },
  ],
  [
    'no-input',
    'a line without evidence',
    refused('evidence.malformed'),
    { kind: 'webauthn', expected: { challenge: 'a', origin: 'b', rpId: 'c' } },
  ],
  [
    'time',
    'a time that is none',
    refused('evidence.malformed'),
    { ...line(), expected: { aud: VERIFIER, nonce: NONCE, at: 'today' } },
  ],
  ['not-json', 'a line that is no JSON', refused('evidence.malformed'), '{"id":"line/not-json"'],
  [
    'json-twice',
    'a line with two inputs',
    refused('evidence.malformed'),
    '{"id":"line/json-twice","kind":"sd-jwt","input":"a","input":"b","expected":{}}',
  ],
  ['json-deep', 'a line of lists in lists', refused('evidence.malformed'), '['.repeat(5_000)],
  ['list', 'a line that is a list', refused('evidence.malformed'), '[]'],
];

export const credentialCases = (): EvidenceCase[] => [
  ...family('credential', good),
  ...family('issuer', signature),
  ...family('disclosure', disclosures),
  ...family('holder', binding),
  ...family('time', times),
  ...family('line', lines),
];
