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
const BLOCK = names(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer ' +
    'form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary ' +
    'table tbody tfoot thead tr ul xmp',
);
export const isBlock = (element: Element, style: Map<string, string>): boolean =>
  BLOCK.has(element.tagName) ||
  /^(?:block|list-item|flow-root|table|flex|grid)\b/.test(style.get('display') ?? '');
/** White space inside is shown as it is. */
export const PREFORMATTED = names('pre listing plaintext xmp');
export const CELL = names('td th');
type Mark = readonly [string, string];
/** What stands before and after the content of an element that changes how it reads. */
const MARKED: Readonly<Record<string, Mark>> = {
  s: ['~~', '~~'],
  strike: ['~~', '~~'],
  del: ['~~', '~~'],
  sup: ['^(', ')'],
  sub: ['_(', ')'],
  q: ['“', '”'],
  rt: ['(', ')'],
};

/** By its name, else by its style. */
export function markOf(element: Element, style: Map<string, string>): Mark | undefined {
  if (Object.hasOwn(MARKED, element.tagName)) return MARKED[element.tagName];
  const decoration = `${style.get('text-decoration') ?? ''} ${style.get('text-decoration-line') ?? ''}`;
  if (/\bline-through\b/.test(decoration)) return MARKED['del'];
  const align = style.get('vertical-align');
  return align === 'super' || align === 'sub' ? MARKED[align === 'sub' ? 'sub' : 'sup'] : undefined;
}

/** Styles that move, turn or respell text in ways that are not read here. */
const STYLED = names(
  'position float transform text-transform letter-spacing word-spacing writing-mode filter content order',
);
export const isStyled = (style: Map<string, string>): boolean =>
  [...style.keys()].some((name) => STYLED.has(name));

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const hasClass = (element: Element, name: string): boolean =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

/** Declarations of a `style` attribute, names and values in lower case; null when it is written to be misread. */
export function styleOf(element: Element): Map<string, string> | null {
  const style = attribute(element, 'style');
  if (style === undefined) return new Map();
  if (style.includes('\\')) return null;
  return new Map(
    withoutComments(style)
      .toLowerCase()
      .split(';')
      .flatMap((declaration) => {
        const colon = declaration.indexOf(':');
        if (colon < 0) return [];
        return [[declaration.slice(0, colon).trim(), withoutImportant(declaration.slice(colon + 1).trim())]];
      }),
  );
}

/** Comments of CSS; one that is not closed goes to the end. */
function withoutComments(style: string): string {
  let kept = '';
  let from = 0;
  for (let open = style.indexOf('/*'); open >= 0; open = style.indexOf('/*', from)) {
    kept += style.slice(from, open);
    const close = style.indexOf('*/', open + 2);
    from = close < 0 ? style.length : close + 2;
  }
  return kept + style.slice(from);
}

function withoutImportant(value: string): string {
  if (!value.endsWith('important')) return value;
  const rest = value.slice(0, -'important'.length).trimEnd();
  return rest.endsWith('!') ? rest.slice(0, -1).trimEnd() : value;
}

// Each pattern has one way to match: an attribute may be as long as the post.
const ZERO = /^(?:0+(?:\.0*)?|\.0+)(?:[a-z]+|%)?$/;
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
