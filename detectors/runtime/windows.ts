/**
 * How a long text is shown to the encoder: windows of at most 126 pieces between `[CLS]` and `[SEP]`, at most four, spread
 * evenly over the text. Training cuts by the same rule (`training/encoder/windows.py`); a test holds the two together.
 */
import type { Pieces } from './pieces.js';
import type { WordPiece } from './wordpiece.js';

/** Pieces in a window, without the two marks. */
export const WINDOW_PIECES = 126;
/** Ids of the longest window, with the two marks. */
export const LONGEST_WINDOW = WINDOW_PIECES + 2;
/** Windows of a text, at most. */
export const MOST_WINDOWS = 4;

/**
 * First pieces of the windows of a text, ascending: n = min(4, ⌈length ÷ 126⌉) windows, window i from i·(length − 126) ÷ (n − 1),
 * rounded, halves up. A text of no more than 126 pieces, also one of none, is a single window from 0.
 */
export function windowStarts(length: number): number[] {
  const count = Math.min(MOST_WINDOWS, Math.max(1, Math.ceil(length / WINDOW_PIECES)));
  if (count === 1) return [0];
  const last = length - WINDOW_PIECES;
  // Whole numbers throughout, so that no language rounds otherwise.
  return Array.from({ length: count }, (_, i) => Math.floor((2 * i * last + count - 1) / (2 * (count - 1))));
}

/** The windows of a text as the encoder reads them: ids from `[CLS]` to `[SEP]`, 2 to 128 of them. */
export function windowsOf(pieces: Pieces, { cls, sep }: Pick<WordPiece, 'cls' | 'sep'>): Int32Array[] {
  const { ids } = pieces;
  return windowStarts(ids.length).map((start) => {
    const end = Math.min(ids.length, start + WINDOW_PIECES);
    const window = new Int32Array(end - start + 2);
    window[0] = cls;
    window.set(ids.subarray(start, end), 1);
    window[window.length - 1] = sep;
    return window;
  });
}
