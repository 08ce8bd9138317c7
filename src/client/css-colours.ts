/**
 * How light a colour is, for telling text from what is behind it: opaque colours in the spellings that mail is written
 * in. Any other has no known luminance (docs/attestation-hpt.md section 7).
 */
import { lower, type Token } from './css-tokens.js';

/**
 * Relative luminance of WCAG 2, from 0 to 10,000,000,000. In whole numbers, so that every implementation agrees: each
 * channel is made linear, taken times 1,000,000 and rounded; 2126 R + 7152 G + 722 B.
 */
export type Luminance = number;

const LINEAR = Array.from({ length: 256 }, (_, level) => {
  const share = level / 255;
  return Math.round(1e6 * (level <= 10 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
});
const luminance = (red: number, green: number, blue: number): Luminance =>
  2126 * LINEAR[red]! + 7152 * LINEAR[green]! + 722 * LINEAR[blue]!;

export const BLACK: Luminance = 0;
export const WHITE: Luminance = 10_000_000_000;
/** What still counts as a white page: `#eeeeee` and lighter. */
export const PAPER: Luminance = 8_500_000_000;
/** `#0000ee`, as browsers colour links. */
export const LINK_BLUE: Luminance = luminance(0, 0, 0xee);
/** `#ffff00`, behind `mark`. */
export const MARKER_YELLOW: Luminance = luminance(255, 255, 0);

/** Whether text is told from what is behind it: a contrast ratio of at least 4.5 (WCAG 2, 1.4.3). */
export function isTold(one: Luminance, other: Luminance): boolean {
  const [dark, light] = one < other ? [one, other] : [other, one];
  return 10 * (light + FLARE) >= 45 * (dark + FLARE);
}
const FLARE = 500_000_000;

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

/** Luminance of a colour in a declaration; null for one that is not opaque or not known. */
export function luminanceOf(token: Token): Luminance | null {
  if (token.type === 'ident') return hexLuminance(NAMED.get(token.text) ?? '');
  if (token.type === 'hash') return hexLuminance(token.text);
  if (token.type !== 'function' || token.text !== 'rgb' || !token.plain) return null;
  const shape = token.args.map((each) => (each.type === 'sign' ? each.text : '')).join('.');
  const levels = token.args.flatMap((each) =>
    each.type === 'number' && each.unit === '' && Number.isInteger(each.value) ? [each.value] : [],
  );
  const spelled = (shape === '.,..,.' || shape === '..') && levels.length === 3;
  if (!spelled || levels.some((level) => level < 0 || level > 255)) return null;
  return luminance(levels[0]!, levels[1]!, levels[2]!);
}

/** Luminance of a colour in an attribute such as `bgcolor`: `#` and six digits, or a name. HTML reads others in ways of its own. */
export function attributeLuminance(value: string): Luminance | null {
  const text = lower(value);
  return hexLuminance(/^#[0-9a-f]{6}$/.test(text) ? text.slice(1) : (NAMED.get(text) ?? ''));
}

function hexLuminance(digits: string): Luminance | null {
  const six = /^[0-9a-f]{3}$/.test(digits) ? digits.replace(/./g, '$&$&') : digits;
  if (!/^[0-9a-f]{6}$/.test(six)) return null;
  const [red, green, blue] = [0, 2, 4].map((at) => Number.parseInt(six.slice(at, at + 2), 16));
  return luminance(red!, green!, blue!);
}
