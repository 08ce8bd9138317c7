/**
 * A reader's feed for demonstration: recent posts of a platform or a conversation, filtered by the same `judgeFeed` of
 * the client library that a reader's own software uses. What stands behind a post decides; the detector does not.
 */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Query } from '../../schemas/store/port.js';
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { platformsOf } from '../attest/platform.js';
import { type FeedDecision, judgeFeed } from '../client/index.js';
import { readCounts } from './counters.js';
import { feedPage } from './feed-page.js';
import { foundAt } from './item.js';
import { pageReply, viewerOf } from './layout.js';
import { field } from './queue-filter.js';

export type FeedContext = Pick<ApiContext, 'clock' | 'collections' | 'issuer'>;

/** The filters a reader is offered; `strict` is there for programs. */
export const FEED_FILTERS = ['all', 'approved', 'humans'] as const;
export type FeedFilter = (typeof FEED_FILTERS)[number];

const FeedQuery = z.object({
  filter: field(z.enum(FEED_FILTERS)),
  platform: field(z.string().max(64)),
  conversation: field(z.string().max(LIMITS.idLength)),
});
export type FeedQuery = z.infer<typeof FeedQuery>;

/** Posts of one feed page. */
const POSTS = 60;
/** Conversations offered as ways in. */
const OFFERED = 8;

export interface FeedEntry {
  item: ItemDoc;
  decision: FeedDecision;
}

export interface AttestedConversation {
  /** The newest post in it whose attestation held. */
  newest: ItemDoc;
  /** How many such posts it has, among the tenant's newest 200. */
  posts: number;
}

export interface FeedView {
  filter: FeedFilter;
  platform: string | null;
  conversation: string | null;
  /** In the order a reader sees them: a conversation from its beginning, a platform newest first. */
  entries: FeedEntry[];
  platforms: string[];
  /** Platforms as their tenant registered them: a name may say what readers have to know, for instance of a demo. */
  registered: { platform: string; name: string }[];
  /** Ways in: conversations in which attestations held, those with most of them first. */
  attested: AttestedConversation[];
}

async function recentPosts(
  { collections }: Pick<FeedContext, 'collections'>,
  tenant: string,
  { platform, conversation }: FeedQuery,
): Promise<ItemDoc[]> {
  const along: Pick<Query, 'index' | 'where'> =
    conversation !== undefined
      ? { index: 'by_conversation', where: { tenant, conversationId: conversation } }
      : platform !== undefined
        ? { index: 'by_platform', where: { tenant, platform } }
        : { index: 'by_kind', where: { tenant, kind: 'post' } };
  const residual = {
    deleted: false,
    kind: 'post',
    ...(conversation !== undefined && platform !== undefined ? { platform } : {}),
  };
  const { docs } = await collections.items.page({ ...along, residual, order: 'desc', limit: POSTS });
  return docs;
}

async function attestedConversations(
  { collections }: Pick<FeedContext, 'collections'>,
  tenant: string,
): Promise<AttestedConversation[]> {
  const { docs } = await collections.items.page({
    index: 'by_hal',
    where: { tenant, hal: { gte: 1 } },
    residual: { deleted: false, kind: 'post' },
    order: 'desc',
    limit: LIMITS.pageMax,
  });
  const found = new Map<string, AttestedConversation>();
  for (const newest of docs) {
    const key = `${newest.platform}\n${newest.conversationId}`;
    const known = found.get(key) ?? { newest, posts: 0 };
    known.posts += 1;
    found.set(key, known);
  }
  return [...found.values()].sort((a, b) => b.posts - a.posts).slice(0, OFFERED);
}

async function registeredPlatforms({ issuer }: Pick<FeedContext, 'issuer'>, tenant: string) {
  const { docs } = await platformsOf(issuer, tenant, { limit: LIMITS.pageMax });
  return docs.map(({ aud, name }) => ({ platform: aud, name }));
}

/**
 * Reads and filters. Posts are judged in the order they were published, so that of two with one token the earlier one
 * keeps it.
 */
export async function readFeed(context: FeedContext, tenant: string, query: FeedQuery): Promise<FeedView> {
  const [items, counts, attested, registered] = await Promise.all([
    recentPosts(context, tenant, query),
    readCounts(context, tenant),
    attestedConversations(context, tenant),
    registeredPlatforms(context, tenant),
  ]);
  const filter = query.filter ?? 'all';
  const ordered = [...items].sort((a, b) => a.publishedMs - b.publishedMs || a._id.localeCompare(b._id));
  const decisions = await judgeFeed(
    context.issuer.verifier,
    ordered.map((item) => ({
      id: item._id,
      ...foundAt(item),
      ...(item.attestation === null ? {} : { attestation: item.attestation }),
    })),
    filter,
  );
  const entries = ordered.map((item, index) => ({ item, decision: decisions[index] as FeedDecision }));
  if (query.conversation === undefined) entries.reverse();
  return {
    filter,
    platform: query.platform ?? null,
    conversation: query.conversation ?? null,
    entries,
    platforms: counts.platforms.map(({ platform }) => platform).filter((name) => name !== 'mail'),
    registered,
    attested,
  };
}

const feed = defineEndpoint<FeedContext>()({
  method: 'get',
  path: '/console/feed',
  access: 'read',
  tag: 'Console',
  summary: 'A reader’s feed with its filter',
  query: FeedQuery,
  responses: { 200: { description: 'A page', mediaType: 'text/html' } },
  async handle(context, call) {
    const viewer = viewerOf(call);
    const view = await readFeed(context, viewer.principal.tenant, call.query);
    return pageReply({ title: 'Reader’s feed', viewer, main: feedPage(view) }, '/console/feed');
  },
});

export const FEED_ENDPOINTS = [feed];
