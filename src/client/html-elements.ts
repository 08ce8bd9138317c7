/**
 * What the elements of HTML do to the displayed text: which are not shown, which break the line, what a style hides,
 * how a list is numbered (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { PICTOGRAPH, SKIN_TONE } from './invisible.js';

export type Node = DefaultTreeAdapterTypes.ChildNode;
export type Element = DefaultTreeAdapterTypes.Element;

const names = (list: string) => new Set(list.split(' '));

export const NOT_SHOWN = names(
  'script style template head title iframe object embed canvas audio video datalist noframes rp',
);
/** Shown, but not as text that could be read from here. */
export const EMBEDDED = names('svg math select textarea noscript');
export const BLOCK = names(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul',
);
export const CELL = names('td th');
/** What stands before and after the content of an element that changes how it reads. */
export const MARKED: Readonly<Record<string, readonly [string, string]>> = {
  s: ['~~', '~~'],
  strike: ['~~', '~~'],
  del: ['~~', '~~'],
  sup: ['^(', ')'],
  sub: ['_(', ')'],
  q: ['“', '”'],
  rt: ['(', ')'],
};

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const hasClass = (element: Element, name: string): boolean =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

/** Declarations of a `style` attribute, names and values in lower case; null when it is written to be misread. */
export function styleOf(element: Element): Map<string, string> | null {
  const style = attribute(element, 'style');
  if (style === undefined) return new Map();
  if (style.includes('\\')) return null;
  const declarations = style.replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, '').toLowerCase();
  return new Map(
    declarations.split(';').flatMap((declaration) => {
      const colon = declaration.indexOf(':');
      if (colon < 0) return [];
      const value = declaration.slice(colon + 1).replace(/\s*!\s*important\s*$/, '');
      return [[declaration.slice(0, colon).trim(), value.trim()]];
    }),
  );
}

const ZERO = /^(?:0+\.?0*|\.0+)(?:[a-z]+|%)?$/;
const HIDING: readonly (readonly [string, RegExp])[] = [
  ['display', /^none$/],
  ['visibility', /^(?:hidden|collapse)$/],
  ['content-visibility', /^hidden$/],
  ['opacity', ZERO],
  ['font-size', ZERO],
  ['color', /^transparent$/],
  ['mso-hide', /^all$/],
  ['text-indent', /^-\d{3}/],
  ['left', /^-\d{3}/],
  ['top', /^-\d{3}/],
  ['clip', /^rect\(\s*0/],
  ['clip-path', /^inset\(\s*(?:50|100)%/],
];

export function isHidden(element: Element, style: Map<string, string> | null): boolean {
  if (style === null || attribute(element, 'hidden') !== undefined) return true;
  if (element.tagName === 'dialog' && attribute(element, 'open') === undefined) return true;
  if (HIDING.some(([name, value]) => style.get(name) !== undefined && value.test(style.get(name)!)))
    return true;
  const flat = ['height', 'max-height', 'width', 'max-width'].some((name) =>
    ZERO.test(style.get(name) ?? '1'),
  );
  return flat && style.get('overflow') === 'hidden';
}

/** The bidi controls that do what an element's direction does, or null; `rightToLeft`: how the post itself runs. */
export function directionOf(
  element: Element,
  style: Map<string, string>,
  rightToLeft: () => boolean,
): readonly [string, string] | null {
  const dir = style.get('direction') ?? attribute(element, 'dir')?.toLowerCase();
  if (dir !== 'rtl' && dir !== 'ltr') return null;
  if (element.tagName === 'bdo' || /override/.test(style.get('unicode-bidi') ?? '')) {
    return [dir === 'rtl' ? '\u202e' : '\u202d', '\u202c'];
  }
  if ((dir === 'rtl') === rightToLeft()) return null;
  return [dir === 'rtl' ? '\u2067' : '\u2066', '\u2069'];
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Whether the first letter of a text is one that runs from right to left. */
export function beginsRightToLeft(text: string): boolean | null {
  const letter = /\p{L}/u.exec(text);
  return letter === null ? null : RIGHT_TO_LEFT.test(letter[0]);
}

const EMOJI_ALT = new RegExp(
  `^(?::[A-Za-z0-9_+\\-]{1,64}:|(?:${PICTOGRAPH}|${SKIN_TONE}|[\\u{1F1E6}-\\u{1F1FF}\\u200d\\ufe0e\\ufe0f\\u20e3\\u{E0020}-\\u{E007F}]|[0-9#*](?=\\ufe0f?\\u20e3))+)$`,
  'u',
);
/** Whether a picture stands for an emoji: its alternative text is one, or a shortcode. Other pictures are no text. */
export const isEmoji = (alt: string): boolean => EMOJI_ALT.test(alt);

/** An open list: the next number of an `ol`, or none. */
export interface List {
  ordered: boolean;
  next: number;
  step: 1 | -1;
  type: string;
}

export function openList(element: Element, style: Map<string, string>): List {
  const bare = /\bnone\b/.test(style.get('list-style') ?? style.get('list-style-type') ?? '');
  const reversed = attribute(element, 'reversed') !== undefined;
  const items = () => element.childNodes.filter((node) => node.nodeName === 'li').length;
  return {
    ordered: element.tagName === 'ol' && !bare,
    next: integerOf(attribute(element, 'start')) ?? (reversed ? items() : 1),
    step: reversed ? -1 : 1,
    type: attribute(element, 'type') ?? '1',
  };
}

/** What stands before an item, `3. ` or `c. `; moves the list on. */
export function markerOf(list: List, item: Element): string {
  const number = integerOf(attribute(item, 'value')) ?? list.next;
  list.next = number + list.step;
  return list.ordered ? `${numeral(number, list.type)}. ` : '';
}

const integerOf = (value: string | undefined): number | undefined => {
  const digits = /^\s*([+-]?\d{1,9})/.exec(value ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function numeral(number: number, type: string): string {
  const capital = (text: string) => (type === 'A' || type === 'I' ? text.toUpperCase() : text);
  if ((type === 'a' || type === 'A') && number >= 1) {
    let letters = '';
    for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
      letters = String.fromCharCode(97 + ((rest - 1) % 26)) + letters;
    }
    return capital(letters);
  }
  if ((type === 'i' || type === 'I') && number >= 1 && number <= 3999) {
    let letters = '';
    let rest = number;
    for (const [value, letter] of ROMAN) {
      for (; rest >= value; rest -= value) letters += letter;
    }
    return capital(letters);
  }
  return String(number);
}
