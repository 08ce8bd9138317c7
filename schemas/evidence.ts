/**
 * Evidence: everything judging, gathering and replay need of one version of one item, and no text (design section 5).
 * `llr` is the log-likelihood ratio in nats, machine against human: the logit of the calibrated probability at prior 0.5.
 */
import { z } from 'zod';
import { ITEM_KINDS } from './ids.js';

/** A half-open range [start, end) in UTF-16 units of the received text. */
export const Span = z.object({ start: z.int().min(0), end: z.int().min(0) });
export type Span = z.infer<typeof Span>;

/** One named reason with its additive share of the llr. */
export const EvidenceSymbol = z
  .object({
    name: z.string().describe('Stable name, for instance `text.phrases`'),
    contribution: z
      .number()
      .describe('Share of the log-likelihood ratio, in nats; positive speaks for a machine'),
    sentence: z.string().describe('Key of a fixed sentence template; never a quotation'),
    values: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe('Numbers for the sentence; no text'),
    spans: z.array(Span).optional().describe('Places of the text this rests on most, the weightiest first'),
  })
  .meta({ id: 'Symbol' });
export type EvidenceSymbol = z.infer<typeof EvidenceSymbol>;

/** Who judged, and on what: enough to repeat the judgement. */
export const DetectorRef = z
  .object({
    id: z.string(),
    version: z.string(),
    sha256: z.string().describe('Of the weights file'),
    engine: z.string().describe('For instance `js`, `onnx`, `tfjs`'),
    device: z.enum(['cpu', 'gpu']),
  })
  .meta({ id: 'Detector' });
export type DetectorRef = z.infer<typeof DetectorRef>;

export const MailEvidence = z.object({
  fromDomain: z.string(),
  authDomain: z.string().nullable(),
  recipientKeys: z.array(z.string()),
  slots: z.record(z.string(), z.string()),
});

/** What a detector says of one text, before it is bound to an item. */
export const Judgement = z
  .object({
    contentHash: z.string(),
    words: z.int().min(0),
    language: z.string().describe('ISO 639-1 code, or `und`'),
    languageCovered: z.boolean(),
    llr: z.number().describe('Nats; logit of the calibrated probability at prior 0.5'),
    /** Standard error of the llr from calibration, in nats; gives the interval of the probability. */
    llrError: z.number().min(0),
    symbols: z.array(EvidenceSymbol),
    detectors: z.array(DetectorRef),
    canonicaliser: z.string(),
    mail: MailEvidence.optional(),
    degraded: z
      .literal(true)
      .optional()
      .describe('Judged by the first stage alone, because too much was waiting'),
  })
  .meta({ id: 'Judgement' });
export type Judgement = z.infer<typeof Judgement>;

export const Evidence = Judgement.extend({
  evidenceId: z.string(),
  itemId: z.string(),
  tenant: z.string(),
  kind: z.enum(ITEM_KINDS),
  platform: z.string(),
  conversationId: z.string(),
  rootId: z.string().optional(),
  inReplyTo: z.string().nullable(),
  authorId: z.string(),
  publishedAt: z.iso.datetime({ offset: true }),
  receivedAt: z.iso.datetime({ offset: true }),
  version: z.int().min(0),
  sketch: z.object({ version: z.string(), minhash: z.array(z.int()) }).optional(),
  embedding: z.array(z.number()).optional(),
  linkHashes: z.array(z.string()),
  deleted: z.boolean().optional(),
}).meta({ id: 'Evidence' });
export type Evidence = z.infer<typeof Evidence>;
