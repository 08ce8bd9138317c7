/**
 * From the model's score to a calibrated log-likelihood ratio. The map is linear in the score; its slope and offset are smooth
 * functions of the text's length, because the same score means less in ten words than in three hundred. Fitted in training on
 * scores of texts and sources the model had not learnt from; shipped in the card.
 */

export interface Calibration {
  /** slope(u) = s0 + s1 u + s2 u²; u is {@link lengthTerm}. */
  slope: readonly number[];
  /** offset(u) = o0 + o1 u + o2 u². */
  offset: readonly number[];
  /** Covariance of the six coefficients (slope, then offset), clustered by source: how far the map itself can be off. */
  covariance: readonly (readonly number[])[];
  /** Standard deviation of the shift from source to source, in nats: what no text of a new source escapes. */
  betweenSources: number;
  /** |llr| claimed at most: beyond it the data has too few texts to tell. */
  limit: number;
}

const SHORTEST = 5;
const LONGEST = 600;

/** Length as the calibration sees it: about -1 at five words, 0 at 50, 1 at 600; held at both ends. */
export const lengthTerm = (words: number): number =>
  Math.log(Math.min(LONGEST, Math.max(SHORTEST, words)) / 50) / 2.4;

const polynomial = (coefficients: readonly number[], u: number): number =>
  coefficients[0]! + coefficients[1]! * u + coefficients[2]! * u * u;

export interface Calibrated {
  llr: number;
  /** Standard error in nats. */
  error: number;
  /** What a part of the score is worth in nats, and what the length alone adds; parts · slope + offset = llr. */
  slope: number;
  offset: number;
}

/** @param z score of the model @param words words of the text */
export function calibrate(z: number, words: number, calibration: Calibration): Calibrated {
  const u = lengthTerm(words);
  const slope = Math.max(0, polynomial(calibration.slope, u));
  const offset = polynomial(calibration.offset, u);
  const raw = slope * z + offset;
  // Held softly, and parts and offset by the same factor, so that they still sum to the llr.
  const llr = calibration.limit * Math.tanh(raw / calibration.limit);
  const factor = raw === 0 ? 1 : llr / raw;
  const terms = [z, z * u, z * u * u, 1, u, u * u];
  let variance = calibration.betweenSources ** 2;
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) variance += terms[i]! * terms[j]! * calibration.covariance[i]![j]!;
  }
  return {
    llr,
    error: Math.sqrt(Math.max(0, variance)) * factor,
    slope: slope * factor,
    offset: offset * factor,
  };
}
