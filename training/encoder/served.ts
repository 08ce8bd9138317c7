/** The llr that the cascade serves (detectors/detector.ts), for texts of which both scores are known. */
import { type Calibration, calibrate } from '../../detectors/text/calibration.js';

/** Calibrations of the first stage and of both scores, and the first-stage llr from which the encoder reads. */
export interface Cascade {
  first: Calibration;
  both: Calibration;
  from: number;
}

/** @param scores of the first stage and of the encoder */
export function servedLlr(scores: readonly number[], words: number, { first, both, from }: Cascade): number {
  const { llr } = calibrate(scores.slice(0, 1), words, first);
  return llr < from ? llr : calibrate(scores, words, both).llr;
}
