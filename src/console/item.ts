/** One item with everything that was said of it: verdicts, versions, attestation, review. */
import { z } from 'zod';
import type { VerifyResult } from '../../schemas/attestation.js';
import type { ItemDoc, ItemVersionDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { Verdict } from '../../schemas/verdict.js';
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { type FeedDecision, filterFeed, POLICIES } from '../client/index.js';
import type { ItemReview } from '../review/read.js';
import { readReview } from '../review/read.js';
import { itemPage } from './item-page.js';
import { pageReply, viewerOf } from './layout.js';
import { oneLine } from './visible-text.js';

export type ItemContext = Pick<ApiContext, 'clock' | 'collections' | 'issuer' | 'sentenceOf'>;

/** Revisions and versions shown; an item has few. */
const SHOWN = 50;

/** What the verifier says of an item's token now. */
export interface AttestationView {
  result: VerifyResult;
  decision: FeedDecision;
}

export interface ItemView {
  item: ItemDoc;
  /** The current verdict; null when it is not in the store. */
  verdict: Verdict | null;
  /** Newest first. */
  revisions: VerdictDoc[];
  versions: ItemVersionDoc[];
  attestation: AttestationView | null;
  review: ItemReview;
}

/** What the verifier library is asked about a stored item. */
export const foundAt = ({ text, html, facets, platform, authorId }: ItemDoc) => ({
  ...(text === null ? {} : { text }),
  ...(html === null ? {} : { html }),
  facets,
  platform,
  author: authorId,
});

async function attestationOf({ issuer }: ItemContext, item: ItemDoc): Promise<AttestationView | null> {
  if (item.attestation === null) return null;
  const policy = POLICIES.all;
  const result = await issuer.verifier.verify(item.attestation, { ...foundAt(item), policy });
  return { result, decision: filterFeed([{ id: item._id, result }], policy)[0] as FeedDecision };
}

/** Everything about an item of the tenant. @throws {AssayError} `request.not_found` */
export async function readItem(context: ItemContext, tenant: string, id: string): Promise<ItemView> {
  const review = await readReview(context, tenant, id);
  const { item } = review;
  const { verdicts, itemVersions } = context.collections;
  const along = { where: { itemId: id }, order: 'desc', limit: SHOWN } as const;
  const [revisions, versions, attestation] = await Promise.all([
    verdicts.page({ index: 'by_item_revision', ...along }),
    itemVersions.page({ index: 'by_item', ...along }),
    attestationOf(context, item),
  ]);
  const current =
    revisions.docs.find(({ _id }) => _id === item.verdictId) ?? (await verdicts.get(item.verdictId));
  return {
    item,
    verdict: current?.verdict ?? null,
    revisions: revisions.docs,
    versions: versions.docs,
    attestation,
    review,
  };
}

const itemEndpoint = defineEndpoint<ItemContext>()({
  method: 'get',
  path: '/console/items/{id}',
  access: 'read',
  tag: 'Console',
  summary: 'One item with its reasons and history',
  params: z.object({ id: z.string().max(64) }),
  responses: {
    200: { description: 'A page', mediaType: 'text/html' },
    404: { description: 'No such item of this tenant', mediaType: 'text/html' },
  },
  async handle(context, call) {
    const viewer = viewerOf(call);
    const view = await readItem(context, viewer.principal.tenant, call.params.id);
    const { item } = view;
    const title = oneLine(
      item.subject ?? `${item.kind === 'email' ? 'E-mail' : 'Post'} ${item.externalId}`,
      60,
    );
    const now = context.clock();
    return pageReply({
      title,
      viewer,
      main: itemPage(view, { viewer, now, sentenceOf: context.sentenceOf }),
    });
  },
});

export const ITEM_ENDPOINTS = [itemEndpoint];
