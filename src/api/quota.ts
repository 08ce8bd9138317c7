/** How much the tenant may still send in, and how much of it waits to be judged. */
import { z } from 'zod';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';

const Quota = z
  .object({
    perMinute: z
      .int()
      .nullable()
      .describe('Items the tenant may send in over HTTP in a minute; null: no bound'),
    left: z.int().nullable().describe('Of these, what this process would take now'),
    waiting: z.int().describe('Items taken in and not yet judged'),
    waitingMost: z
      .int()
      .describe('Above this many waiting, nothing more is taken in until half of it is judged'),
  })
  .meta({ id: 'Quota' });

export const quota = defineEndpoint<Pick<ApiContext, 'admission'>>()({
  method: 'get',
  path: '/v1/quota',
  access: 'admin',
  tag: 'Intake',
  summary: 'How much may still be sent in, and how much waits',
  responses: { 200: { description: 'The tenant’s quota and backlog', schema: Quota } },
  examples: [{ summary: 'Own quota', status: 200 }],
  async handle({ admission }, { principal }) {
    return { status: 200, body: await admission.standing(principal!.tenant) };
  },
});

export const QUOTA_ENDPOINTS = [quota];
