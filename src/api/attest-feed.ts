/**
 * Filters a feed for a reader: what stands behind each item decides, with one reason; what the detector thinks of it is
 * set beside that as a fact of its own and never mixed in.
 */
import { z } from 'zod';
import { AttestedText, FeedLabel, FeedReason, FilterPolicy, PolicyName } from '../../schemas/attestation.js';
import { contentHash, itemId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import { ExternalId, PlatformName } from '../../schemas/post.js';
import { Band } from '../../schemas/verdict.js';
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
    items: z.array(FeedItem).max(LIMITS.batchItems),
  })
  .meta({ id: 'FeedRequest' });

const FeedAnswer = z
  .object({
    items: z.array(
      z.object({
        id: z.string(),
        action: z.enum(['keep', 'hide', 'label']),
        reason: FeedReason,
        sentence: z.string(),
        label: FeedLabel,
        hal: z.int().nullable(),
        detector: z
          .object({ band: Band, probability: z.number() })
          .nullable()
          .describe('The stored verdict on this very text, when there is one; it did not decide'),
      }),
    ),
    counts: z.object({ keep: z.int(), hide: z.int(), label: z.int() }),
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
    'Named filters: `all` hides nothing; `approved` asks for the account’s key and says nothing about a person; `humans` (hal 2) and `strict` (hal 3) ask for more. Items without text and author are unchecked.',
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
  ],
  async handle(context, { principal, body }) {
    const [decisions, facts] = await Promise.all([
      judgeFeed(context.issuer.verifier, body.items, body.policy),
      detectorFacts(context, principal!.tenant, body.items),
    ]);
    const counts = { keep: 0, hide: 0, label: 0 };
    for (const { action } of decisions) counts[action]++;
    const items = decisions.map((decision, index) => ({ ...decision, detector: facts[index] ?? null }));
    return { status: 200, body: { items, counts } };
  },
});

export const attestFeed = [feedFilter];
