/** Whether the process lives (`/healthz`) and whether it can do its work (`/readyz`); for probes, public, no details of tenants. */
import { z } from 'zod';
import { ROLES } from '../config/roles.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';

const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

export const healthz = defineEndpoint<unknown>()({
  method: 'get',
  path: '/healthz',
  access: 'public',
  tag: 'Operation',
  summary: 'The process is alive',
  responses: { 200: { description: 'Alive', schema: Health } },
  examples: [{ summary: 'Probe', status: 200 }],
  async handle() {
    return { status: 200, body: { status: 'ok' } };
  },
});

const Readiness = z
  .object({
    ready: z.boolean(),
    roles: z.array(z.enum(ROLES)).describe('What this process runs; the other roles run elsewhere'),
    checks: z.array(
      z.object({
        name: z.string().describe('`store`, `log`, `detector` …'),
        ok: z.boolean(),
        facts: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
          .optional()
          .describe('For instance the lag of the log in records, the engine that really serves'),
      }),
    ),
  })
  .meta({ id: 'Readiness' });

export const readyz = defineEndpoint<Pick<ApiContext, 'readiness' | 'roles'>>()({
  method: 'get',
  path: '/readyz',
  access: 'public',
  tag: 'Operation',
  summary: 'Every part that this process runs can do its work',
  responses: {
    200: { description: 'Ready', schema: Readiness },
    503: { description: 'Some part is not ready; `checks` says which', schema: Readiness },
  },
  examples: [{ summary: 'Probe', status: 200 }],
  async handle({ readiness, roles }) {
    const checks = await readiness();
    const ready = checks.every(({ ok }) => ok);
    return {
      status: ready ? 200 : 503,
      ...(ready ? {} : { headers: { 'Retry-After': '5' } }),
      body: { ready, roles, checks },
    };
  },
});
