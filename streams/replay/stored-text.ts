/** A stored item as admission once made it: what the stages after need to judge its text again. */
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { AdmittedText } from '../admit/admitted.js';

/**
 * @returns null where there is no text any more: it was deleted. Recipients of a letter are not kept with it, and are
 * empty.
 */
export function storedText(item: ItemDoc): AdmittedText | null {
  const content = item.format === 'html' ? item.html : item.text;
  if (item.deleted || content === null) return null;
  const { tenant, kind, platform, externalId, version, contentHash, format, receivedMs, publishedMs } = item;
  return {
    ...{ tenant, kind, platform, externalId, version, contentHash, format, receivedMs, publishedMs, content },
    deletion: false,
    itemId: item._id,
    subject: item.subject,
    raw: item.raw,
    conversationId: item.conversationId,
    inReplyTo: item.inReplyTo,
    authorId: item.authorId,
    handle: item.handle,
    facets: item.facets,
    lang: item.lang,
    attestation: item.attestation,
    recipients: [],
  };
}
