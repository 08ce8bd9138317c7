/**
 * What the elements of HTML do to the displayed text: which are not shown, which break the line, which mark it, which turn
 * it round (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { PICTOGRAPH, SKIN_TONE } from './invisible.js';

export type Node = DefaultTreeAdapterTypes.ChildNode;
export type Element = DefaultTreeAdapterTypes.Element;

export const names = (list: string) => new Set(list.split(' '));

/** Shown, but not as text that could be read from here: what they hold is written between two marks of an object. */
export const EMBEDDED = names(
  'svg math select option optgroup textarea noscript iframe object embed canvas audio video input meter progress',
);
/** Their text is shown, but on a control, or moving. */
export const CONTROLS = names('button marquee applet');
/**
 * All that this version of the specification knows. What a browser makes of others (a custom element, one that is yet to
 * come) nobody can say; `o:p` is Word's, and nothing to any browser.
 */
export const KNOWN = names(
  'a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button canvas caption ' +
    'center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption ' +
    'figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr html i iframe img input ins kbd label legend li link ' +
    'listing main map mark marquee math menu meta meter nav noembed noframes noscript o:p object ol optgroup option ' +
    'output p picture plaintext pre progress q rp rt ruby s samp script search section select small source span strike ' +
    'strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var ' +
    'video wbr xmp',
);
const BLOCK = names(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer ' +
    'form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary ' +
    'table tbody tfoot thead tr ul xmp',
);
/** Laid out by rules of their own: each has one `display`, or none that is certain. */
const FIXED = new Map([
  ['li', 'list-item'],
  ['td', 'table-cell'],
  ['th', 'table-cell'],
  ['tr', 'table-row'],
  ['table', 'table'],
  ...[...names('tbody thead tfoot caption col colgroup ruby rt rp')].map((name) => [name, ''] as const),
]);
/** Blocks that may be put in a line; the others have an edge, numbers or an order that gets lost there. */
const LOOSE = names('div p');
/** Without a text of their own, they may be boxes in a line. */
const TEXTLESS = names('hr img');

export interface Display {
  /** Its edges break the line. */
  block: boolean;
  /** Lies in a line without a box of its own. */
  inline: boolean;
  /** Its `display` does something else. */
  doubt: boolean;
}

/** How an element is laid out. `display`: its declared value, if there is one. */
export function displayOf(tagName: string, display: string | undefined): Display {
  const block = BLOCK.has(tagName);
  const fixed = FIXED.get(tagName);
  const boxed = block || fixed !== undefined || tagName === 'img';
  if (display === undefined || display === fixed) return { block, inline: !boxed, doubt: false };
  if (fixed !== undefined) return { block, inline: false, doubt: true };
  if (display === 'block') return { block: true, inline: false, doubt: false };
  if (display === 'inline' && (!block || LOOSE.has(tagName))) {
    return { block: false, inline: tagName !== 'img', doubt: false };
  }
  if (display === 'inline-block' && TEXTLESS.has(tagName)) {
    return { block: false, inline: false, doubt: false };
  }
  return { block, inline: true, doubt: true };
}

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
export function markOf(
  element: Element,
  { struck, align }: { struck: boolean; align?: 'super' | 'sub' },
): Mark | undefined {
  if (Object.hasOwn(MARKED, element.tagName)) return MARKED[element.tagName];
  if (struck) return MARKED['del'];
  return align && MARKED[align === 'sub' ? 'sub' : 'sup'];
}

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export const hasClass = (element: Element, name: string): boolean =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

/** The bidi controls that do what an element's direction does, or null; `rightToLeft`: how the post itself runs. */
export function directionOf(
  { direction, override }: { direction?: 'ltr' | 'rtl'; override: boolean },
  rightToLeft: () => boolean,
): readonly [string, string] | null {
  if (direction === undefined) return null;
  if (override) return [direction === 'rtl' ? '\u202e' : '\u202d', '\u202c'];
  if ((direction === 'rtl') === rightToLeft()) return null;
  return [direction === 'rtl' ? '\u2067' : '\u2066', '\u2069'];
}

export const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

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

/** The children of an element; those of a template lie apart. */
export const childrenOf = (element: Element): readonly Node[] =>
  'content' in element
    ? (element as DefaultTreeAdapterTypes.Template).content.childNodes
    : element.childNodes;

/** The first answer that is not null to the texts inside these nodes, in order; names, sheets and scripts are none. */
export function textsOf<T>(nodes: readonly Node[], answer: (text: string) => T | null): T | null {
  const stack = [...nodes].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.nodeName === '#text') {
      const found = answer((node as DefaultTreeAdapterTypes.TextNode).value);
      if (found !== null) return found;
    }
    if (!('tagName' in node) || /^(?:title|desc|style|script)$/.test(node.tagName)) continue;
    const children = childrenOf(node);
    for (let index = children.length - 1; index >= 0; index--) stack.push(children[index]!);
  }
  return null;
}
