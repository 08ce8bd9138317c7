/**
 * What two characters become when the invisible between them goes: where readers would see one thing instead of two, a
 * separator has to stay (docs/attestation-hpt.md section 3).
 */
const MARK_OR_TONE = /\p{M}|[\u{1F3FB}-\u{1F3FF}]/u;
const LETTER = /\p{L}/u;
const FLAG_LETTER = /[\u{1F1E6}-\u{1F1FF}]/u;
/** Hangul that makes syllables: leading consonants, what may follow inside a syllable, and all of it. */
const LEADING = /[\u1100-\u115f\ua960-\ua97c]/;
const TRAILING = /[\u1160-\u11ff\ud7b0-\ud7fb]/;
const HANGUL = /[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]/;
/** The marks that make a conjunct or a half form, in the ten Brahmic scripts that write them with joiners. */
export const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/;
/** These, and the signs of Myanmar, Khmer and Tai Tham that put the next letter below. */
const BINDING = new RegExp(`${VIRAMA.source}|[\\u1039\\u17d2\\u1a60]`);

/**
 * Whether two characters (each empty at the ends of the text) would be read as one if nothing stood between them: letters
 * of a flag, parts of a Hangul syllable and, where more than a variation selector goes (`apart`), a mark, a skin tone and
 * a letter after the sign that binds it.
 */
export function keepsApart(before: string, after: string, apart: boolean): boolean {
  if (FLAG_LETTER.test(before) && FLAG_LETTER.test(after)) return true;
  if (LEADING.test(before) ? HANGUL.test(after) : HANGUL.test(before) && TRAILING.test(after)) return true;
  return apart && (MARK_OR_TONE.test(after) || (BINDING.test(before) && LETTER.test(after)));
}
