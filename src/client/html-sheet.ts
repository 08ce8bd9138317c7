/**
 * Style sheets inside a post. One whose every declaration leaves text certainly shown, wherever it is applied, does
 * nothing; any other puts the whole text in doubt, as nobody reads selectors here (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { isTold, luminanceOf, PAPER } from './css-colours.js';
import { type Declaration, sheetDeclarationsOf } from './css-declarations.js';
import { isGlobal, wordOf } from './css-declared.js';
import { familyGrade } from './css-fonts.js';
import { gradeOf, pixels } from './css-properties.js';
import { attribute, type Element, type Node } from './html-elements.js';

/** What the style sheets of a post come to. */
export interface Sheets {
  found: boolean;
  /** They, or what else holds for the whole page, may show something else than the text. */
  doubt: boolean;
  /** They set colours: then only a white background leaves every text readable. */
  coloured: boolean;
  /** They set letters or lines under them: then nothing is certain that depends on those. */
  lined: boolean;
  underlined: boolean;
}

/** Of all `style` elements, linked sheets and what else holds for the whole page, hidden ones included. */
export function sheetsOf(nodes: readonly Node[]): Sheets {
  const sheets: Sheets = {
    found: false,
    doubt: false,
    coloured: false,
    lined: false,
    underlined: false,
  };
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!('tagName' in node)) continue;
    for (const child of node.childNodes) stack.push(child);
    sheets.doubt ||= leadsElsewhere(node);
    if (!isSheet(node)) continue;
    sheets.found = true;
    const declared = node.tagName === 'style' ? sheetDeclarationsOf(textOf(node)) : null;
    sheets.doubt ||= declared === null || !declared.every(isHarmless);
    const sets = (names: RegExp) => declared?.some(({ name }) => names.test(name)) ?? false;
    sheets.coloured ||= sets(/^color$/);
    sheets.lined ||= sets(/^(?:font|text-decoration)/);
    sheets.underlined ||= sets(/^text-decoration$/);
  }
  return sheets;
}

/** What gives all relative links another target, or the reader another page. */
const leadsElsewhere = (element: Element): boolean =>
  (element.tagName === 'base' && attribute(element, 'href') !== undefined) ||
  (element.tagName === 'meta' && /refresh/i.test(attribute(element, 'http-equiv') ?? ''));

const isSheet = (element: Element): boolean =>
  element.tagName === 'style' ||
  (element.tagName === 'link' && /\bstylesheet\b/i.test(attribute(element, 'rel') ?? ''));

const textOf = (element: Element): string =>
  element.childNodes
    .map((node) => (node.nodeName === '#text' ? (node as DefaultTreeAdapterTypes.TextNode).value : ''))
    .join('');

/**
 * Whether a declaration leaves the text of any element as it is, whatever the element's own style is. A short list: what
 * Outlook and Word write for paragraphs and links.
 */
function isHarmless(declaration: Declaration): boolean {
  const { name, value, important } = declaration;
  if (important) return false;
  const [token] = value;
  switch (name) {
    case 'color': {
      // Also on what an element's own style makes its paper.
      const found = value.length === 1 ? luminanceOf(token!) : null;
      return found !== null && isTold(PAPER, found);
    }
    case 'font-size': {
      const size = value.length === 1 ? pixels(token) : null;
      return size !== null && size >= LEAST_SIZE && size <= MOST_SIZE;
    }
    case 'font-family':
      return isGlobal(value) || familyGrade(value) === 'plain';
    case 'text-decoration':
      return wordOf(value) === 'underline';
    case 'margin':
    case 'margin-left':
    case 'margin-right':
      return value.every((each) => pixels(each) === 0);
    default:
      return HARMLESS.test(name) && gradeOf(declaration, { inline: false, sized: null }) === 'plain';
  }
}

/** Pixels: where elements make them smaller or larger in turn, they still are read. */
const LEAST_SIZE = 12;
const MOST_SIZE = 24;
const HARMLESS = /^(?:font-style|font-weight|margin-top|margin-bottom|page|mso-.*)$/;
