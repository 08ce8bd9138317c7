/**
 * The attestation contract (design section 6): claims of a token, the trust list a reader keeps, the policy a reader
 * sets, what a verifier answers, and the states of a token. Shapes only: the rules stand in `src/client/` (a verifier
 * that must run without zod) and `src/attest/` (the issuer); docs/attestation-hpt.md is the specification of the text.
 */
import { z } from 'zod';
import { LIMITS } from './limits.js';
import { ExternalId, Facet, PlatformName } from './post.js';

/** What the last character may be, so that so many spare bits are zero and no value has two spellings. */
const LAST = { 2: 'AEIMQUYcgkosw048', 4: 'AQgw' } as const;

const base64url = (bytes: 16 | 32, what: string) =>
  z
    .string()
    .regex(
      new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3) - 1}}[${LAST[bytes % 3 === 1 ? 4 : 2]}]$`),
      `${bytes} bytes in base64url`,
    )
    .describe(what);
const ascii = (what: string) =>
  z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, '1 to 64 visible ASCII characters')
    .describe(what);

/** Token identifier: 128 random-looking bits. */
export const Jti = base64url(16, 'Token id: 16 bytes');
/** The canonical texts this version knows. `hpt-1` is frozen: its vectors stand in test/vectors/hpt-1.json. */
export const Canonicalisation = z.literal('hpt-1');

/** What was shown, on three axes that are never added up (design section 6). */
export const Levels = z
  .strictObject({
    prs: z
      .int()
      .min(0)
      .max(3)
      .describe(
        'Presence for THIS text: 0 none, 1 a registered key signed this hash, 2 an attested authenticator with user verification did, 3 supervised',
      ),
    unq: z
      .int()
      .min(0)
      .max(3)
      .describe(
        'Uniqueness: 0 none, 1 aged account vouched for by the platform, 2 personhood credential with a nullifier, 3 proven in person',
      ),
    cmp: z
      .int()
      .min(0)
      .max(1)
      .describe('Composition: 0 nothing said, 1 declared by the author; never a proof'),
  })
  .meta({ id: 'AttestationLevels' });
export type Levels = z.infer<typeof Levels>;

/** What a token says it does NOT prove; follows from the levels, and the verifier recomputes it. */
export const NotProven = z.enum(['composed', 'unique', 'uncoerced']);
export type NotProven = z.infer<typeof NotProven>;

export const TokenHeader = z
  .strictObject({
    alg: z.literal('ES256'),
    typ: z.literal('human-author+jwt'),
    kid: base64url(32, 'RFC 7638 thumbprint of the token key'),
  })
  .meta({ id: 'AttestationHeader' });
export type TokenHeader = z.infer<typeof TokenHeader>;

/** What the token is about: hashes of the canonical text, never the text. */
export const ContentClaim = z.strictObject({
  can: Canonicalisation.describe('Canonicalisation; fixes SHA-256'),
  h: base64url(32, 'Hash of the canonical text'),
  w: base64url(32, 'Hash of its words in order; absent when it has none').optional(),
  n: z.int().min(1).max(LIMITS.textCodePoints).describe('Code points of the canonical text'),
  salt: base64url(16, 'Private mail: h and w are HMACs under this salt').optional(),
});
export type ContentClaim = z.infer<typeof ContentClaim>;

export const StatusClaim = z.strictObject({
  status_list: z.strictObject({ idx: z.int().min(0), uri: z.url().max(256) }),
});

export const TokenClaims = z
  .strictObject({
    iss: ascii('Issuer'),
    aud: ascii('Platform the token is for'),
    sub: base64url(16, 'Pairwise subject: HMAC(random per-subject key, aud)'),
    acc: base64url(16, 'Account binding: SHA-256 over aud and the immutable account id'),
    jti: Jti,
    iat: z.int().min(0).describe('Issued, seconds since the epoch'),
    exp: z.int().min(0).describe('Expires, seconds since the epoch; at most 90 days after iat'),
    lvl: Levels,
    hal: z.int().min(0).max(3).describe('Derived from prs and unq'),
    evd: z
      .array(z.string().regex(/^[a-z0-9_]{1,24}$/))
      .max(3)
      .refine((codes) => new Set(codes).size === codes.length, 'a code stands twice')
      .describe('Codes of the evidence: passkey, attested_key, platform_vouch, credential'),
    con: ContentClaim,
    prev: Jti.optional().describe('The token this one supersedes'),
    status: StatusClaim,
    np: z.array(NotProven).max(3),
  })
  .refine(({ prev, jti }) => prev !== jti, 'a token does not supersede itself')
  .meta({ id: 'AttestationClaims' });
export type TokenClaims = z.infer<typeof TokenClaims>;

/** A public EC key on P-256 as trust lists and JWKS carry it. */
export const PublicKey = z
  .object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url(32, 'x coordinate'),
    y: base64url(32, 'y coordinate'),
    kid: base64url(32, 'RFC 7638 thumbprint').optional(),
    alg: z.literal('ES256').optional(),
    use: z.literal('sig').optional(),
  })
  .meta({ id: 'PublicKey' });
export type PublicKey = z.infer<typeof PublicKey>;

/** One issuer a reader trusts. The two key sets are disjoint: tokens are looked up only in the first, lists only in the second. */
export const TrustedIssuer = z
  .object({
    iss: ascii('Issuer as in the token'),
    audiences: z.array(ascii('Platform')).describe('Platforms this issuer may speak for; `*` for any'),
    token_keys: z.array(PublicKey),
    status_keys: z.array(PublicKey),
    status_origins: z.array(z.string()).describe('Origins status lists may be fetched from'),
  })
  .meta({ id: 'TrustedIssuer' });
export type TrustedIssuer = z.infer<typeof TrustedIssuer>;

/** `trust.json`. */
export const TrustList = z.object({ issuers: z.array(TrustedIssuer) }).meta({ id: 'TrustList' });
export type TrustList = z.infer<typeof TrustList>;

/** What a reader asks of an item; not to be confused with the detector's `bandPolicy`. */
export const FilterPolicy = z
  .strictObject({
    minHal: z.int().min(0).max(3).describe('Least hal that is shown; 0 hides nothing and only labels'),
    requireAuthor: z
      .boolean()
      .describe('Text and author must have been given and must match; otherwise the item is unchecked'),
    acceptReformatted: z
      .boolean()
      .describe('Same words in the same order are enough when the exact text differs'),
    maxStatusAgeS: z.int().min(0).describe('A status list older than this, in seconds, is stale'),
    onUnknown: z
      .enum(['hide', 'label'])
      .describe('Items of which nothing is known: no token, unchecked, status unknown'),
    onStale: z
      .enum(['open', 'closed'])
      .describe('A stale or missing status list: open accepts, closed refuses'),
  })
  .meta({ id: 'FilterPolicy' });
export type FilterPolicy = z.infer<typeof FilterPolicy>;

export const PolicyName = z.enum(['all', 'approved', 'humans', 'strict']);
export type PolicyName = z.infer<typeof PolicyName>;

/** One code per check of the verifier, in the order of its checklist. */
export const VerifyError = z.enum([
  'token.too_large',
  'token.malformed',
  'token.header',
  'token.unknown_key',
  'token.signature',
  'token.claims',
  'token.issuer',
  'token.audience',
  'token.not_yet_valid',
  'token.expired',
  'token.levels',
  'author.different',
  'author.unchecked',
  'content.different',
  'content.reformatted',
  'content.unchecked',
  // HTML that can be shown in other ways than it reads: what is in doubt has a form in `h`, but not one for each way.
  'content.uncertain',
  'status.origin',
  'status.unavailable',
  'status.key',
  'status.index',
  'status.stale',
  'status.revoked',
  'status.suspended',
  'status.superseded',
  'policy.hal',
  // Of batches and feeds, where several tokens are seen: one `verify` cannot find it.
  'token.reused',
]);
export type VerifyError = z.infer<typeof VerifyError>;

export const TokenStatus = z.enum(['valid', 'revoked', 'suspended', 'superseded']);
export type TokenStatus = z.infer<typeof TokenStatus>;

/** The verifier's answer. Levels are given only when the token is valid for this text and author. */
export const VerifyResult = z
  .object({
    valid: z.boolean(),
    hal: z.int().nullable(),
    lvl: z.union([Levels, z.null()]),
    author: z.enum(['match', 'different', 'unchecked']),
    content: z.enum(['exact', 'reformatted', 'different', 'unchecked']),
    status: z.enum(['valid', 'revoked', 'suspended', 'superseded', 'unknown']),
    statusAsOf: z.string().nullable().describe('When the status list was signed, RFC 3339'),
    stale: z.boolean(),
    notProven: z.array(NotProven),
    errors: z.array(VerifyError).describe('Empty exactly when valid'),
    reported: z
      .array(z.string())
      .describe('What was removed from the text that was checked, or is in doubt in it, by codes; sorted'),
    jti: z.string().nullable().describe('Token id once the signature holds; one jti on two items is a reuse'),
    iss: z.string().nullable(),
  })
  .meta({ id: 'VerifyResult' });
export type VerifyResult = z.infer<typeof VerifyResult>;

/** Why an item of a feed is kept, hidden or labelled: one reason each, the first that applies. */
export const FeedReason = z.enum([
  'meets_policy',
  'reformatted',
  'no_token',
  'unchecked',
  'forged',
  'expired',
  'other_account',
  'edited',
  'uncertain',
  'reused',
  'revoked',
  'suspended',
  'superseded',
  'status_unknown',
  'stale',
  'below_minimum',
]);
export type FeedReason = z.infer<typeof FeedReason>;

/** What may be said of an item to a reader. hal 1 is the account's key, and nothing about a person. */
export const FeedLabel = z.enum([
  'none',
  'approved_by_account_key',
  'account_vouched',
  'presence_attested',
  'presence_and_uniqueness',
]);
export type FeedLabel = z.infer<typeof FeedLabel>;

/** A text to check a token against: text with optional facets, or HTML. */
export const AttestedText = z.strictObject({
  text: z
    .string()
    .max(4 * LIMITS.textCodePoints)
    .optional(),
  html: z
    .string()
    .max(4 * LIMITS.textCodePoints)
    .optional(),
  facets: z.array(Facet).max(LIMITS.facets).optional(),
});

/** What `POST /v1/verify` and `assay verify --jsonl` take: the token and where it was found. */
export const VerifyRequest = AttestedText.extend({
  id: z.string().max(LIMITS.idLength).optional(),
  token: z.string().max(4 * LIMITS.tokenReadBytes),
  platform: PlatformName.optional(),
  author: z
    .union([ExternalId, z.object({ id: ExternalId })])
    .optional()
    .describe('Immutable account id under which the text stands'),
}).meta({ id: 'VerifyRequest' });
export type VerifyRequest = z.infer<typeof VerifyRequest>;

/** `GET /.well-known/human-author`: the issuer as others put it in their trust lists, and what its tokens mean. */
export const DiscoveryDocument = TrustedIssuer.extend({
  jwks_uri: z.url(),
  verify_uri: z.url(),
  status_list_aggregation_endpoint: z.url().describe('Names every status list'),
  status_events_uri: z.url().describe('Server-sent events: which list changed'),
  lookup_uri: z.url().describe('Attestations by a prefix of the hash of their text; needs a key'),
  token_type: z.literal('human-author+jwt'),
  canonicalisations: z.array(Canonicalisation),
  token_lifetime_s: z.int(),
  status_ttl_s: z.int(),
  quotas: z.object({ per_author_day: z.int(), per_platform_hour: z.int() }),
  vouched_account_age_days: z.int().describe('Age from which a vouched account gives unq 1'),
  vouched_days: z.int().describe('For how long a platform’s word about an account counts'),
}).meta({ id: 'AttestationDiscovery' });
export type DiscoveryDocument = z.infer<typeof DiscoveryDocument>;
