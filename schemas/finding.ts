/** A finding: what gathering learnt about a thread, an account or a campaign, with its effect on its members. */
import { z } from 'zod';

export const Finding = z
  .object({
    findingId: z.string(),
    revision: z.int().min(1),
    tenant: z.string(),
    kind: z.enum(['thread', 'account', 'campaign']),
    members: z.array(z.string()).describe('Item ids'),
    pValue: z.number().min(0).max(1),
    falseDiscoveryRate: z.number().min(0).max(1),
    /** Added to each member's llr when its verdict is made again, in nats; zero once withdrawn. */
    effect: z.number(),
    sentence: z.string(),
    values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    withdrawn: z.boolean().optional(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;
