/**
 * Items as they are read over HTTP. What the detector says (`verdict`) and what stands behind the text (`attestation`)
 * are two facts beside each other; neither is computed from the other.
 */
import { z } from 'zod';
import { ITEM_KINDS } from '../../schemas/ids.js';
import { Facet } from '../../schemas/post.js';
import { ReviewState } from '../../schemas/review.js';
import type { ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import { Band, type Verdict, Verdict as VerdictShape } from '../../schemas/verdict.js';
import { shownText } from '../shown-text.js';
import { instant } from './instant.js';
import { Next } from './page.js';
import { VerdictView } from './verdict-view.js';

/** UTF-16 units of a list entry's excerpt, about two lines. */
const EXCERPT = 280;

const AttestationFact = z
  .object({
    presented: z.boolean().describe('Whether a token came with the text'),
    hal: z
      .int()
      .min(0)
      .max(3)
      .nullable()
      .describe(
        'Level the token proved for this text and author when it came in; null without a valid one. Level 1 is "approved by the account\'s key"',
      ),
  })
  .meta({ id: 'AttestationFact' });

const itemFields = {
  itemId: z.string(),
  kind: z.enum(ITEM_KINDS),
  platform: z.string(),
  externalId: z.string().describe("The platform's or operator's id"),
  author: z.object({ id: z.string(), handle: z.string().nullable() }),
  conversationId: z.string(),
  inReplyTo: z.string().nullable(),
  version: z.int(),
  publishedAt: z.string(),
  receivedAt: z.string(),
  deleted: z.boolean(),
  attestation: AttestationFact,
  review: ReviewState,
};

export const ItemSummary = z
  .object({
    ...itemFields,
    subject: z.string().nullable(),
    excerpt: z.string().nullable().describe('Beginning of the text; null after a deletion'),
    band: Band,
    probability: z.number(),
    llr: z.number(),
    symbols: z.array(z.string()),
    revision: z.int(),
  })
  .meta({ id: 'ItemSummary' });
export type ItemSummary = z.infer<typeof ItemSummary>;

/** One verdict in an item's history, without its reasons. */
export const VerdictRevision = VerdictShape.pick({
  verdictId: true,
  revision: true,
  version: true,
  kind: true,
  band: true,
  probability: true,
  cause: true,
  contentHash: true,
  decidedAt: true,
}).meta({ id: 'VerdictRevision' });
export type VerdictRevision = z.infer<typeof VerdictRevision>;

export const Item = z
  .object({
    ...itemFields,
    text: z
      .object({
        format: z.enum(['text', 'html', 'raw']).describe('`raw`: text as read from a letter'),
        content: z.string().describe('Spans of reasons are UTF-16 units of this'),
        subject: z.string().nullable(),
        facets: z.array(Facet),
      })
      .nullable()
      .describe('Null after a deletion'),
    token: z.string().nullable().describe('The attestation as it came, for anybody to verify'),
    verdict: z.union([VerdictView, z.null()]),
    provenance: z.object({
      evidenceId: z.string().nullable().describe('Evidence of exactly this text and these detectors'),
      contentHash: z.string().describe('SHA-256 of what was judged'),
      detectors: VerdictShape.shape.detectors,
      canonicaliser: z.string(),
      raw: z
        .object({ sha256: z.string(), size: z.int() })
        .nullable()
        .describe('Raw mail kept beside the item'),
    }),
    revisions: z.object({ items: z.array(VerdictRevision), next: Next }).describe('Newest first'),
  })
  .meta({ id: 'Item' });
export type Item = z.infer<typeof Item>;

const common = (doc: ItemDoc) => ({
  itemId: doc._id,
  kind: doc.kind,
  platform: doc.platform,
  externalId: doc.externalId,
  author: { id: doc.authorId, handle: doc.handle },
  conversationId: doc.conversationId,
  inReplyTo: doc.inReplyTo,
  version: doc.version,
  publishedAt: instant(doc.publishedMs),
  receivedAt: instant(doc.receivedMs),
  deleted: doc.deleted,
  attestation: { presented: doc.attestation !== null, hal: doc.hal < 0 ? null : doc.hal },
  review: doc.reviewState,
});

/** First units of a text, never half of a surrogate pair; of HTML what it shows. */
function excerptOf({ text, html }: ItemDoc): string | null {
  const plain = text ?? (html === null ? null : shownText(html.slice(0, 8 * EXCERPT)));
  if (plain === null) return null;
  const folded = plain
    .slice(0, 4 * EXCERPT)
    .replace(/\s+/g, ' ')
    .trim();
  return folded.slice(0, EXCERPT).replace(/[\ud800-\udbff]$/, '');
}

export const itemSummary = (doc: ItemDoc): ItemSummary => ({
  ...common(doc),
  subject: doc.subject,
  excerpt: excerptOf(doc),
  band: doc.band,
  probability: doc.probability,
  llr: doc.llr,
  symbols: doc.symbols,
  revision: doc.revision,
});

export const verdictRevision = ({ verdict }: VerdictDoc): VerdictRevision => ({
  verdictId: verdict.verdictId,
  revision: verdict.revision,
  version: verdict.version,
  kind: verdict.kind,
  band: verdict.band,
  probability: verdict.probability,
  cause: verdict.cause,
  contentHash: verdict.contentHash,
  decidedAt: verdict.decidedAt,
});

/**
 * One item in full.
 * @param current the document of its current verdict
 * @param view makes the current verdict readable
 */
export function itemView(
  doc: ItemDoc,
  current: VerdictDoc | null,
  revisions: Item['revisions'],
  view: (verdict: Verdict) => VerdictView,
): Item {
  const content = doc.text ?? doc.html;
  return {
    ...common(doc),
    text: content === null ? null : { format: doc.format, content, subject: doc.subject, facets: doc.facets },
    token: doc.attestation,
    verdict: current === null ? null : view(current.verdict),
    provenance: {
      evidenceId: current?.evidence?.evidenceId ?? null,
      contentHash: doc.contentHash,
      detectors: current?.verdict.detectors ?? [],
      canonicaliser: current?.verdict.canonicaliser ?? 'none',
      raw: doc.raw === null ? null : { sha256: doc.raw.sha256, size: doc.raw.size },
    },
    revisions,
  };
}
