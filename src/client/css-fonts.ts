/** What the declarations about fonts do: how large letters are, and whether they look like themselves (docs/attestation-hpt.md section 7). */
import type { Declaration } from './css-declarations.js';
import { type Grade, gradeOf, pixels } from './css-properties.js';
import type { Token } from './css-tokens.js';

/** Smallest and largest letters that a style may ask for, in pixels. */
export const LEAST_SIZE = 9;
export const MOST_SIZE = 40;
export const NORMAL_SIZE = 16;

const KEYWORD_SIZES = new Map([
  ['small', 13],
  ['medium', 16],
  ['initial', 16],
  ['large', 18],
]);

/** Pixels that a `font-size` gives where `parent` is the size around; null for a share of another size, which adds up. */
export function sizeOf(value: readonly Token[], parent: number): number | null {
  const [token] = value;
  if (value.length !== 1 || token === undefined) return null;
  if (token.type === 'ident') {
    if (token.text === 'inherit' || token.text === 'unset') return parent;
    return KEYWORD_SIZES.get(token.text) ?? null;
  }
  return pixels(token);
}

/** Fonts whose letters are pictures. */
const PICTURES =
  /^ *(?:(?:wing|web)dings.*|symbol|marlett|(?:itc )?zapf ?dingbats|mt extra|ms outlook|ms reference specialty|bookshelf symbol.*|adobe blank.*) *$/;

export function familyGrade(value: readonly Token[]): Grade {
  const families: string[][] = [[]];
  for (const token of value) {
    if (token.type === 'sign' && token.text === ',') families.push([]);
    else if (token.type === 'ident' || token.type === 'string') families.at(-1)!.push(token.text);
    else return 'own';
  }
  if (families.some((words) => words.length === 0)) return 'own';
  return families.some((words) => PICTURES.test(words.join(' '))) ? 'own' : 'plain';
}

/** The parts of a `font` shorthand: words and weights, a size, perhaps `/` and the height of lines, families. */
export function fontParts(
  value: readonly Token[],
): { size: Token[]; height: Token[]; family: Token[]; grade: Grade } | null {
  const at = value.findIndex((token) => token.type === 'number' && token.unit !== '');
  const before = value.slice(0, at);
  if (at < 0 || !before.every((token) => STYLE_WORDS.test(wordOf(token)))) return null;
  const slash = value[at + 1];
  const tall = slash?.type === 'sign' && slash.text === '/';
  const height: Declaration = { name: 'line-height', value: value.slice(at + 2, at + 3), important: false };
  if (tall && height.value.length === 0) return null;
  return {
    size: [value[at]!],
    height: tall ? height.value : [],
    family: value.slice(tall ? at + 3 : at + 1),
    grade: tall ? gradeOf(height, { inline: false, sized: null }) : 'plain',
  };
}

const STYLE_WORDS = /^(?:normal|italic|oblique|bold|bolder|lighter|[1-9]00)$/;
const wordOf = (token: Token): string =>
  token.type === 'ident' ? token.text : token.type === 'number' ? String(token.value) : '';
