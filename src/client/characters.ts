/**
 * The character rules of the canonical text: what is rejected, what is invisible and removed, which joiners stay, and
 * how spaces and line ends fold. Every pass looks at each character a bounded number of times (docs/attestation-hpt.md
 * sections 2 to 4).
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
  | 'hidden_text'
  | 'tracking_parameters'
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
  if (text.length > 2 * LIMITS.textCodePoints || codePoints(text) > LIMITS.textCodePoints) {
    throw new TextRejected('too_long', `found more than ${LIMITS.textCodePoints} code points`);
  }
  if (LONE_SURROGATE.test(text)) throw new TextRejected('ill_formed', 'found a lone surrogate');
  const control = CONTROL.exec(text);
  if (control) {
    const code = text.charCodeAt(control.index).toString(16).padStart(4, '0').toUpperCase();
    throw new TextRejected('control_character', `found U+${code} at ${control.index}`);
  }
  if (MARK_RUN.test(text)) {
    throw new TextRejected('combining_marks', 'found more than 30 combining marks in a row');
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

/** Emoji of England, Scotland and Wales: the only sequences that need tag characters. */
const FLAG_TAGS =
  /\u{1F3F4}(?:\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}|\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}|\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073})\u{E007F}/uy;
const VARIATION = /[\ufe00-\ufe0f\u{E0100}-\u{E01EF}]/u;
const INVISIBLE = new RegExp(
  `[\\u034f\\u17b4\\u17b5\\u00ad\\u115f\\u1160\\u180e\\u200b-\\u200d\\u2060-\\u2064\\u206a-\\u206f\\u3164\\ufeff\\uffa0\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E007F}]|${VARIATION.source}`,
  'u',
);
const TAG = /[\u{E0000}-\u{E007F}]/u;
const JOINER = /[\u200c\u200d]/;
const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const LETTER = /\p{L}/u;
const PICTOGRAPH = /\p{Extended_Pictographic}/u;
const EMOJI_BASE = /\p{Emoji}/u;
const SKIN_TONE = /\p{Emoji_Modifier}/u;
/** Scripts that never need a joiner: there it is only there to hide something. */
const JOINERLESS = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Removes what cannot be seen, except joiners that change what is read: ZWJ and ZWNJ between letters (a mark may stand
 * before), ZWJ inside an emoji. One emoji variation selector after an emoji is ordinary and not reported.
 */
export function stripInvisible(text: string, reported: Set<Report>): string {
  if (BIDI.test(text)) reported.add('bidi_controls');
  if (!INVISIBLE.test(text)) return text;
  const kept: string[] = [];
  const characters: string[] = [];
  let selectors = 0;
  for (let index = 0; index < text.length; ) {
    FLAG_TAGS.lastIndex = index;
    const flag = FLAG_TAGS.exec(text);
    if (flag) {
      characters.push(flag[0]);
      index += flag[0].length;
      selectors = 0;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(index)!);
    index += character.length;
    if (VARIATION.test(character)) {
      selectors++;
      const ordinary =
        selectors === 1 && /[\ufe0e\ufe0f]/.test(character) && EMOJI_BASE.test(characters.at(-1) ?? '');
      if (!ordinary) reported.add('variation_selectors');
      continue;
    }
    selectors = 0;
    if (INVISIBLE.test(character) && !JOINER.test(character)) {
      reported.add(TAG.test(character) ? 'tag_characters' : 'zero_width');
      continue;
    }
    characters.push(character);
  }
  for (const [index, character] of characters.entries()) {
    if (JOINER.test(character) && !joins(kept.at(-1), character, characters[index + 1])) {
      reported.add('zero_width');
      continue;
    }
    if (JOINER.test(character) && JOINERLESS.test(kept.at(-1)!)) reported.add('joiners');
    kept.push(character);
  }
  return kept.join('');
}

function joins(before: string | undefined, joiner: string, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  if (LETTER_OR_MARK.test(before) && LETTER.test(after)) return true;
  return joiner === '\u200d' && (PICTOGRAPH.test(before) || SKIN_TONE.test(before)) && PICTOGRAPH.test(after);
}

/** Every line end is LF and every space U+0020; runs become one; blank lines, and spaces at the ends of lines, go. */
export const foldSpaces = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[\p{Zs}\t]+/gu, ' ')
    .replace(/ ?\n[\n ]*/g, '\n')
    .replace(/^[\n ]+|[\n ]+$/g, '');
