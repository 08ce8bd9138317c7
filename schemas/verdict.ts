/**
 * The verdict: what Assay says of one version of one item, with its reasons, its budget and who judged (design section 5).
 * `Decision` is the pure part, `decide(evidence, findings, prior, calibration, policy)`; `Verdict` binds it to an item.
 */
import { z } from 'zod';
import { DetectorRef, EvidenceSymbol } from './evidence.js';
import { ITEM_KINDS } from './ids.js';

/**
 * Authorship bands. `no_machine_signs` is not proof of a person, and nothing treats it as such. `assisted` (written by a person, polished
 * by a machine) is kept for a model that can tell; the shipped ones cannot and never give it (training/assisted.ts).
 */
export const BANDS = ['machine', 'assisted', 'uncertain', 'no_machine_signs', 'insufficient'] as const;
export const Band = z.enum(BANDS).meta({ id: 'Band' });
export type Band = z.infer<typeof Band>;

/** Where the band's cuts lie: on the calibrated llr in nats, global, from the model's card. */
export const BandPolicy = z.object({
  cuts: z.object({
    machine: z.number().describe('llr at or above: `machine`'),
    noMachineSigns: z.number().describe('llr at or below: `no_machine_signs`'),
    overwhelming: z.number().describe('llr that calls even a short text'),
    leaning: z
      .number()
      .optional()
      .describe('llr from which a text leans to a machine (5% false alarms): stays `uncertain`, and says so'),
  }),
  minWords: z.int().min(0).describe('Texts with fewer words are `insufficient` unless overwhelming'),
  budget: z.object({
    falseAlarmRate: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of human texts called `machine` at this cut, at most'),
    slice: z.string().describe('Texts the budget was measured on'),
  }),
});
export type BandPolicy = z.infer<typeof BandPolicy>;

export const Decision = z.object({
  band: Band,
  probability: z.number().min(0).max(1).describe('Calibrated probability of machine authorship at the prior'),
  interval: z.tuple([z.number(), z.number()]).describe('95% interval of the probability'),
  prior: z.number().gt(0).lt(1),
  llr: z.number(),
  budget: z
    .object({ falseAlarmRate: z.number(), slice: z.string() })
    .nullable()
    .describe('The false-alarm budget under which `machine` was called; null for other bands'),
  reasons: z.array(EvidenceSymbol),
  /** Key of the sentence that says why this band and no other. */
  because: z.string(),
});
export type Decision = z.infer<typeof Decision>;

export const Verdict = Decision.extend({
  schemaVersion: z.literal(1),
  verdictId: z.string(),
  itemId: z.string(),
  tenant: z.string(),
  kind: z.enum(['post', 'email', 'tombstone']),
  itemKind: z.enum(ITEM_KINDS),
  platform: z.string(),
  externalId: z.string(),
  conversationId: z.string().nullable(),
  authorId: z.string().nullable(),
  version: z.int().min(0),
  contentHash: z.string(),
  revision: z
    .int()
    .min(1)
    .describe('Rises by one per item; the current verdict has the highest (version, revision)'),
  cause: z.object({
    kind: z.enum(['ingest', 'rescore', 'promote', 'finding', 'withdraw', 'delete']),
    id: z.string(),
  }),
  words: z.int().min(0),
  language: z.string(),
  detectors: z.array(DetectorRef),
  canonicaliser: z.string(),
  degraded: z
    .literal(true)
    .optional()
    .describe(
      'Judged by the first stage alone, because too much was waiting; a verdict with cause `rescore` follows',
    ),
  decidedAt: z.iso.datetime({ offset: true }),
}).meta({ id: 'Verdict' });
export type Verdict = z.infer<typeof Verdict>;
