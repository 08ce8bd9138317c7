/**
 * From the shares of pieces in windows to those in the text: a text's logit is the mean over its windows, so a piece counts for
 * what it is in each window that shows it, divided by their number. A piece between two windows has no part in the logit.
 */
import type { Pieces } from './pieces.js';
import { windowStarts } from './windows.js';

/** What the encoder makes of a text, and of what parts. */
export interface TextRead {
  logit: number;
  /** Of each piece in the logit. */
  shares: Float64Array;
  /** Of `[CLS]` and `[SEP]`, which stand for no place in the text; with `shares` this sums to `logit`. */
  marks: number;
  /** Where the pieces lie: piece i comes from [starts[i], ends[i]), in UTF-16 units. */
  starts: Int32Array;
  ends: Int32Array;
}

/**
 * @param pieces of the text
 * @param logits of its windows, in their order
 * @param windows shares of each window's pieces, with those of the two marks at its ends
 */
export function textRead(
  { ids, starts, ends }: Pieces,
  logits: ArrayLike<number>,
  windows: readonly Float32Array[],
): TextRead {
  const per = 1 / windows.length;
  const shares = new Float64Array(ids.length);
  let marks = 0;
  let logit = 0;
  windowStarts(ids.length).forEach((start, i) => {
    const window = windows[i]!;
    logit += logits[i]! * per;
    marks += (window[0]! + window.at(-1)!) * per;
    for (let j = 1; j < window.length - 1; j++) shares[start + j - 1]! += window[j]! * per;
  });
  return { logit, shares, marks, starts, ends };
}
