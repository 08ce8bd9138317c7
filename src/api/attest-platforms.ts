/**
 * Platforms whose account proofs are accepted, with the keys that sign them: registered by the tenant's administrator,
 * and at once only where the operator's list gives the name to the tenant; a domain is proven first.
 */
import { z } from 'zod';
import { PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { PlatformName } from '../../schemas/post.js';
import { Problem, parseAs } from '../../schemas/problem.js';
import type { PlatformClaimDoc, PlatformDoc } from '../../schemas/store/documents.js';
import { CHALLENGE_PATH } from '../attest/domain-challenge.js';
import type { AttestContext, Issuer } from '../attest/issuer.js';
import { platformsOf } from '../attest/platform.js';
import { challengeFor, provePlatform, registerPlatform } from '../attest/platform-claim.js';
import { pendingClaims } from '../attest/platform-limits.js';
import { defineEndpoint } from './endpoint.js';
import { instant } from './instant.js';
import { bindCursor, Next, PAGE_QUERY, unbindCursor } from './page.js';
import { takeTurn } from './turns.js';

const fields = {
  aud: PlatformName,
  name: z.string().min(1).max(128),
  keys: z.array(PublicKey).min(1).max(8).describe('Public P-256 keys that sign account proofs'),
};

const PlatformRequest = z.strictObject(fields).meta({ id: 'PlatformRequest' });
type PlatformRequest = z.infer<typeof PlatformRequest>;

const Platform = z
  .object({
    ...fields,
    state: z.literal('registered'),
    provenBy: z
      .enum(['operator', 'domain'])
      .describe('The operator gave this name to the tenant, or control of the domain was proven'),
  })
  .meta({ id: 'Platform' });

const PendingPlatform = z
  .object({
    ...fields,
    state: z.literal('pending').describe('It has no power until it is proven'),
    challenge: z
      .object({
        url: z.url().describe('Where the line has to stand, by itself, in an answer 200 without redirects'),
        line: z.string().describe('What the domain has to publish: this issuer and the token of the claim'),
        expiresAt: z.string(),
      })
      .describe('How control of the domain is proven'),
  })
  .meta({ id: 'PendingPlatform' });

const bare = (keys: PlatformClaimDoc['keys']) => keys.map(({ kty, crv, x, y }) => ({ kty, crv, x, y }));

const platformView = ({ aud, name, keys, provenBy = 'operator' }: PlatformDoc): z.infer<typeof Platform> => ({
  aud,
  name,
  keys: bare(keys),
  state: 'registered',
  provenBy,
});

const claimView = (issuer: Issuer, claim: PlatformClaimDoc): z.infer<typeof PendingPlatform> => ({
  aud: claim.aud,
  name: claim.name,
  keys: bare(claim.keys),
  state: 'pending',
  challenge: { ...challengeFor(issuer, claim), expiresAt: instant(claim.expiresMs) },
});

/** Other members of a JWK are ignored, but nobody sends a private key without being told. */
function checkPlatform(value: unknown): PlatformRequest {
  const platform = parseAs(PlatformRequest, value, 'request.invalid');
  const at = (value as PlatformRequest).keys.findIndex((key) => 'd' in key);
  if (at === -1) return platform;
  const detail = 'expected a public key, found one with its private part: use another key';
  throw new AssayError('request.invalid', undefined, { violations: [{ pointer: `/keys/${at}/d`, detail }] });
}

/** A key of RFC 7517, appendix A.1. */
const EXAMPLE_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

const REFUSED = {
  description: 'Another tenant has the name, or it is no domain and not given to this tenant by the operator',
  schema: Problem,
};

const register = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/platforms',
  access: 'admin',
  tag: 'Attestation',
  summary: 'Register a platform, or replace its name and keys',
  description: `A platform belongs to one tenant, whose moderators act on its tokens. A name that the operator gives to the tenant (ASSAY_AUDIENCES) is registered at once. A domain name is pending until the domain publishes the line of the answer at \`https://<domain>${CHALLENGE_PATH}\` and \`POST /v1/platforms/{aud}/prove\` has found it there; until then it has no power, and anybody else may prove it first. Every other name is refused, \`mail\` among them.`,
  body: PlatformRequest,
  check: (_context, value) => checkPlatform(value),
  responses: {
    200: { description: 'As registered', schema: Platform },
    202: { description: 'Waiting for proof, for seven days', schema: PendingPlatform },
    403: REFUSED,
    409: { description: `This tenant has proven ${LIMITS.platformsPerTenant} domains`, schema: Problem },
    429: { description: `${LIMITS.platformClaims} platforms of this tenant wait for proof`, schema: Problem },
  },
  examples: [
    {
      summary: 'A name that the operator gave to the tenant',
      body: { aud: 'example-forum', name: 'Example forum', keys: [EXAMPLE_KEY] },
      status: 200,
    },
    {
      summary: 'A domain, to be proven',
      body: { aud: 'forum.example.org', name: 'Forum', keys: [EXAMPLE_KEY] },
      status: 202,
    },
    {
      summary: 'A name that is no domain',
      body: { aud: 'mail', name: 'Mail', keys: [EXAMPLE_KEY] },
      status: 403,
    },
  ],
  async handle({ issuer }, { principal, body }) {
    const found = await registerPlatform(issuer, principal!.tenant, body);
    return found.state === 'registered'
      ? { status: 200, body: platformView(found.platform) }
      : { status: 202, body: claimView(issuer, found.claim) };
  },
});

const prove = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/platforms/{aud}/prove',
  access: 'admin',
  tag: 'Attestation',
  summary: 'Prove control of a pending platform’s domain',
  description: `Fetches the address of the challenge once: https, a public address, no redirect, five seconds. ${LIMITS.domainProofsPerMinute} times a minute and tenant. Doing it twice changes nothing.`,
  params: z.object({ aud: PlatformName }),
  responses: {
    200: { description: 'As registered', schema: Platform },
    403: REFUSED,
    404: { description: 'No platform of this tenant waits under this name', schema: Problem },
    409: { description: `This tenant has proven ${LIMITS.platformsPerTenant} domains`, schema: Problem },
    422: { description: 'The line was not found where it has to stand', schema: Problem },
  },
  examples: [
    { summary: 'A platform that nobody claimed', params: { aud: 'nobody.example.org' }, status: 404 },
  ],
  async handle({ issuer }, { principal, params: { aud } }) {
    const { tenant } = principal!;
    takeTurn(issuer, 'prove', tenant, LIMITS.domainProofsPerMinute);
    return { status: 200, body: platformView(await provePlatform(issuer, tenant, aud)) };
  },
});

const platforms = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/v1/platforms',
  access: 'admin',
  tag: 'Attestation',
  summary: 'Platforms of this tenant, by name',
  query: z.strictObject(PAGE_QUERY),
  responses: {
    200: {
      description: 'A page of registered platforms; what is pending stands on every page',
      schema: z
        .object({ items: z.array(Platform), pending: z.array(PendingPlatform), next: Next })
        .meta({ id: 'Platforms' }),
    },
  },
  examples: [{ summary: 'All platforms', status: 200 }],
  async handle({ issuer }, { principal, query: { limit = LIMITS.pageDefault, cursor } }) {
    const { tenant } = principal!;
    const scope = [tenant, 'platforms'];
    const after = unbindCursor(scope, cursor);
    const [page, claims] = await Promise.all([
      platformsOf(issuer, tenant, { limit, after }),
      pendingClaims(issuer, tenant),
    ]);
    return {
      status: 200,
      body: {
        items: page.docs.map(platformView),
        pending: claims.map((claim) => claimView(issuer, claim)),
        next: bindCursor(scope, page.next),
      },
    };
  },
});

export const attestPlatforms = [platforms, register, prove];
