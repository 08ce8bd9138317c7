/**
 * How bright a colour is, for telling text from what is behind it: opaque colours in the spellings that mail is written
 * in. Any other has no known brightness (docs/attestation-hpt.md section 7).
 */
import { lower, type Token } from './css-tokens.js';

/** 299 R + 587 G + 114 B, from 0 to 255,000 (Rec. 601, in whole numbers so that every implementation agrees). */
export type Brightness = number;

export const BLACK: Brightness = 0;
export const WHITE: Brightness = 255_000;
/** Text and its background differ by at least a quarter of the range. */
export const LEAST_DIFFERENCE = 64_000;
/** What still counts as a white page. */
export const PAPER = 240_000;
/** `#0000ee`, as browsers colour links. */
export const LINK_BLUE: Brightness = 27_132;

/** `#ffff00`, behind `mark`. */
export const MARKER_YELLOW: Brightness = 225_930;

/** The colour names of CSS 2.1, and `windowtext`, which mail programs write for black. */
const NAMED = new Map(
  (
    'aqua 00ffff black 000000 blue 0000ff fuchsia ff00ff gray 808080 grey 808080 green 008000 lime 00ff00 maroon 800000 ' +
    'navy 000080 olive 808000 orange ffa500 purple 800080 red ff0000 silver c0c0c0 teal 008080 white ffffff ' +
    'windowtext 000000 yellow ffff00'
  )
    .split(' ')
    .flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1]!] as const] : [])),
);

/** Brightness of a colour in a declaration; null for one that is not opaque or not known. */
export function brightnessOf(token: Token): Brightness | null {
  if (token.type === 'ident') return hexBrightness(NAMED.get(token.text) ?? '');
  if (token.type === 'hash') return hexBrightness(token.text);
  if (token.type !== 'function' || token.text !== 'rgb' || !token.plain) return null;
  const shape = token.args.map((each) => (each.type === 'sign' ? each.text : '')).join('.');
  const levels = token.args.flatMap((each) =>
    each.type === 'number' && each.unit === '' && Number.isInteger(each.value) ? [each.value] : [],
  );
  const spelled = (shape === '.,..,.' || shape === '..') && levels.length === 3;
  if (!spelled || levels.some((level) => level < 0 || level > 255)) return null;
  return 299 * levels[0]! + 587 * levels[1]! + 114 * levels[2]!;
}

/** Brightness of a colour in an attribute such as `bgcolor`: `#` and six digits, or a name. HTML reads others in ways of its own. */
export function attributeBrightness(value: string): Brightness | null {
  const text = lower(value);
  return hexBrightness(/^#[0-9a-f]{6}$/.test(text) ? text.slice(1) : (NAMED.get(text) ?? ''));
}

function hexBrightness(digits: string): Brightness | null {
  const six = /^[0-9a-f]{3}$/.test(digits) ? digits.replace(/./g, '$&$&') : digits;
  if (!/^[0-9a-f]{6}$/.test(six)) return null;
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(six.slice(at, at + 2), 16));
  return 299 * red! + 587 * green! + 114 * blue!;
}
