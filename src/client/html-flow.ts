/**
 * What adds up from element to element, or only does harm together with what is around: heights of lines and letters that
 * outgrow them, backgrounds in a line, indents, text from right to left, strokes and letters inside that they miss
 * (docs/attestation-hpt.md section 7).
 */

import { type Declared, wordOf } from './css-declared.js';
import { fontParts } from './css-fonts.js';
import { endBorderOf, indentOf, pixels } from './css-properties.js';
import type { Token } from './css-tokens.js';
import { attribute, CELL, type Element, names, PREFORMATTED, textsOf } from './html-elements.js';
import type { Marks } from './html-marks.js';

export interface Flow {
  /** A style sheet sets sizes, fonts or lines under the text: nothing that depends on those is certain. */
  sheet: boolean;
  /** The post has letters that run from right to left. */
  letters: boolean;
  /** Smallest height of lines in pixels that is handed on; null: one that grows with the letters. */
  line: number | null;
  /** A height of lines is declared. */
  spaced: boolean;
  /** Pixels by which margins, paddings and borders move the text. */
  indent: number;
  /** Pixels of borders on the right. */
  edge: number;
  /** Quotations and lists around. */
  depth: number;
  rightToLeft: boolean;
  /** The post has characters that keep words on one line. */
  glued: boolean;
  /** White space is shown as it is. */
  preformatted: boolean;
  /** Inside a part of a line that has a background of its own. */
  painted: boolean;
  struck: boolean;
  underlined: boolean;
}

export const FIRST_FLOW: Flow = {
  sheet: false,
  letters: false,
  line: null,
  spaced: false,
  indent: 0,
  edge: 0,
  depth: 0,
  rightToLeft: false,
  glued: false,
  preformatted: false,
  painted: false,
  struck: false,
  underlined: false,
};

/** Pixels to a side, of all elements around together. */
const MOST_INDENT = 100;
/** Pixels of borders that a line too long for its place runs over: narrower than a letter. */
const MOST_EDGE = 4;
/** Quotations and lists in each other, each of which a browser indents by itself. */
const MOST_DEPTH = 8;
/** Pixels between and around the cells of a table. */
const MOST_PADDING = 40;
const MOST_WIDTH = 800;

const INDENTING = names('blockquote dd dir figure menu ol ul');
const MONOSPACE = names('code kbd samp tt pre listing xmp plaintext');
const UNDERLINED = names('u ins');
/** A stroke through what is around does not reach them, or not at the height of their letters. */
const NOT_STRUCK = names('table ruby rt sup sub');
/** With `align`. */
const FLOATING = names('table img');
const WIDTHS = names('table td th col colgroup hr');
const TRANSPARENT = names('initial unset none transparent');
const KEPT = names('inherit unset');

/** What is known of the element from elsewhere. */
export interface Known {
  inline: boolean;
  /** Its letters, in pixels, and whether they are larger or smaller than those around. */
  size: number;
  resized: boolean;
  marks: Marks;
}

/** What an element hands on; `doubt`: with what is around it, it may hide, cover, move or strike text. */
export function flowInside(
  element: Element,
  declared: Declared,
  around: Flow,
  known: Known,
): { flow: Flow; doubt: boolean } {
  const { tagName } = element;
  const { marks, resized } = known;
  const lines = linesInside(declared, around, known.size);
  const indent = around.indent + indentOf(declared.all) + spacing(element);
  const edge = around.edge + endBorderOf(declared.all);
  const rightToLeft = runs(element, declared, around, marks);
  const painted = around.painted || isPainted(tagName, declared, known.inline);
  const flow: Flow = {
    sheet: around.sheet,
    letters: around.letters,
    ...lines,
    indent,
    edge,
    depth: around.depth + (INDENTING.has(tagName) ? 1 : 0),
    rightToLeft,
    glued: around.glued,
    preformatted: around.preformatted || PREFORMATTED.has(tagName),
    painted,
    struck: around.struck || marks.struck,
    underlined: around.underlined || isUnderlined(element, declared),
  };
  const fonted =
    MONOSPACE.has(tagName) ||
    attribute(element, 'face') !== undefined ||
    declared.all.some(({ name }) => name === 'font' || name === 'font-family');
  const doubt =
    (flow.line !== null && (known.size > flow.line || around.sheet)) ||
    (painted && !around.painted && (flow.spaced || around.sheet)) ||
    (around.painted && (resized || fonted)) ||
    (indent > around.indent && indent > MOST_INDENT) ||
    (edge > around.edge && edge > MOST_EDGE) ||
    flow.depth > MOST_DEPTH ||
    // Beyond the left edge nothing can be scrolled to.
    (rightToLeft && (indent > 0 || flow.preformatted || tagName === 'table' || around.glued)) ||
    (flow.preformatted && declared.all.some(({ name }) => name === 'white-space')) ||
    (marks.struck && around.sheet) ||
    (around.struck &&
      (resized || NOT_STRUCK.has(tagName) || declared.value('vertical-align') !== undefined)) ||
    (flow.underlined && (tagName === 'sub' || marks.align === 'sub')) ||
    isStretched(element);
  return { flow, doubt };
}

/** The smallest height that is declared in pixels, also where another one wins; a share of letters counts as what it is of these. */
function linesInside(declared: Declared, around: Flow, size: number): Pick<Flow, 'line' | 'spaced'> {
  let { line, spaced } = around;
  const fixed: number[] = [];
  let free = false;
  for (const { name, value } of declared.all) {
    const height = name === 'line-height' ? value : name === 'font' ? (fontParts(value)?.height ?? []) : [];
    const [token] = height;
    if (token === undefined || KEPT.has(wordOf(height))) continue;
    if (token.type === 'number' && token.unit !== '') {
      const length = token.unit === '%' ? (size * token.value) / 100 : pixels(token);
      if (length !== null) fixed.push(length);
    } else free = true;
    spaced ||= wordOf(height) !== 'normal';
  }
  if (fixed.length > 0) line = Math.min(...fixed);
  else if (free) line = null;
  return { line, spaced };
}

const spacing = (element: Element): number =>
  element.tagName === 'table' ? numberOf(element, 'cellpadding', 0) + numberOf(element, 'cellspacing', 0) : 0;

/** Whether text may run from right to left; where the text decides, that of the whole post is asked. */
function runs(element: Element, declared: Declared, around: Flow, { direction }: Marks): boolean {
  if (direction !== undefined) return direction === 'rtl';
  const asks =
    element.tagName === 'bdi' ||
    attribute(element, 'dir') !== undefined ||
    declared.word('unicode-bidi') === 'plaintext';
  return around.rightToLeft || (asks && around.letters);
}

/** In a line a background lies over the lines above and below, as far as the letters' own height goes. */
function isPainted(tagName: string, declared: Declared, inline: boolean): boolean {
  if (!inline) return false;
  const background = declared.value('background-color');
  return tagName === 'mark' || (background !== undefined && !TRANSPARENT.has(wordOf(background)));
}

const isUnderlined = (element: Element, declared: Declared): boolean =>
  UNDERLINED.has(element.tagName) ||
  (element.tagName === 'a' && attribute(element, 'href') !== undefined) ||
  declared.all.some(({ name, value }) => /^text-decoration/.test(name) && value.some(isUnderline));

const isUnderline = (token: Token): boolean => token.type === 'ident' && token.text === 'underline';

/**
 * Cells beside or over each other, what floats (the numbers of a list lie over it), lines that do not break, or a table
 * wider than its place. Of cells side by side people
 * read each from top to bottom, and the text holds one after the other, but where their lines are nobody knows here.
 */
function isStretched(element: Element): boolean {
  const { tagName } = element;
  if (FLOATING.has(tagName) && /left|right/i.test(attribute(element, 'align') ?? '')) return true;
  if (tagName === 'tr' && elementsIn(element).filter(isFilled).length > 1) return true;
  if (tagName === 'table' && cellsOf(element).some((cell) => numberOf(cell, 'rowspan', 1) !== 1)) return true;
  if (CELL.has(tagName) && attribute(element, 'nowrap') !== undefined) return true;
  if (WIDTHS.has(tagName) && numberOf(element, 'width', 0) > MOST_WIDTH) return true;
  return ['cellpadding', 'cellspacing', 'border', 'hspace', 'vspace'].some(
    (name) => numberOf(element, name, 0) > MOST_PADDING,
  );
}

/** Of a table itself: one that is several rows high lies over cells of the next. */
const cellsOf = (table: Element): Element[] =>
  [table]
    .flatMap(elementsIn)
    .flatMap((part) => (part.tagName === 'tr' ? [part] : elementsIn(part)))
    .flatMap(elementsIn);

/** Holds more than blanks, line breaks and pictures that stand for nothing. */
const isFilled = (cell: Element): boolean =>
  textsOf(cell.childNodes, (text) => /[^ \t\n\f\r\u00a0]/.test(text) || null) === true ||
  elementsIn(cell).some((part) =>
    part.tagName === 'img' ? (attribute(part, 'alt') ?? '') !== '' : part.tagName !== 'br',
  );

const elementsIn = (element: Element): Element[] =>
  element.childNodes.filter((node): node is Element => 'tagName' in node);

/** A number as HTML reads it: what stands in front; infinite where that is no number. */
function numberOf(element: Element, name: string, otherwise: number): number {
  const value = attribute(element, name);
  if (value === undefined || value === '') return otherwise;
  const digits = /^[ \t\n\f\r]*\+?(\d{1,9})(?!\d)/.exec(value)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits);
}
