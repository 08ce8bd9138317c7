/**
 * What a style says about things that the canonical text writes out: direction, strokes, what is raised, numbers of lists;
 * and where it says so in ways that are not certain (docs/attestation-hpt.md section 7).
 */
import { luminanceOf } from './css-colours.js';
import type { Declared } from './css-declared.js';
import { lower, type Token } from './css-tokens.js';
import { attribute, type Element, names } from './html-elements.js';

export interface Marks {
  direction?: 'ltr' | 'rtl';
  /** The direction holds for every character. */
  override: boolean;
  struck: boolean;
  align?: 'super' | 'sub';
  /** A list without numbers. */
  bare: boolean;
  doubt: boolean;
}

const BIDI = names('normal embed isolate plaintext bidi-override isolate-override');
/** With one of these a direction holds for what is inside, in a line too. */
const TURNING = names('embed isolate bidi-override isolate-override');
/** No `overline`: over smaller letters than those inside it is a stroke through them. */
const DECORATIONS = names('none underline line-through solid initial unset inherit');
const ALIGNS = names('baseline super sub initial unset inherit');
/** Where it moves what is in a cell, or a picture. */
const ALIGNED = names('td th tr thead tbody tfoot img');
const PLACES = names('top middle bottom text-top text-bottom');
const BULLETS = names('disc circle square none');
const STRUCK = names('s strike del');

/** `inline`: the element lies in a line, where a `direction` by itself does nothing. */
export function marksOf(element: Element, declared: Declared, inline: boolean): Marks {
  const { tagName } = element;
  const styled = declared.word('direction');
  const found = styled ?? lower(attribute(element, 'dir') ?? '');
  const direction = found === 'ltr' || found === 'rtl' ? found : undefined;
  const written = declared.word('unicode-bidi');
  const bidi = written ?? 'normal';
  const override = tagName === 'bdo' || /override/.test(bidi);
  const line = declared.value('text-decoration');
  const through = line?.some(isStroke) ?? false;
  const align = declared.word('vertical-align');
  const turned =
    (styled !== undefined && direction === undefined) ||
    !BIDI.has(bidi) ||
    (direction !== undefined &&
      (written !== undefined || (inline && styled !== undefined)) &&
      !TURNING.has(bidi)) ||
    (override && direction === undefined);
  return {
    ...(direction === undefined ? {} : { direction }),
    override,
    struck: STRUCK.has(tagName) || through,
    ...(align === 'super' || align === 'sub' ? { align } : {}),
    bare: declared.word('list-style-type') === 'none',
    doubt:
      turned ||
      (line !== undefined && !isCertainLine(line, through, STRUCK.has(tagName))) ||
      !isCertainAlign(tagName, declared) ||
      !isCertainList(element, declared.word('list-style-type')),
  };
}

const isStroke = (token: Token): boolean => token.type === 'ident' && token.text === 'line-through';

/** A stroke in a colour of its own may be no stroke to the eye, and one that is taken away too. */
function isCertainLine(line: readonly Token[], through: boolean, struck: boolean): boolean {
  const colours = line.filter((token) => !(token.type === 'ident' && DECORATIONS.has(token.text)));
  if (colours.length > 0 && (through || colours.some((token) => luminanceOf(token) === null))) return false;
  return through || !struck;
}

function isCertainAlign(tagName: string, declared: Declared): boolean {
  const value = declared.value('vertical-align');
  if (value === undefined) return true;
  const [token] = value;
  const zero = value.length === 1 && token!.type === 'number' && token!.value === 0;
  const word = declared.word('vertical-align')!;
  const placed = ALIGNED.has(tagName) && PLACES.has(word);
  return (zero || placed || ALIGNS.has(word)) && tagName !== 'sup' && tagName !== 'sub';
}

function isCertainList(element: Element, type: string | undefined): boolean {
  const { tagName } = element;
  if (tagName === 'li' && attribute(element, 'type') !== undefined) return false;
  if (type === undefined) return true;
  if (tagName === 'ol')
    return type === 'none' || (type === 'decimal' && attribute(element, 'type') === undefined);
  return (tagName === 'ul' || tagName === 'menu') && BULLETS.has(type);
}
