/**
 * Filters a feed for a reader: what stands behind each item, and what the detector thinks of it, are two facts side by
 * side; a policy of the reader's says what is done about each (`src/attest/feed-rule.ts`).
 */
import { z } from 'zod';
import { AttestedText, FeedLabel, FeedReason, FilterPolicy, PolicyName } from '../../schemas/attestation.js';
import { contentHash, itemId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { ExternalId, PlatformName } from '../../schemas/post.js';
import { Band } from '../../schemas/verdict.js';
import { combine, DetectorPolicy } from '../attest/feed-rule.js';
import type { AttestContext } from '../attest/issuer.js';
import { judgeFeed } from '../client/index.js';
import { defineEndpoint } from './endpoint.js';

const FeedItem = AttestedText.extend({
  id: ExternalId,
  platform: PlatformName.optional(),
  author: z.union([ExternalId, z.object({ id: ExternalId })]).optional(),
  attestation: z
    .string()
    .max(4 * LIMITS.tokenReadBytes)
    .optional(),
});
type FeedItem = z.infer<typeof FeedItem>;

const FeedRequest = z
  .strictObject({
    policy: z.union([PolicyName, FilterPolicy]),
    detector: DetectorPolicy.optional().describe('Absent: the detector decides nothing'),
    items: z.array(FeedItem).max(LIMITS.batchItems),
  })
  .meta({ id: 'FeedRequest' });

const FeedAnswer = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        action: z
          .enum(['keep', 'hide', 'label', 'unknown'])
          .describe('unknown: neither fact says anything; it is not kept, and what to do is the reader’s'),
        because: z.enum(['attestation', 'detector']).describe('Which of the two facts decided'),
        reason: FeedReason.describe('What the attestation says, whichever fact decided'),
        sentence: z.string().describe('Plain words for what decided'),
        label: FeedLabel,
        hal: z.int().nullable(),
        detector: z
          .object({ band: Band, probability: z.number() })
          .nullable()
          .describe('The stored verdict on this very text, when there is one'),
      }),
    ),
    counts: z.object({ keep: z.int(), hide: z.int(), label: z.int(), unknown: z.int() }),
  })
  .meta({ id: 'FeedAnswer' });

/** The stored verdict of each item whose text is still the one that was judged. */
async function detectorFacts({ collections }: AttestContext, tenant: string, items: readonly FeedItem[]) {
  const ids = items.map(({ id, platform }) => (platform ? itemId(tenant, 'post', platform, id) : ''));
  const docs = await collections.items.getMany(ids);
  return docs.map((doc, index) => {
    const { text, html } = items[index]!;
    const hash =
      text !== undefined
        ? contentHash('text', text)
        : html !== undefined
          ? contentHash('html', html)
          : undefined;
    if (doc === null || doc.deleted || doc.contentHash !== hash) return null;
    return { band: doc.band, probability: doc.probability };
  });
}

const feedFilter = defineEndpoint<AttestContext>()({
  method: 'post',
  path: '/v1/feed/filter',
  access: 'read',
  tag: 'Attestation',
  summary: 'Filter a feed',
  description:
    'Named filters: `all` hides nothing; `approved` asks for the account’s key and says nothing about a person; `humans` (hal 2) and `strict` (hal 3) ask for more. Items without text and author are unchecked. `detector` says what is done about the stored verdicts: what an attestation hides stays hidden whatever the score, and attested items are touched by a score only with `overAttested`.',
  body: FeedRequest,
  bodyLimit: LIMITS.batchBodyBytes,
  responses: { 200: { description: 'A decision for each item, in order', schema: FeedAnswer } },
  examples: [
    {
      summary: 'Only what an account’s key approved',
      body: {
        policy: 'approved',
        items: [{ id: '1', platform: 'forum', author: { id: '4711' }, text: 'No attestation here.' }],
      },
      status: 200,
    },
    {
      summary: 'And what the detector calls machine-written only with a label',
      body: {
        policy: 'all',
        detector: { onMachine: 'label' },
        items: [{ id: '1', platform: 'forum', author: { id: '4711' }, text: 'No attestation here.' }],
      },
      status: 200,
    },
  ],
  async handle(context, { principal, body }) {
    const [decisions, facts] = await Promise.all([
      judgeFeed(context.issuer.verifier, body.items, body.policy),
      detectorFacts(context, principal!.tenant, body.items),
    ]);
    const rule = DetectorPolicy.parse(body.detector ?? {});
    const counts = { keep: 0, hide: 0, label: 0, unknown: 0 };
    const items = decisions.map((decision, index) => {
      const detector = facts[index] ?? null;
      const combined = combine(decision, detector?.band ?? null, rule);
      counts[combined.action]++;
      return { ...decision, ...combined, detector };
    });
    return { status: 200, body: { items, counts } };
  },
});

export const attestFeed = [feedFilter];
