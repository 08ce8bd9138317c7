/** Revoke, suspend and reinstate an attestation: for moderators of the tenant that controls its platform. */
import { z } from 'zod';
import { Jti, TokenStatus } from '../../schemas/attestation.js';
import type { AttestContext } from '../attest/issuer.js';
import { changeStatus, type StatusAction } from '../attest/status.js';
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

export const attestStatus = [change('revoke'), change('suspend'), change('reinstate')];
