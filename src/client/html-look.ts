/**
 * Size and colour of letters as elements hand them on to those inside, and whether they can be read: letters of a size
 * that people read, told from what is behind them (docs/attestation-hpt.md section 7).
 */
import {
  attributeLuminance,
  BLACK,
  isTold,
  LINK_BLUE,
  type Luminance,
  luminanceOf,
  MARKER_YELLOW,
  PAPER,
  WHITE,
} from './css-colours.js';
import { type Declared, wordOf } from './css-declared.js';
import { fontParts, LEAST_SIZE, MOST_SIZE, NORMAL_SIZE, sizeOf } from './css-fonts.js';
import type { Token } from './css-tokens.js';
import { attribute, type Element, names } from './html-elements.js';
import { FIRST_FLOW, type Flow } from './html-flow.js';

export interface Look extends Letters, Flow {
  text: Luminance;
  /** The darkest of what is behind: a line that is too long for its place lies on the grounds around it too. */
  behind: Luminance;
  links: Luminance;
  /** A style sheet sets colours: what is behind has to be white. */
  paper: boolean;
}
/** An ordinary page: black on white. */
export const FIRST_LOOK: Look = {
  size: NORMAL_SIZE,
  steps: 0,
  sectioned: false,
  ...FIRST_FLOW,
  text: BLACK,
  behind: WHITE,
  links: LINK_BLUE,
  paper: false,
};

const FACTORS = new Map([
  ['big', 1.2],
  ['small', 1 / 1.2],
  ['sub', 1 / 1.2],
  ['sup', 1 / 1.2],
  ['h1', 2],
  ['h2', 1.5],
  ['h3', 1.17],
  ['h4', 1],
  ['h5', 0.83],
  ['h6', 0.67],
  ['rt', 0.5],
]);
/** In these a browser may show `h1` as any of the headings. */
const SECTIONS = names('article aside nav section');
/** Pixels of `font size=…`. */
const FONT_SIZES = new Map([
  ['1', 10],
  ['2', 13],
  ['3', 16],
  ['4', 18],
  ['5', 24],
  ['6', 32],
]);
/** What elements make of a size: smallest and largest, and how many of them may lie in each other. */
const LEAST_MADE = 8;
const MOST_MADE = 48;
const MOST_STEPS = 2;

/** Elements that take `bgcolor` and `background`. */
export const COLOURED = names('body table thead tbody tfoot tr td th');
const INHERITED = names('inherit unset currentcolor');
const UNCOLOURED = names('initial unset none transparent');

export interface Letters {
  /** In pixels. */
  size: number;
  /** Elements around, since a size was given, that make letters larger or smaller. */
  steps: number;
  sectioned: boolean;
}

/** Letters of an element; `changed`: other than around; `doubt`: they may be too small or too large to read, or not known. */
export function sizeInside(
  element: Element,
  declared: Declared,
  around: Letters,
): { letters: Letters; changed: boolean; doubt: boolean } {
  const { tagName } = element;
  const sectioned = around.sectioned || SECTIONS.has(tagName);
  const given = (size: number | null, certain: boolean) => ({
    letters:
      size === null ? { size: around.size, steps: around.steps, sectioned } : { size, steps: 0, sectioned },
    changed: true,
    doubt: size === null || !certain,
  });
  const won = declared.value('font-size');
  if (won !== undefined) {
    const size = sizeOf(won.length === 1 ? won : (fontParts(won)?.size ?? []), around.size);
    return given(size, size !== null && size >= LEAST_SIZE && size <= MOST_SIZE);
  }
  const asked = tagName === 'font' ? attribute(element, 'size') : undefined;
  if (asked !== undefined) return given(FONT_SIZES.get(asked) ?? null, true);
  const factor = FACTORS.get(tagName);
  if (factor === undefined)
    return { letters: { size: around.size, steps: around.steps, sectioned }, changed: false, doubt: false };
  const steps = around.steps + 1;
  const size = around.size * (tagName === 'h1' && sectioned ? 0.67 : factor);
  const read = size >= LEAST_MADE && around.size * factor <= MOST_MADE && steps <= MOST_STEPS;
  return { letters: { size, steps, sectioned }, changed: true, doubt: !read };
}

type Colours = Pick<Look, 'text' | 'behind' | 'links' | 'paper'>;

/** Colours of an element; `doubt`: its text may not be told from what is behind it. */
export function coloursInside(
  element: Element,
  declared: Declared,
  around: Colours,
): { colours: Colours; doubt: boolean } {
  const { tagName } = element;
  const { text: outer, behind: ground, links, paper } = around;
  const colours: Colours = { text: outer, behind: ground, links, paper };
  let doubt = false;
  const take = (name: 'text' | 'behind' | 'links', found: Luminance | null) => {
    if (found === null) doubt = true;
    else colours[name] = name === 'behind' ? Math.min(found, ground) : found;
  };
  const given = (name: string, of: 'text' | 'behind' | 'links') => {
    const value = attribute(element, name);
    if (value !== undefined) take(of, attributeLuminance(value));
  };
  const link = tagName === 'a' && attribute(element, 'href') !== undefined;
  if (link) colours.text = around.links;
  if (tagName === 'mark') {
    take('text', BLACK);
    take('behind', MARKER_YELLOW);
  }
  if (COLOURED.has(tagName)) given('bgcolor', 'behind');
  if (tagName === 'font') given('color', 'text');
  if (tagName === 'body') {
    given('text', 'text');
    given('vlink', 'links');
    doubt ||= !isDark(colours.links, colours.behind);
    given('link', 'links');
    doubt ||= !isDark(colours.links, colours.behind);
  }
  const text = declared.value('color');
  const behind = declared.value('background-color');
  if (text !== undefined) take('text', colourOf(text, INHERITED, around.text));
  if (behind !== undefined) take('behind', colourOf(behind, UNCOLOURED, around.behind));
  const changed = link || colours.text !== around.text || colours.behind !== around.behind;
  const sheet = around.paper && changed && colours.behind < PAPER;
  return { colours, doubt: doubt || sheet || (changed && !isDark(colours.text, colours.behind)) };
}

/** Told from what is behind it, and darker: so it is told from any lighter ground as well, and from the white page. */
const isDark = (text: Luminance, behind: Luminance): boolean => text < behind && isTold(text, behind);

/** `kept`: words that leave what is around; null: no known luminance. */
function colourOf(value: readonly Token[], kept: ReadonlySet<string>, around: Luminance): Luminance | null {
  const word = wordOf(value);
  if (kept.has(word)) return around;
  if (word === 'initial') return BLACK;
  return value.length === 1 ? luminanceOf(value[0]!) : null;
}
