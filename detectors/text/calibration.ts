/**
 * From the models' scores to one calibrated log-likelihood ratio. The map is linear in each score; slopes and offset are smooth
 * functions of the text's length, because the same score means less in ten words than in three hundred. Scores of several models
 * are weighed against one another here, learnt, never added as if they were independent. Fitted in training on scores of texts
 * and sources the models had not learnt from; shipped in the card.
 */

export interface Calibration {
  /** One polynomial per score: slope(u) = s0 + s1 u + s2 u²; u is {@link lengthTerm}. */
  slopes: readonly (readonly number[])[];
  /** offset(u) = o0 + o1 u + o2 u². */
  offset: readonly number[];
  /** Covariance of the coefficients (slopes in order, then offset), clustered by source: how far the map itself can be off. */
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

/** What the coefficients are multiplied with: three terms per score, three for the length alone. */
export const calibrationTerms = (scores: readonly number[], words: number): number[] => {
  const u = lengthTerm(words);
  return [...scores, 1].flatMap((z) => [z, z * u, z * u * u]);
};

export interface Calibrated {
  llr: number;
  /** Standard error in nats. */
  error: number;
  /** What one unit of each score is worth in nats, and what the length alone adds; Σ score · slope + offset = llr. */
  slopes: number[];
  offset: number;
}

/** @param scores of the models, in the order of `calibration.slopes` @param words words of the text */
export function calibrate(scores: readonly number[], words: number, calibration: Calibration): Calibrated {
  const u = lengthTerm(words);
  const slopes = calibration.slopes.map((coefficients) => Math.max(0, polynomial(coefficients, u)));
  const offset = polynomial(calibration.offset, u);
  const raw = slopes.reduce((sum, slope, i) => sum + slope * scores[i]!, offset);
  // Held softly, and parts and offset by the same factor, so that they still sum to the llr.
  const llr = calibration.limit * Math.tanh(raw / calibration.limit);
  const factor = raw === 0 ? 1 : llr / raw;
  const terms = calibrationTerms(scores, words);
  let variance = calibration.betweenSources ** 2;
  for (let i = 0; i < terms.length; i++) {
    for (let j = 0; j < terms.length; j++) variance += terms[i]! * terms[j]! * calibration.covariance[i]![j]!;
  }
  return {
    llr,
    error: Math.sqrt(Math.max(0, variance)) * factor,
    slopes: slopes.map((slope) => slope * factor),
    offset: offset * factor,
  };
}
