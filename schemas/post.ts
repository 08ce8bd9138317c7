/** A post as a platform streams it in, and the three events that carry one (design section 4). */
import { z } from 'zod';
import { LIMITS } from './limits.js';

/** An identifier given from outside: any characters but control characters, bounded. */
export const ExternalId = z
  .string()
  .min(1)
  .max(LIMITS.idLength)
  .regex(/^[^\u0000-\u001f\u007f]*$/u, 'no control characters')
  .describe('Identifier chosen by the platform; opaque to Assay');

/** Lower-case name of a platform, part of every id. */
export const PlatformName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dot, dash, underscore; at most 64')
  .describe('Name of the platform the text comes from');

/** RFC 3339 instant with offset. */
export const Instant = z.iso.datetime({ offset: true }).describe('RFC 3339 date and time with offset');

/** A link, mention or tag in the text, as the platform's own entity data gives it; offsets in UTF-16 units. */
export const Facet = z.object({
  start: z.int().min(0),
  end: z.int().min(0),
  type: z.enum(['link', 'mention', 'tag']),
  uri: z.string().max(4096).optional(),
});
export type Facet = z.infer<typeof Facet>;

export const Author = z.object({
  id: ExternalId.describe('Immutable account id; never a handle'),
  handle: z.string().min(1).max(LIMITS.handleLength).optional(),
  createdAt: Instant.optional(),
});

const postFields = z.object({
  platform: PlatformName,
  id: ExternalId,
  version: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Rises with every edit; default: milliseconds of editedAt, else of publishedAt'),
  author: Author,
  conversationId: ExternalId.optional(),
  inReplyTo: ExternalId.optional().describe('Id of the post this one answers'),
  text: z.string().optional(),
  html: z.string().optional(),
  facets: z.array(Facet).max(LIMITS.facets).optional(),
  lang: z.string().max(35).optional().describe('BCP 47 tag as the platform gives it; a hint only'),
  publishedAt: Instant,
  editedAt: Instant.optional(),
  attestation: z.string().max(LIMITS.tokenReadBytes).optional().describe('Compact human-author token'),
});

/** A post: exactly one of `text` and `html`. Unknown fields are ignored, as a newer platform may send more. */
export const Post = postFields
  .refine((post) => (post.text === undefined) !== (post.html === undefined), {
    message: 'expected exactly one of text and html',
    path: ['text'],
  })
  .meta({ id: 'Post' });
export type Post = z.infer<typeof Post>;

/** A deletion names the post; the version says which edit it follows. */
export const PostDeletion = z
  .object({
    platform: PlatformName,
    id: ExternalId,
    version: z
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('Default: milliseconds of deletedAt'),
    deletedAt: Instant,
  })
  .meta({ id: 'PostDeletion' });
export type PostDeletion = z.infer<typeof PostDeletion>;

export const PostEventType = z.enum(['post.created', 'post.edited', 'post.deleted']);
export type PostEventType = z.infer<typeof PostEventType>;

/** Version of a post where none is given: editedAt or publishedAt in milliseconds. */
export const postVersion = (post: Post): number =>
  post.version ?? Date.parse(post.editedAt ?? post.publishedAt);
