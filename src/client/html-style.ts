/**
 * What an element's style, and the attributes that do the same, make of the text inside: certainly shown, certainly
 * hidden, or in doubt (docs/attestation-hpt.md section 7). Only inline declarations are read here; a style sheet that
 * could do anything puts the whole text in doubt (`html-sheet.ts`).
 */
import { type Declaration, declarationsOf } from './css-declarations.js';
import { Declared, isGlobal, wordOf } from './css-declared.js';
import { familyGrade, fontParts } from './css-fonts.js';
import { type Grade, gradeOf, type Place, worse } from './css-properties.js';
import { lower } from './css-tokens.js';
import { attribute, displayOf, type Element, KNOWN, names } from './html-elements.js';
import { flowInside } from './html-flow.js';
import { COLOURED, coloursInside, type Look, sizeInside } from './html-look.js';
import { type Marks, marksOf } from './html-marks.js';

export interface Style extends Marks {
  /** `hidden`: by every browser. `own`, `around`: in doubt, as in `css-properties.ts`. */
  outcome: 'shown' | 'hidden' | Exclude<Grade, 'plain'>;
  /** Its edges break the line. */
  block: boolean;
  /** What those inside inherit. */
  look: Look;
}

/** Hidden by a browser's own style sheet, which a `display` overrides. */
const UNRENDERED = names('script style title noframes noembed datalist rp');
/** As wide and high as what is inside needs, at least, or without a text. */
const SIZED: Readonly<Record<string, Place['sized']>> = {
  td: 'cell',
  th: 'cell',
  table: 'table',
  hr: 'table',
  img: 'picture',
};
/** What an animation shows at last, and what `all` resets, is not known here. */
const MOVING = /^(?:-[a-z]+-)?(?:animation|transition)|^all$/;
const DISPLAYS = names(
  'none block inline inline-block list-item flow-root table table-row table-cell flex inline-flex grid inline-grid ' +
    'initial unset inherit',
);
/** Of a picture: fewer than six pixels. */
const TINY = /^[ \t\n\f\r]*\+?0*[0-5](?![0-9])/;
/** Looked at as a whole, not one by one. */
const WHOLE = names(
  'display color background background-color font font-size font-family list-style list-style-type text-decoration ' +
    'text-decoration-line vertical-align direction unicode-bidi',
);

/** Reads an element's style where `around` is the look it inherits. */
export function styleOf(element: Element, around: Look): Style {
  const declared = new Declared(attribute(element, 'style'));
  const display = displayOf(element.tagName, declared.word('display'));
  const marks = marksOf(element, declared, display.inline);
  const hides = hiding(element, declared);
  const { block, inline } = display;
  if (hides === 'hidden') return { ...marks, outcome: 'hidden', block, look: around };
  const { letters, changed: resized, doubt: small } = sizeInside(element, declared, around);
  const { colours, doubt: faint } = coloursInside(element, declared, around);
  const known = { inline, size: letters.size, resized, marks };
  const { flow, doubt: moved } = flowInside(element, declared, around, known);
  const inDoubt =
    hides === 'doubt' || marks.doubt || display.doubt || small || faint || isOdd(element, declared);
  // An open dialog lies over the page; what is not known may too.
  const over =
    moved ||
    !KNOWN.has(element.tagName) ||
    (element.tagName === 'dialog' && attribute(element, 'open') !== undefined);
  let grade: Grade = declared.unreadable || over ? 'around' : inDoubt ? 'own' : 'plain';
  const sized = Object.hasOwn(SIZED, element.tagName) ? SIZED[element.tagName]! : null;
  for (const each of declared.all) {
    grade = worse(grade, WHOLE.has(each.name) ? fontGrade(each) : gradeOf(each, { inline, sized }));
  }
  return {
    ...marks,
    outcome: grade === 'plain' ? 'shown' : grade,
    block,
    look: { ...colours, ...flow, ...letters },
  };
}

/** Whether an element is hidden for certain: by `display: none`, or by what browsers hide unless a style says otherwise. */
function hiding(element: Element, declared: Declared): 'hidden' | 'doubt' | null {
  if (element.tagName === 'template') return 'hidden';
  const moving = declared.unreadable || declared.all.some(({ name }) => MOVING.test(name));
  const displays = declared.all.filter(({ name }) => name === 'display');
  const known = displays.every(({ value }) => DISPLAYS.has(wordOf(value)));
  if (!moving && known && declared.word('display') === 'none') return 'hidden';
  // The attribute is one of HTML alone.
  const hidden = /^(?:svg|math)$/.test(element.tagName) ? undefined : attribute(element, 'hidden');
  const unrendered =
    hidden !== undefined ||
    UNRENDERED.has(element.tagName) ||
    (element.tagName === 'dialog' && attribute(element, 'open') === undefined);
  if (!unrendered) return known ? null : 'doubt';
  const overridden = moving || displays.length > 0 || lower(hidden ?? '') === 'until-found';
  return overridden ? 'doubt' : 'hidden';
}

/**
 * What hides or moves, or may: styles of columns, a list without the room that its numbers stand in, a popover, closed
 * details, a caption below, a picture behind the text, a picture of no size, a font of pictures.
 */
function isOdd(element: Element, declared: Declared): boolean {
  const { tagName } = element;
  if (tagName === 'col' || tagName === 'colgroup') {
    return attribute(element, 'bgcolor') !== undefined || declared.all.length > 0;
  }
  if (tagName === 'ol' && declared.all.some(({ name }) => name.startsWith('padding'))) return true;
  if (attribute(element, 'popover') !== undefined) return true;
  // Of several details of one name a browser shows one.
  if (tagName === 'details') {
    return attribute(element, 'open') === undefined || attribute(element, 'name') !== undefined;
  }
  if (tagName === 'caption') return lower(attribute(element, 'align') ?? '') === 'bottom';
  if (COLOURED.has(tagName)) return (attribute(element, 'background') ?? '') !== '';
  if (tagName === 'img') {
    return TINY.test(attribute(element, 'width') ?? '') || TINY.test(attribute(element, 'height') ?? '');
  }
  const face = tagName === 'font' ? attribute(element, 'face') : undefined;
  if (face === undefined) return false;
  const [family, ...more] = declarationsOf(`font-family:${face}`) ?? [];
  return family === undefined || more.length > 0 || fontGrade(family) !== 'plain';
}

/** Of the declarations that are looked at as a whole, only fonts have a grade of their own. */
function fontGrade({ name, value }: Declaration): Grade {
  if (isGlobal(value)) return 'plain';
  if (name === 'font-family') return familyGrade(value);
  if (name !== 'font') return 'plain';
  const parts = fontParts(value);
  return parts === null ? 'own' : worse(parts.grade, familyGrade(parts.family));
}
