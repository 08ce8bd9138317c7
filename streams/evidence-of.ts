/** Binds a judgement to its item: the evidence that gathering, replay and the verdict work from, without the text. */
import type { Evidence, Judgement } from '../schemas/evidence.js';
import { evidenceId, hashId } from '../schemas/ids.js';
import { LIMITS } from '../schemas/limits.js';
import type { AdmittedDeletion, AdmittedText } from './admit/admitted.js';
import { linkHashes } from './link-hashes.js';

/** Recipients of a letter that evidence tells apart; mass mail is recognised long before. */
const MAX_RECIPIENT_KEYS = 64;

const bounded = (judgement: Judgement): Judgement => ({
  ...judgement,
  symbols: judgement.symbols
    .slice(0, LIMITS.symbols)
    .map((symbol) =>
      symbol.spans === undefined
        ? symbol
        : { ...symbol, spans: symbol.spans.slice(0, LIMITS.spansPerSymbol) },
    ),
});

/** Evidence of a text. @param detectorSet names the detectors, part of the id */
export function evidenceOf(item: AdmittedText, judgement: Judgement, detectorSet: string): Evidence {
  const mail = judgement.mail && {
    ...judgement.mail,
    recipientKeys: item.recipients
      .slice(0, MAX_RECIPIENT_KEYS)
      .map((recipient) => hashId('recipient', item.tenant, recipient.toLowerCase())),
  };
  return {
    ...bounded(judgement),
    contentHash: item.contentHash,
    ...(mail === undefined ? {} : { mail }),
    evidenceId: evidenceId(item.itemId, item.version, item.contentHash, detectorSet),
    itemId: item.itemId,
    tenant: item.tenant,
    kind: item.kind,
    platform: item.platform,
    conversationId: item.conversationId,
    inReplyTo: item.inReplyTo,
    authorId: item.authorId,
    publishedAt: new Date(item.publishedMs).toISOString(),
    receivedAt: new Date(item.receivedMs).toISOString(),
    version: item.version,
    linkHashes: linkHashes(item.content, item.facets),
  };
}

/** Evidence that an item is gone, for those who counted it. @param place where the item stood, as far as known */
export function deletionEvidence(
  item: AdmittedDeletion,
  place: { conversationId: string; authorId: string; inReplyTo: string | null },
): Evidence {
  const at = new Date(item.receivedMs).toISOString();
  return {
    contentHash: '',
    words: 0,
    language: 'und',
    languageCovered: false,
    llr: 0,
    llrError: 0,
    symbols: [],
    detectors: [],
    canonicaliser: 'none',
    evidenceId: evidenceId(item.itemId, item.version, '', 'deletion'),
    itemId: item.itemId,
    tenant: item.tenant,
    kind: item.kind,
    platform: item.platform,
    ...place,
    publishedAt: at,
    receivedAt: at,
    version: item.version,
    linkHashes: [],
    deleted: true,
  };
}
