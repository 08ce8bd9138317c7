/** Revoke, suspend and reinstate an attestation: for moderators of the tenant that controls its platform. */
import { z } from 'zod';
import { Jti, TokenStatus } from '../../schemas/attestation.js';
import type { AttestContext } from '../attest/issuer.js';
import { changeStatus, ownAttestation, type StatusAction } from '../attest/status.js';
import { defineEndpoint } from './endpoint.js';

const StatusRequest = z
  .strictObject({
    reason: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('Kept beside the attestation, for this tenant only'),
  })
  .meta({ id: 'StatusRequest' });

const SUMMARIES = {
  revoke: 'Revoke an attestation for good',
  suspend: 'Suspend an attestation',
  reinstate: 'Reinstate a suspended attestation',
} as const satisfies Partial<Record<StatusAction, string>>;

const change = (action: keyof typeof SUMMARIES) =>
  defineEndpoint<AttestContext>()({
    method: 'post',
    path: `/v1/attestations/{jti}/${action}`,
    access: 'moderate',
    tag: 'Attestation',
    summary: SUMMARIES[action],
    description: 'When this answers, the status list says so too. Doing it twice changes nothing.',
    params: z.object({ jti: Jti }),
    body: StatusRequest,
    responses: {
      200: { description: 'The new status', schema: z.object({ jti: Jti, status: TokenStatus }) },
    },
    examples: [
      {
        summary: 'An attestation that does not exist',
        params: { jti: 'AAAAAAAAAAAAAAAAAAAAAA' },
        body: { reason: 'reported by the author' },
        status: 404,
      },
    ],
    async handle({ issuer }, { principal, params: { jti }, body: { reason } }) {
      const { status } = await changeStatus(issuer, principal!.tenant, jti, action, reason ?? null);
      return { status: 200, body: { jti, status } };
    },
  });

const read = defineEndpoint<AttestContext>()({
  method: 'get',
  path: '/v1/attestations/{jti}',
  access: 'moderate',
  tag: 'Attestation',
  summary: 'An attestation with the reason of its status',
  description: 'For moderators of the tenant that controls its platform. Reasons are told nowhere else.',
  params: z.object({ jti: Jti }),
  responses: {
    200: {
      description: 'The attestation',
      schema: z
        .object({
          jti: Jti,
          platform: z.string(),
          status: TokenStatus,
          reason: z.string().nullable(),
          hal: z.int(),
          prev: Jti.nullable(),
          issuedMs: z.int(),
          expiresMs: z.int(),
        })
        .meta({ id: 'Attestation' }),
    },
  },
  examples: [
    {
      summary: 'An attestation that does not exist',
      params: { jti: 'AAAAAAAAAAAAAAAAAAAAAA' },
      status: 404,
    },
  ],
  async handle({ issuer }, { principal, params }) {
    const doc = await ownAttestation(issuer, principal!.tenant, params.jti);
    const { _id: jti, aud: platform, status, hal, prev, issuedMs, expiresMs } = doc;
    // What another tenant wrote down while it had the platform stays its own.
    const reason = doc.tenant === principal!.tenant ? doc.statusReason : null;
    const body = { jti, platform, status, reason, hal, prev: prev ?? null, issuedMs, expiresMs };
    return { status: 200, body };
  },
});

export const attestStatus = [read, change('revoke'), change('suspend'), change('reinstate')];
