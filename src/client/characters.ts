/**
 * The character rules of the canonical text: what is rejected, and how spaces and line ends fold. What is invisible has
 * a file of its own. Every pass looks at each character a bounded number of times (docs/attestation-hpt.md sections 2
 * and 4).
 */
import { LIMITS } from '../../schemas/limits.js';
import { TextRejected } from './rejection.js';

/** Something a reader should know about a text, though it is no reason to refuse it. */
export type Report =
  | 'zero_width'
  | 'tag_characters'
  | 'variation_selectors'
  | 'bidi_controls'
  | 'joiners'
  | 'fillers'
  | 'hidden_text'
  | 'style_sheet'
  | 'conditional_comment'
  | 'uncertain'
  | 'embedded'
  | 'picture'
  | 'tracking_parameters'
  | 'redirector'
  | 'link_text_differs'
  | 'mention_target'
  | 'relative_link';

/** C0 but TAB, LF, CR; DEL; C1. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /\p{Cs}/u;
/** More marks on one base than any orthography needs (UAX 15 allows 30 in stream-safe text). */
const MARK_RUN = /\p{M}{31}/u;

/** @throws {TextRejected} ill-formed UTF-16, control characters, more than 30 marks in a row, above LIMITS.textCodePoints */
export function rejectUnfit(text: string): void {
  rejectLong(text);
  if (LONE_SURROGATE.test(text)) throw new TextRejected('ill_formed', 'found a lone surrogate');
  const control = CONTROL.exec(text);
  if (control) {
    const code = text.charCodeAt(control.index).toString(16).padStart(4, '0').toUpperCase();
    throw new TextRejected('control_character', `found U+${code} at ${control.index}`);
  }
  rejectMarks(text);
}

/** @throws {TextRejected} */
export function rejectMarks(text: string): void {
  if (MARK_RUN.test(text)) {
    throw new TextRejected('combining_marks', 'found more than 30 combining marks in a row');
  }
}

/** @throws {TextRejected} */
export function rejectLong(text: string): void {
  if (text.length <= LIMITS.textCodePoints) return;
  if (text.length > 2 * LIMITS.textCodePoints || codePoints(text) > LIMITS.textCodePoints) {
    throw new TextRejected('too_long', `found more than ${LIMITS.textCodePoints} code points`);
  }
}

/** Code points of a string: a surrogate pair counts once. */
export function codePoints(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xdc00 || unit > 0xdfff || index === 0 || (text.charCodeAt(index - 1) & 0xfc00) !== 0xd800)
      count++;
  }
  return count;
}

/** Every line end is LF and every space U+0020; runs become one; blank lines, and spaces at the ends of lines, go. */
export const foldSpaces = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[\p{Zs}\t]+/gu, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
    .replace(/^[\n ]+|[\n ]+$/g, '');
