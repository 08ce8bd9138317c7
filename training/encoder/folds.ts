/** The five groups of sources that the encoder is trained without, one after the other: the eight of the first stage, joined. */
import { foldOf } from '../folds.js';

const JOINED = [0, 1, 2, 3, 4, 1, 2, 4] as const;

export const ENCODER_FOLDS = 5;

/** @returns 0 to 4 */
export const encoderFoldOf = (row: { source: string }): number => JOINED[foldOf(row)]!;
