/** Reads one record of a posts topic: a created or edited post, or a deletion. */
import { checkDeletion, checkPost } from '../../schemas/check-item.js';
import { AssayError } from '../../schemas/errors.js';
import { contentHash, itemId } from '../../schemas/ids.js';
import { PostEventType, postVersion } from '../../schemas/post.js';
import type { LogRecord } from '../log/port.js';
import type { Admitted } from './admitted.js';

/**
 * @param value the parsed JSON of the record
 * @throws {AssayError} `item.*` where the record is not a post we can judge
 */
export function readPost(record: LogRecord, tenant: string, value: unknown, now: number): Admitted {
  const type = PostEventType.safeParse(record.headers['ce_type']);
  if (!type.success) {
    const detail = 'expected post.created, post.edited or post.deleted in the header ce_type';
    throw new AssayError('item.invalid', detail, { violations: [{ pointer: '/headers/ce_type', detail }] });
  }
  const common = { record, tenant, kind: 'post', receivedMs: record.timestamp } as const;
  if (type.data === 'post.deleted') {
    const deletion = checkDeletion(value, now);
    return {
      ...common,
      deletion: true,
      platform: deletion.platform,
      externalId: deletion.id,
      itemId: itemId(tenant, 'post', deletion.platform, deletion.id),
      version: deletion.version ?? Date.parse(deletion.deletedAt),
      contentHash: '',
    };
  }
  const post = checkPost(value, now);
  const format = post.text === undefined ? 'html' : 'text';
  const content = post.text ?? post.html ?? '';
  return {
    ...common,
    deletion: false,
    platform: post.platform,
    externalId: post.id,
    itemId: itemId(tenant, 'post', post.platform, post.id),
    version: postVersion(post),
    contentHash: contentHash(format, content),
    format,
    content,
    subject: null,
    raw: null,
    conversationId: post.conversationId ?? post.inReplyTo ?? post.id,
    inReplyTo: post.inReplyTo ?? null,
    authorId: post.author.id,
    handle: post.author.handle ?? null,
    publishedMs: Date.parse(post.publishedAt),
    facets: post.facets ?? [],
    lang: post.lang ?? null,
    attestation: post.attestation ?? null,
    recipients: [],
  };
}
