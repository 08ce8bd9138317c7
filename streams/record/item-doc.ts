/** The item document as a verdict leaves it: the text it was received with, and the verdict copied for queries. */
import type { ItemDoc, ItemVersionDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { AdmittedText } from '../admit/admitted.js';
import { searchWords } from '../search-words.js';

const NO_TEXT = {
  text: null,
  html: null,
  subject: null,
  raw: null,
  attestation: null,
  facets: [],
  lang: null,
  hal: -1,
  words: [],
};

const textOf = (item: AdmittedText, hal: number): Pick<ItemDoc, keyof typeof NO_TEXT> => ({
  text: item.format === 'html' ? null : item.content,
  html: item.format === 'html' ? item.content : null,
  subject: item.subject,
  raw: item.raw,
  attestation: item.attestation,
  facets: item.facets,
  lang: item.lang,
  hal,
  words: searchWords(
    item.subject,
    item.format === 'html' ? item.content.replace(/<[^<>]*>/g, ' ') : item.content,
  ),
});

const verdictOf = ({ verdict, revision, head }: VerdictDoc) => ({
  version: verdict.version,
  contentHash: verdict.contentHash,
  verdictId: verdict.verdictId,
  revision,
  band: verdict.band,
  probability: verdict.probability,
  llr: verdict.llr,
  deleted: head.band === null,
  deletedVersion: head.deletedVersion,
});

/** Whether no person has settled this version yet. */
const unseen = (before: ItemDoc | null, version: number): boolean => {
  if (before === null || before.reviewState === 'none') return true;
  const settled = before.reviewState === 'decided' || before.reviewState === 'closed';
  return settled && version > (before.reviewedVersion ?? -1);
};

/**
 * The item as the verdict `doc` makes it.
 * @param item the text; null for a deletion
 * @param before the item until now, from which a deletion keeps where it stood
 */
export function itemDoc(
  doc: VerdictDoc,
  item: AdmittedText | null,
  hal: number,
  before: ItemDoc | null,
): ItemDoc {
  const { verdict } = doc;
  const flagged = verdict.band === 'machine' && unseen(before, verdict.version);
  const common = {
    _id: doc.itemId,
    tenant: doc.tenant,
    kind: verdict.itemKind,
    platform: verdict.platform,
    externalId: verdict.externalId,
    conversationId: item?.conversationId ?? before?.conversationId ?? '',
    inReplyTo: item?.inReplyTo ?? before?.inReplyTo ?? null,
    authorId: item?.authorId ?? before?.authorId ?? '',
    handle: item?.handle ?? null,
    format: item?.format ?? before?.format ?? 'text',
    publishedMs: item?.publishedMs ?? before?.publishedMs ?? doc.decidedMs,
    receivedMs: item?.receivedMs ?? before?.receivedMs ?? doc.decidedMs,
    symbols: item === null ? [] : verdict.reasons.map(({ name }) => name),
    reviewState: flagged ? 'open' : (before?.reviewState ?? 'none'),
    ...(item === null ? NO_TEXT : textOf(item, hal)),
    ...verdictOf(doc),
  } satisfies ItemDoc;
  return { ...common, deletedVersion: Math.max(common.deletedVersion, before?.deletedVersion ?? -1) };
}

const versionId = (itemId: string, version: number, contentHash: string): string =>
  `${itemId}:${version}:${contentHash}`;

/** History entry of the version that is about to be replaced; without its text when it was deleted. */
export function replacedVersion(item: ItemDoc, textGone: boolean): ItemVersionDoc {
  const { tenant, version, contentHash, publishedMs, receivedMs } = item;
  const text = textGone
    ? { text: null, html: null, subject: null }
    : { text: item.text, html: item.html, subject: item.subject };
  return {
    _id: versionId(item._id, version, contentHash),
    itemId: item._id,
    tenant,
    version,
    contentHash,
    publishedMs,
    receivedMs,
    ...text,
  };
}

/** History entry of a version that came after a newer one. */
export function lateVersion(item: AdmittedText): ItemVersionDoc {
  const { tenant, version, contentHash, publishedMs, receivedMs, subject } = item;
  const { text, html } = textOf(item, -1);
  return {
    _id: versionId(item.itemId, version, contentHash),
    itemId: item.itemId,
    tenant,
    version,
    contentHash,
    publishedMs,
    receivedMs,
    text,
    html,
    subject,
  };
}
