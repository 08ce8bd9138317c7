/**
 * Size and colour of letters as elements hand them on to those inside, and whether they can be read: letters of a size
 * that people read, told from what is behind them (docs/attestation-hpt.md section 7).
 */
import {
  attributeBrightness,
  BLACK,
  type Brightness,
  brightnessOf,
  LEAST_DIFFERENCE,
  LINK_BLUE,
  MARKER_YELLOW,
  PAPER,
  WHITE,
} from './css-colours.js';
import { type Declared, wordOf } from './css-declared.js';
import { fontParts, LEAST_SIZE, MOST_SIZE, NORMAL_SIZE, sizeOf } from './css-fonts.js';
import type { Token } from './css-tokens.js';
import { attribute, type Element, names } from './html-elements.js';

export interface Look {
  /** Of letters, in pixels. */
  size: number;
  text: Brightness;
  behind: Brightness;
  links: Brightness;
  /** A style sheet sets colours: what is behind has to be white. */
  paper: boolean;
  /** Inside what is struck out. */
  struck: boolean;
}
/** An ordinary page: black on white. */
export const FIRST_LOOK: Look = {
  size: NORMAL_SIZE,
  text: BLACK,
  behind: WHITE,
  links: LINK_BLUE,
  paper: false,
  struck: false,
};

const SHRINKING = new Map([
  ['small', 1 / 1.2],
  ['sub', 1 / 1.2],
  ['sup', 1 / 1.2],
  ['h5', 0.83],
  ['h6', 0.67],
  ['rt', 0.5],
]);
/** Elements that take `bgcolor` and `background`. */
export const COLOURED = names('body table thead tbody tfoot tr td th');
const INHERITED = names('inherit unset currentcolor');
const UNCOLOURED = names('initial unset none transparent');

/** Letters of an element; `doubt`: they may be too small or too large to read, or not known. */
export function sizeInside(
  element: Element,
  declared: Declared,
  around: number,
): { size: number; doubt: boolean } {
  const factor = SHRINKING.get(element.tagName);
  const won = declared.value('font-size');
  if (won !== undefined) {
    const size = sizeOf(won.length === 1 ? won : (fontParts(won)?.size ?? []), around);
    return size === null ? { size: around, doubt: true } : { size, doubt: !isRead(size) };
  }
  // Sizes of `font` begin with 10 pixels; a later share of one is a share of at least that.
  if (element.tagName === 'font' && attribute(element, 'size') !== undefined)
    return { size: 10, doubt: false };
  if (factor === undefined) return { size: around, doubt: false };
  return { size: around * factor, doubt: !isRead(around * factor) };
}

const isRead = (size: number): boolean => size >= LEAST_SIZE && size <= MOST_SIZE;

type Colours = Pick<Look, 'text' | 'behind' | 'links' | 'paper'>;

/** Colours of an element; `doubt`: its text may not be told from what is behind it. */
export function coloursInside(
  element: Element,
  declared: Declared,
  around: Colours,
): { colours: Colours; doubt: boolean } {
  const { tagName } = element;
  const colours = { ...around };
  let doubt = false;
  const take = (name: 'text' | 'behind' | 'links', found: Brightness | null) => {
    if (found === null) doubt = true;
    else colours[name] = found;
  };
  const given = (name: string, of: 'text' | 'behind' | 'links') => {
    const value = attribute(element, name);
    if (value !== undefined) take(of, attributeBrightness(value));
  };
  const link = tagName === 'a' && attribute(element, 'href') !== undefined;
  if (link) colours.text = around.links;
  if (tagName === 'mark') Object.assign(colours, { text: BLACK, behind: MARKER_YELLOW });
  if (COLOURED.has(tagName)) given('bgcolor', 'behind');
  if (tagName === 'font') given('color', 'text');
  if (tagName === 'body') {
    given('text', 'text');
    given('vlink', 'links');
    doubt ||= !differ(colours.links, colours.behind);
    given('link', 'links');
    doubt ||= !differ(colours.links, colours.behind);
  }
  const text = declared.value('color');
  const behind = declared.value('background-color');
  if (text !== undefined) take('text', colourOf(text, INHERITED, around.text));
  if (behind !== undefined) take('behind', colourOf(behind, UNCOLOURED, around.behind));
  const changed = link || colours.text !== around.text || colours.behind !== around.behind;
  // Pages without a doctype colour a table's text as the page's, whatever is around it.
  const plain = tagName === 'table' && text === undefined && !differ(BLACK, colours.behind);
  const sheet = around.paper && changed && colours.behind < PAPER;
  return { colours, doubt: doubt || plain || sheet || (changed && !differ(colours.text, colours.behind)) };
}

const differ = (one: Brightness, other: Brightness): boolean => Math.abs(one - other) >= LEAST_DIFFERENCE;

/** `kept`: words that leave what is around; null: no known brightness. */
function colourOf(value: readonly Token[], kept: ReadonlySet<string>, around: Brightness): Brightness | null {
  const word = wordOf(value);
  if (kept.has(word)) return around;
  if (word === 'initial') return BLACK;
  return value.length === 1 ? brightnessOf(value[0]!) : null;
}
