/**
 * What cannot be seen: removed and reported, except where it changes what is read (docs/attestation-hpt.md section 3).
 * The ranges are spelled out instead of taken from the engine's Unicode tables, so that the version does not change
 * with them.
 */
import type { Report } from './characters.js';

/** Emoji of England, Scotland and Wales: the only sequences that need tag characters. */
const FLAG_TAGS =
  /\u{1F3F4}(?:\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}|\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}|\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073})\u{E007F}/uy;
const VARIATION = /[\ufe00-\ufe0f\u{E0100}-\u{E01EF}]/u;
const TAG = /[\u{E0000}-\u{E007F}]/u;
/** Removed wherever they stand. */
const REMOVED = new RegExp(
  `[\\u17b4\\u17b5\\u00ad\\u200b\\u2060-\\u2064\\u206a-\\u206f\\ufeff\\u{1D173}-\\u{1D17A}]|${TAG.source}|${VARIATION.source}`,
  'u',
);
/** Kept only where they change what is read: CGJ, Mongolian vowel separator, ZWNJ, ZWJ. */
const CONDITIONAL = /[\u034f\u180e\u200c\u200d]/;
export const holdsJoiner = (text: string): boolean => CONDITIONAL.test(text);
/** Hangul fillers: no glyph by the standard, a wide blank on most screens. They stay. */
const FILLER = /[\u115f\u1160\u3164\uffa0]/;
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const MARK = /\p{M}/u;
/** The marks that make a conjunct or a half form, in the ten Brahmic scripts that write them with joiners. */
const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/;
/** Arabic, Syriac, N'Ko, Mongolian, Adlam: a joiner at the edge of a word changes the form of the letter. */
const CURSIVE = /[\u0620-\u074f\u0750-\u077f\u07c0-\u07ff\u08a0-\u08ff\u1800-\u18af\u{1E900}-\u{1E95F}]/u;
const MONGOLIAN = /[\u1820-\u18aa]/;
/** Latin, Greek, Cyrillic: scripts that never need a joiner; there it is only there to hide something. */
const JOINERLESS =
  /[A-Za-z\u00aa\u00ba\u00c0-\u02af\u0370-\u052f\u1c80-\u1c8f\u1d00-\u1dbf\u1e00-\u1fff\u2c60-\u2c7f\ua640-\ua69f\ua720-\ua7ff\uab30-\uab6f\ufb00-\ufb06\uff21-\uff5a]/;

/** Characters shown as pictures: the blocks that hold emoji, less flag letters and skin tones. */
export const PICTOGRAPH =
  '[\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u23ff\\u24c2\\u25a0-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff\\u3030\\u303d\\u3297\\u3299\\u{1F000}-\\u{1F1E5}\\u{1F200}-\\u{1F3FA}\\u{1F400}-\\u{1FAFF}]';
export const SKIN_TONE = '[\\u{1F3FB}-\\u{1F3FF}]';
const PICTURE = new RegExp(PICTOGRAPH, 'u');
const PICTURE_OR_TONE = new RegExp(`${PICTOGRAPH}|${SKIN_TONE}`, 'u');
/** What an emoji variation selector may follow without a report. */
const SELECTABLE = new RegExp(`^(?:${PICTOGRAPH}|[0-9#*])$`, 'u');

/** Removes the invisible, composes (NFC, never NFKC), and drops joiners that do nothing, until nothing changes. */
export function strip(text: string, reported: Set<Report>): string {
  if (BIDI.test(text)) reported.add('bidi_controls');
  if (FILLER.test(text)) reported.add('fillers');
  let composed = (REMOVED.test(text) ? removeInvisible(text, reported) : text).normalize('NFC');
  // A joiner that goes may let a mark compose, and a composed symbol may idle the next joiner: each round removes one.
  while (CONDITIONAL.test(composed)) {
    const kept = removeIdleJoiners(composed, reported);
    if (kept === composed) break;
    composed = kept.normalize('NFC');
  }
  return composed;
}

function removeInvisible(text: string, reported: Set<Report>): string {
  let kept = '';
  let before = '';
  let selectors = 0;
  for (let index = 0; index < text.length; ) {
    FLAG_TAGS.lastIndex = index;
    const flag = text.charCodeAt(index) === 0xd83c ? FLAG_TAGS.exec(text) : null;
    const character = flag?.[0] ?? String.fromCodePoint(text.codePointAt(index)!);
    index += character.length;
    if (flag === null && VARIATION.test(character)) {
      selectors++;
      const ordinary = selectors === 1 && /[\ufe0e\ufe0f]/.test(character) && SELECTABLE.test(before);
      if (!ordinary) reported.add('variation_selectors');
      continue;
    }
    selectors = 0;
    if (flag === null && REMOVED.test(character)) {
      reported.add(TAG.test(character) ? 'tag_characters' : 'zero_width');
      continue;
    }
    kept += character;
    before = character;
  }
  return kept;
}

function removeIdleJoiners(text: string, reported: Set<Report>): string {
  let kept = '';
  let before = '';
  for (let index = 0; index < text.length; ) {
    const character = String.fromCodePoint(text.codePointAt(index)!);
    index += character.length;
    if (CONDITIONAL.test(character)) {
      const next = text.codePointAt(index);
      if (!changesReading(before, character, next === undefined ? '' : String.fromCodePoint(next))) {
        reported.add('zero_width');
        continue;
      }
      if (JOINERLESS.test(before)) reported.add('joiners');
    }
    kept += character;
    before = character;
  }
  return kept;
}

/** Whether a joiner between these two (each a character, or empty at the ends of the text) changes what is read. */
function changesReading(before: string, joiner: string, after: string): boolean {
  if (CONDITIONAL.test(before)) return false;
  if (joiner === '\u034f') return MARK.test(before) && MARK.test(after) && !CONDITIONAL.test(after);
  if (joiner === '\u180e') return MONGOLIAN.test(before) && MONGOLIAN.test(after);
  if (VIRAMA.test(before)) return true;
  if (LETTER_OR_MARK.test(before) && LETTER_OR_MARK.test(after) && !CONDITIONAL.test(after)) return true;
  if (joiner === '\u200c') return false;
  return CURSIVE.test(before) || CURSIVE.test(after) || (PICTURE_OR_TONE.test(before) && PICTURE.test(after));
}
