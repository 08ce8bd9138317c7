/**
 * The card of a shipped model: where it came from, what it can do, and the numbers serving needs (calibration, cuts). Serving
 * reads this file and the weights it names, nothing else; a damaged or foreign file is refused.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AssayError } from '../schemas/errors.js';
import { BandPolicy } from '../schemas/verdict.js';

const row = z.array(z.number());

/** The part of a card that serving depends on; the rest is for people and stays as it is. */
export const ModelCard = z.looseObject({
  name: z.string(),
  version: z.string(),
  features: z.string(),
  canonicaliser: z.string(),
  languages: z.array(z.string()),
  weights: z.object({ file: z.string().regex(/^[\w.-]+$/), sha256: z.string(), bytes: z.number() }),
  calibration: z.object({
    slopes: z.array(row.length(3)).min(1),
    offset: row.length(3),
    covariance: z.array(row),
    betweenSources: z.number().min(0),
    limit: z.number().positive(),
  }),
  policy: BandPolicy,
});
export type ModelCard = z.infer<typeof ModelCard>;

/** Card of an encoder: its score is weighed together with that of one first stage, and read only where that leaves a text open. */
export const EncoderCard = ModelCard.extend({
  /** SHA-256 of the first stage's weights that the calibration was fitted with; its score comes first. */
  firstStage: z.string(),
  cascade: z.object({
    /** The encoder reads texts to which the first stage alone gives this llr or more. */
    from: z.number(),
  }),
  /** The same for the fast mode, whose logits are others; without it there is none. Written by `training/encoder/fast.ts`. */
  fast: z
    .looseObject({
      calibration: ModelCard.shape.calibration,
      policy: BandPolicy,
      cascade: z.object({ from: z.number() }),
    })
    .optional(),
});
export type EncoderCard = z.infer<typeof EncoderCard>;

const missing = (detail: string, cause?: unknown): AssayError =>
  new AssayError('detector.missing_model', detail, { cause });

/**
 * @param folder of one model, with `card.json`
 * @throws {AssayError} `detector.missing_model` when there is no card of this shape
 */
export async function loadCard<Shape extends z.ZodType>(
  folder: string,
  shape: Shape,
): Promise<z.infer<Shape>> {
  try {
    return shape.parse(JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')));
  } catch (error) {
    throw missing(`expected a model card in ${folder}, found none that can be read`, error);
  }
}

/**
 * @param folder of one model, with `card.json` and the weights it names
 * @throws {AssayError} `detector.missing_model` when a file is missing, unreadable, or not the one the card was written for
 */
export async function loadModel(folder: string): Promise<{ card: ModelCard; weights: Uint8Array }> {
  const card = await loadCard(folder, ModelCard);
  let weights: Uint8Array;
  try {
    weights = await readFile(join(folder, card.weights.file));
  } catch (error) {
    throw missing(`expected the weights ${card.weights.file} beside the card, found no readable file`, error);
  }
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (sha256 !== card.weights.sha256) {
    throw missing(`expected weights with SHA-256 ${card.weights.sha256}, found ${sha256}`);
  }
  return { card, weights };
}
