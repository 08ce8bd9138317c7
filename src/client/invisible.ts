/**
 * What cannot be seen: removed and reported, except where it changes what is read (docs/attestation-hpt.md section 3).
 * The ranges are spelled out instead of taken from the engine's Unicode tables, so that the version does not change
 * with them.
 */
import { keepsApart, VIRAMA } from './apart.js';
import type { Report } from './characters.js';

/** Emoji of England, Scotland and Wales: the only sequences that need tag characters. */
const FLAG_TAGS =
  '\\u{1F3F4}(?:\\u{E0067}\\u{E0062}\\u{E0065}\\u{E006E}\\u{E0067}|\\u{E0067}\\u{E0062}\\u{E0073}\\u{E0063}\\u{E0074}|\\u{E0067}\\u{E0062}\\u{E0077}\\u{E006C}\\u{E0073})\\u{E007F}';
const FLAG_OF_NATION = new RegExp(`^${FLAG_TAGS}$`, 'u');
const VARIATION = /[\ufe00-\ufe0f\u{E0100}-\u{E01EF}]/u;
const TAG = /[\u{E0000}-\u{E007F}]/u;
/** Removed, or written as one separator where what is beside them would be read as one. */
const ZERO_WIDTH = '[\\u17b4\\u17b5\\u00ad\\u200b\\u2060-\\u2064\\u206a-\\u206f\\ufeff\\u{1D173}-\\u{1D17A}]';
const REMOVED = new RegExp(`${ZERO_WIDTH}|${TAG.source}|${VARIATION.source}`, 'u');
const ZWJ = '\u200d';
/** Runs of these with the joiners among them. */
const INVISIBLE = new RegExp(`${FLAG_TAGS}|(?:${REMOVED.source}|${ZWJ})+`, 'gu');
/** What is left of a run that keeps two characters apart: a space of no width. */
const SEPARATOR = '\u200b';
/** Kept only where they change what is read: CGJ, Mongolian vowel separator, ZWNJ, ZWJ. */
const CONDITIONAL = /[\u034f\u180e\u200c\u200d]/;
/** Whether a text holds anything that another round may remove. */
export const mayChange = (text: string): boolean => CONDITIONAL.test(text) || text.includes(SEPARATOR);
/** Hangul fillers: no glyph by the standard, a wide blank on most screens. They stay. */
const FILLER = /[\u115f\u1160\u3164\uffa0]/;
export const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const MARK = /\p{M}/u;
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
  return text.replace(INVISIBLE, (run, at: number) => {
    if (FLAG_OF_NATION.test(run) || !REMOVED.test(run)) return run;
    const before = characterBefore(text, at);
    const after = characterAt(text, at + run.length);
    for (const found of reportsOf(run, before)) reported.add(found);
    const parts = [...run];
    const apart = parts.some((part) => part !== ZWJ && !VARIATION.test(part));
    // A woman, a space of no width and a joiner, a heart: two pictures for the reader, and so they stay.
    if (apart && PICTURE_OR_TONE.test(before) && PICTURE.test(after)) return '';
    if (run.includes(ZWJ)) return parts.filter((part) => part === ZWJ).join('');
    return keepsApart(before, after, apart) ? SEPARATOR : '';
  });
}

/** What there is to say about a run of the invisible that stands after this character. */
function reportsOf(run: string, before: string): Set<Report> {
  const found = new Set<Report>();
  for (const [at, part] of [...run].entries()) {
    if (part === ZWJ) continue;
    if (!VARIATION.test(part)) found.add(TAG.test(part) ? 'tag_characters' : 'zero_width');
    else if (at > 0 || !/[\ufe0e\ufe0f]/.test(part) || !SELECTABLE.test(before))
      found.add('variation_selectors');
  }
  return found;
}

function removeIdleJoiners(text: string, reported: Set<Report>): string {
  let kept = '';
  let before = '';
  for (let index = 0; index < text.length; ) {
    const character = characterAt(text, index);
    index += character.length;
    if (CONDITIONAL.test(character)) {
      const after = characterAt(text, index);
      if (!changesReading(before, character, after)) {
        reported.add('zero_width');
        if (keepsApart(before, after, character !== '\u034f')) kept += SEPARATOR;
        continue;
      }
      if (JOINERLESS.test(before)) reported.add('joiners');
    }
    kept += character;
    before = character;
  }
  return kept;
}

/** The character that begins or ends there; empty at the ends of the text. */
const characterAt = (text: string, at: number): string =>
  at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : '';
const characterBefore = (text: string, at: number): string =>
  /.?$/su.exec(text.slice(Math.max(0, at - 2), at))![0];

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
