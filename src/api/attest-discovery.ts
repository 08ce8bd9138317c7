/** What anybody needs to check this issuer's tokens without asking it: its keys, its lists, and what its levels mean. */
import { z } from 'zod';
import { DiscoveryDocument, PublicKey } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { AttestContext } from '../attest/issuer.js';
import { trustedIssuer } from '../attest/own-verifier.js';
import { VOUCHED_AGE_DAYS } from '../attest/platform-proof.js';
import { LIST_TTL_S, listNumber } from '../attest/status-publisher.js';
import { CANONICALISATION } from '../client/index.js';
import { TOKEN_TYPE } from '../client/token.js';
import { TOKEN_LIFE_S } from '../client/verify.js';
import { defineEndpoint } from './endpoint.js';

/** Seconds a copy of the keys may be used; below the ten minutes after which a verifier asks again. */
const CACHE = { 'Cache-Control': 'public, max-age=300' };

const discovery = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/.well-known/human-author',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'This issuer, as it stands in a trust list',
  responses: { 200: { description: 'Keys and rules', schema: DiscoveryDocument } },
  examples: [{ summary: 'Discovery', status: 200 }],
  async handle({ issuer }) {
    await issuer.keys.refresh();
    const body: DiscoveryDocument = {
      ...trustedIssuer(issuer.iss, issuer.keys, await issuer.audiences.tell()),
      jwks_uri: `${issuer.iss}/.well-known/jwks.json`,
      verify_uri: `${issuer.iss}/v1/verify`,
      status_list_aggregation_endpoint: `${issuer.iss}/status`,
      status_events_uri: `${issuer.iss}/v1/status/events`,
      lookup_uri: `${issuer.iss}/v1/lookup`,
      token_type: TOKEN_TYPE,
      canonicalisations: [CANONICALISATION],
      token_lifetime_s: TOKEN_LIFE_S,
      status_ttl_s: LIST_TTL_S,
      quotas: {
        per_author_day: issuer.quotas.perAuthorDay,
        per_platform_hour: issuer.quotas.perPlatformHour,
      },
      vouched_account_age_days: VOUCHED_AGE_DAYS,
      vouched_days: LIMITS.vouchedMs / 86_400_000,
    };
    return { status: 200, body, headers: CACHE };
  },
});

const jwks = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/.well-known/jwks.json',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'Public keys of tokens (RFC 7517)',
  description: 'Status lists are signed by other keys, named in the discovery document.',
  responses: { 200: { description: 'Key set', schema: z.object({ keys: z.array(PublicKey) }) } },
  examples: [{ summary: 'Keys', status: 200 }],
  async handle({ issuer }) {
    await issuer.keys.refresh();
    return { status: 200, body: { keys: issuer.keys.token.publicKeys }, headers: CACHE };
  },
});

const statusList = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/status/{n}',
  access: 'public',
  cors: true,
  tag: 'Attestation',
  summary: 'A signed status list',
  description:
    'Token Status List with 2 bits: 0 valid, 1 revoked, 2 suspended, 3 superseded; ttl 60 s, ETag.',
  params: z.object({ n: z.string().max(10) }),
  responses: {
    200: { description: 'The list', mediaType: 'application/statuslist+jwt', schema: z.string() },
    304: { description: 'Not changed since the ETag' },
  },
  examples: [{ summary: 'A list that was never opened', params: { n: '4294967296' }, status: 404 }],
  async handle({ issuer }, { params, headers }) {
    const number = listNumber(params.n);
    const list = number === null ? null : await issuer.lists.publish(number);
    if (list === null) throw new AssayError('request.not_found');
    const cache = { ETag: list.etag, 'Cache-Control': `public, max-age=${LIST_TTL_S}` };
    const known = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known?.includes(list.etag) || known?.includes('*')) return { status: 304, headers: cache };
    return {
      status: 200,
      headers: cache,
      raw: { mediaType: 'application/statuslist+jwt', content: list.jwt },
    };
  },
});

export const attestDiscovery = [discovery, jwks, statusList];
