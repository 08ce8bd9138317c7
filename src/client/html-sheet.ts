/**
 * Style sheets inside a post. One whose every declaration leaves text certainly shown, wherever it is applied, does
 * nothing; any other puts the whole text in doubt, as nobody reads selectors here (docs/attestation-hpt.md section 7).
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { brightnessOf, LEAST_DIFFERENCE, PAPER, WHITE } from './css-colours.js';
import { type Declaration, sheetDeclarationsOf } from './css-declarations.js';
import { isGlobal, wordOf } from './css-declared.js';
import { familyGrade, LEAST_SIZE, MOST_SIZE, sizeOf } from './css-fonts.js';
import { gradeOf } from './css-properties.js';
import { attribute, type Element, type Node } from './html-elements.js';

/** What the style sheets of a post come to. */
export interface Sheets {
  found: boolean;
  /** They, or what else holds for the whole page, may show something else than the text. */
  doubt: boolean;
  /** They set colours: then only a white background leaves every text readable. */
  coloured: boolean;
}

/** Of all `style` elements, linked sheets and what else holds for the whole page, hidden ones included. */
export function sheetsOf(nodes: readonly Node[]): Sheets {
  const sheets: Sheets = { found: false, doubt: false, coloured: false };
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!('tagName' in node)) continue;
    for (const child of node.childNodes) stack.push(child);
    sheets.doubt ||= leadsElsewhere(node);
    if (!isSheet(node)) continue;
    sheets.found = true;
    const declared = node.tagName === 'style' ? sheetDeclarationsOf(textOf(node)) : null;
    sheets.doubt ||= declared === null || !declared.every(isHarmless);
    sheets.coloured ||= declared?.some(({ name }) => /^(?:color|background)/.test(name)) ?? false;
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

/** Whether a declaration leaves the text of any element as it is, whatever the element's own style is. */
function isHarmless(declaration: Declaration): boolean {
  const { name, value, important } = declaration;
  if (important) return false;
  const [token] = value;
  switch (name) {
    case 'color': {
      const found = value.length === 1 ? brightnessOf(token!) : null;
      return found !== null && WHITE - found >= LEAST_DIFFERENCE;
    }
    case 'background':
    case 'background-color': {
      const found = value.length === 1 ? brightnessOf(token!) : null;
      return /^(?:transparent|none)$/.test(wordOf(value)) || (found !== null && found >= PAPER);
    }
    case 'font-size': {
      // A share of the size around would add up where elements lie in each other.
      const size = sizeOf(value, 0);
      return size !== null && size >= LEAST_SIZE && size <= MOST_SIZE;
    }
    case 'font-family':
      return isGlobal(value) || familyGrade(value) === 'plain';
    case 'text-decoration':
      return wordOf(value) === 'underline';
    default:
      return !UNCERTAIN.test(name) && gradeOf(declaration, { inline: true, sized: null }) === 'plain';
  }
}

/** Read element by element in `style` attributes; in a sheet nobody knows for which. */
const UNCERTAIN =
  /^(?:display|font|list-style(?:-type)?|text-decoration-line|vertical-align|direction|unicode-bidi)$/;
