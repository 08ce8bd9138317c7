/** Live counts of the tenant's current items per kind, platform and band, as the pipeline's counters have them. */
import { z } from 'zod';
import { ITEM_KINDS } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { PlatformName } from '../../schemas/post.js';
import type { CounterDoc } from '../../schemas/store/documents.js';
import { BANDS, Band } from '../../schemas/verdict.js';
import type { ApiContext } from './context.js';
import { defineEndpoint } from './endpoint.js';

const Count = z.object({ kind: z.enum(ITEM_KINDS), platform: z.string(), band: Band, n: z.int() });

const Counters = z
  .object({
    total: z.int(),
    bands: z.object(Object.fromEntries(BANDS.map((band) => [band, z.int()])) as Record<Band, z.ZodInt>),
    counts: z.array(Count).describe('Without zeros, by kind, platform and band'),
    complete: z.boolean().describe('False when the tenant has more platforms than one answer counts'),
  })
  .meta({ id: 'Counters' });

const order = (a: CounterDoc, b: CounterDoc): number =>
  a.kind.localeCompare(b.kind) ||
  a.platform.localeCompare(b.platform) ||
  BANDS.indexOf(a.band) - BANDS.indexOf(b.band);

const counters = defineEndpoint<Pick<ApiContext, 'collections'>>()({
  method: 'get',
  path: '/v1/counters',
  access: 'read',
  tag: 'Items',
  summary: 'How many items stand in each band',
  description: 'Counted as verdicts are announced, at most moments behind the items themselves.',
  query: z.strictObject({ kind: z.enum(ITEM_KINDS).optional(), platform: PlatformName.optional() }),
  responses: { 200: { description: 'Counts', schema: Counters } },
  examples: [
    { summary: 'All', status: 200 },
    { summary: 'Posts of one platform', query: { kind: 'post', platform: 'forum' }, status: 200 },
  ],
  async handle({ collections }, { principal, query }) {
    const { docs, next } = await collections.counters.page({
      index: 'by_tenant',
      where: { tenant: principal!.tenant },
      residual: { ...query, n: { gt: 0 } },
      limit: LIMITS.pageScan,
    });
    const bands = Object.fromEntries(BANDS.map((band) => [band, 0])) as Record<Band, number>;
    for (const { band, n } of docs) bands[band] += n;
    const counts = docs.sort(order).map(({ kind, platform, band, n }) => ({ kind, platform, band, n }));
    const total = counts.reduce((sum, { n }) => sum + n, 0);
    return { status: 200, body: { total, bands, counts, complete: next === null } };
  },
});

export const COUNTER_ENDPOINTS = [counters];
