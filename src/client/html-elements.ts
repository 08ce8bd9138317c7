/**
 * What the elements of HTML do to the displayed text: which are not shown, which break the line, which mark it, which turn
 * it round (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { PICTOGRAPH, SKIN_TONE } from './invisible.js';

export type Node = DefaultTreeAdapterTypes.ChildNode;
export type Element = DefaultTreeAdapterTypes.Element;

export const names = (list: string) => new Set(list.split(' '));

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

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const hasClass = (element: Element, name: string): boolean =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

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
