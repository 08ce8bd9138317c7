/**
 * What a declaration can do to the displayed text, by a closed list: `plain` leaves it as it stands, `own` may hide or
 * respell what is inside the element, `around` may also move it or cover others. What is not in the list is `around`:
 * nobody can know what a later browser does with it (docs/attestation-hpt.md section 7).
 */
import type { Declaration } from './css-declarations.js';
import type { Token } from './css-tokens.js';

export type Grade = 'plain' | 'own' | 'around';

export const worse = (one: Grade, other: Grade): Grade =>
  one === 'around' || other === 'around' ? 'around' : one === 'own' ? one : other;

/** Where a declaration stands. */
export interface Place {
  /** No block of its own: its edges lie over the lines above and below. */
  inline: boolean;
  /** Has a size that what is inside widens, or that no text depends on. */
  sized: keyof typeof SIZED | null;
}

const names = (list: string) => new Set(list.split(' '));
/** Values that leave a property as it would be without the declaration; `inherit` too, but where a parent's is another thing. */
const GLOBAL = names('initial unset inherit');

/** Plain with words and whole numbers. */
const WORDS = names(
  'font-style font-weight font-smooth -webkit-font-smoothing -moz-osx-font-smoothing text-rendering clear cursor ' +
    '-webkit-nbsp-mode -webkit-line-break page page-break-before page-break-after page-break-inside break-before ' +
    'break-after break-inside orphans widows border-collapse box-sizing text-underline-position ' +
    'text-decoration-style text-decoration-skip-ink background-repeat background-attachment user-select ' +
    '-webkit-user-select ' +
    'mso-style-name mso-style-type mso-style-priority mso-style-link mso-style-parent mso-style-next mso-style-noshow ' +
    'mso-style-unhide mso-style-qformat mso-list mso-line-height-rule mso-pagination mso-ligatures mso-highlight ' +
    'mso-outline-level mso-no-proof mso-line-break-override mso-spacerun mso-tab-count mso-add-space mso-font-kerning ' +
    'mso-font-charset mso-font-pitch mso-generic-font-family mso-fareast-language mso-ansi-language mso-bidi-language ' +
    'mso-ascii-theme-font mso-hansi-theme-font mso-fareast-theme-font mso-bidi-theme-font mso-fareast-font-family ' +
    'mso-bidi-font-family mso-ascii-font-family mso-hansi-font-family mso-bidi-font-weight mso-bidi-font-style',
);
/** Plain whatever stands there, as far as it can be read. */
const ANY = names('caret-color accent-color -webkit-tap-highlight-color background-position background-size');

/** `property value …`: plain with exactly one of these values or a global one. */
const listed = (list: string) =>
  new Map(
    list.split('; ').map((entry) => {
      const [name, ...values] = entry.split(' ');
      return [name!, new Set(values)] as const;
    }),
  );
const OWN = listed(
  'visibility visible; overflow visible; overflow-x visible; overflow-y visible; ' +
    'content-visibility visible; text-transform none; font-variant normal; font-variant-caps normal; ' +
    'font-variant-ligatures normal; font-variant-numeric normal; font-variant-east-asian normal; ' +
    'font-variant-alternates normal; font-variant-position normal; font-feature-settings normal; ' +
    'font-variation-settings normal; font-size-adjust none; writing-mode horizontal-tb; ' +
    'background-image none; background-clip border-box padding-box; background-origin border-box padding-box; ' +
    'text-decoration-color currentcolor; text-decoration-thickness auto; text-underline-offset auto; ' +
    'text-align left start center right end justify; text-align-last auto; text-justify auto; text-overflow clip; ' +
    'text-indent 0; letter-spacing normal 0; word-spacing normal 0; white-space normal; word-break normal; ' +
    'word-wrap normal break-word; overflow-wrap normal break-word; line-break auto normal after-white-space; ' +
    'hyphens none manual; -webkit-hyphens none manual; font-stretch normal; font-kerning auto normal none; ' +
    'font-optical-sizing auto none; list-style-position outside; ' +
    'list-style-image none; table-layout auto; caption-side top; mso-hide none; color-scheme normal light',
);
const AROUND = listed(
  'position static; float none; top auto; right auto; bottom auto; left auto; z-index auto; transform none; translate none; ' +
    'rotate none; scale none; filter none; clip auto; clip-path none; mask none; mix-blend-mode normal; ' +
    'box-shadow none; text-shadow none; outline none 0; border-image none; animation none; transition none',
);

/** Pixels, per cent and mere numbers between which a value is plain, both included; and words that are. */
interface Range {
  px?: readonly [number, number];
  percent?: readonly [number, number];
  number?: readonly [number, number];
  words?: ReadonlySet<string>;
}
const RANGES: Readonly<Record<string, Range>> = {
  // Whether it is enough for the letters inside is looked at in `html-flow.ts`.
  'line-height': { px: [8, 200], percent: [100, 500], number: [1, 5], words: names('normal') },
  opacity: { number: [1, 1], percent: [100, 100] },
  zoom: { number: [1, 1], percent: [100, 100], words: names('normal') },
  '-webkit-text-size-adjust': { percent: [100, 100], words: names('none auto') },
  '-ms-text-size-adjust': { percent: [100, 100], words: names('none auto') },
  'text-size-adjust': { percent: [100, 100], words: names('none auto') },
  '-webkit-text-stroke-width': { px: [0, 0] },
  'mso-table-lspace': { px: [0, 100] },
  'mso-table-rspace': { px: [0, 100] },
  'mso-bidi-font-size': { px: [6, 200] },
  'mso-margin-top-alt': { px: [0, 100], words: names('auto') },
  'mso-margin-bottom-alt': { px: [0, 100], words: names('auto') },
  width: { percent: [100, 100], words: names('auto') },
  'min-width': { px: [0, 0], words: names('auto') },
  'max-width': { percent: [100, 100], words: names('none') },
  height: { words: names('auto') },
  'min-height': { px: [0, 0], words: names('auto') },
  'max-height': { words: names('none') },
};
const SIZE = /^(?:min-|max-)?(?:width|height)$/;
/** A table is at least as wide as what is in it, whatever its style says; a cell only as long as it has no greatest width. */
const GROWING: Range = { px: [0, 800], percent: [0, 100], words: names('auto none') };
const SIZED = {
  cell: { names: /^(?:width|height)$/, range: GROWING },
  table: { names: /^(?:width|height|max-width)$/, range: GROWING },
  picture: {
    names: /^(?:max-)?(?:width|height)$|^min-height$/,
    range: { px: [6, 2000], percent: [10, 100], words: names('auto none') } as Range,
  },
};
const OF_PICTURES = names('aspect-ratio object-fit object-position');

const SIDE = '(?:-(?:top|right|bottom|left))?';
const MARGIN = new RegExp(`^margin${SIDE}$`);
const EDGE = new RegExp(`^(?:padding${SIDE}|border${SIDE}(?:-(?:width|style|color))?)$`);
const CORNER = /^border-(?:(?:top|bottom)-(?:left|right)-)?radius$|^border-spacing$/;

/** Pixels of a length; null for any that is measured by something else (letters, the window, what is around). */
export function pixels(token: Token | undefined): number | null {
  if (token?.type !== 'number') return null;
  if (token.unit === '') return token.value === 0 ? 0 : null;
  const factor = PIXELS[token.unit];
  return factor === undefined ? null : token.value * factor;
}
const PIXELS: Readonly<Record<string, number | undefined>> = Object.assign(Object.create(null), {
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 9.6 / 2.54,
});

/** Grade of a declaration that is not looked at by itself in `html-style.ts`. */
export function gradeOf({ name, value }: Declaration, place: Place): Grade {
  const [first] = value;
  if (name.startsWith('--')) return 'plain';
  if (value.length === 1 && first!.type === 'ident' && GLOBAL.has(first!.text)) {
    const another = first!.text === 'inherit' && (SIZE.test(name) || MARGIN.test(name) || EDGE.test(name));
    return isKnown(name) && !another ? 'plain' : 'around';
  }
  if (ANY.has(name)) return value.every(isPlainValue) ? 'plain' : 'own';
  if (WORDS.has(name)) return value.every(isWord) ? 'plain' : 'own';
  if (OF_PICTURES.has(name)) return place.sized === 'picture' && value.every(isPlainValue) ? 'plain' : 'own';
  const sized = place.sized === null ? null : SIZED[place.sized];
  const range = sized?.names.test(name) ? sized.range : rangeOf(name);
  if (range !== undefined) {
    if (value.length === 1 && within(first!, range)) return 'plain';
    // Without a text of its own it still moves others.
    return SIZE.test(name) ? 'around' : 'own';
  }
  const one = value.length === 1 ? wordOf(first!) : '';
  if (OWN.has(name)) return OWN.get(name)!.has(one) ? 'plain' : 'own';
  if (AROUND.has(name)) return AROUND.get(name)!.has(one) ? 'plain' : 'around';
  if (place.inline && (MARGIN.test(name) || EDGE.test(name))) {
    const none = name.startsWith('border') && value.some((token) => wordOf(token) === 'none');
    return none || value.every(isNoEdge) ? 'plain' : 'around';
  }
  if (MARGIN.test(name) || CORNER.test(name) || EDGE.test(name))
    return value.every(isEdge) ? 'plain' : 'around';
  // Only Word and Outlook look at these.
  return name.startsWith('mso-') ? 'own' : 'around';
}

const wordOf = (token: Token): string =>
  token.type === 'ident' ? token.text : token.type === 'number' && token.value === 0 ? '0' : '';

const rangeOf = (name: string): Range | undefined => (Object.hasOwn(RANGES, name) ? RANGES[name] : undefined);

const isKnown = (name: string): boolean =>
  ANY.has(name) ||
  WORDS.has(name) ||
  OF_PICTURES.has(name) ||
  rangeOf(name) !== undefined ||
  OWN.has(name) ||
  AROUND.has(name) ||
  MARGIN.test(name) ||
  CORNER.test(name) ||
  EDGE.test(name);

/** Strings and commas too: they name fonts and styles. */
const isWord = (token: Token): boolean =>
  token.type === 'ident' ||
  token.type === 'string' ||
  (token.type === 'sign' && token.text === ',') ||
  (token.type === 'number' && (token.unit === '' || token.unit === 'pt'));

const isColourFunction = (token: Token): boolean =>
  token.type === 'function' && /^rgba?$/.test(token.text) && token.plain;

const isPlainValue = (token: Token): boolean =>
  token.type === 'function' ? isColourFunction(token) : token.type !== 'url';

function within(token: Token, { px, percent, number, words }: Range): boolean {
  if (token.type === 'ident') return words?.has(token.text) ?? false;
  if (token.type !== 'number') return false;
  if (token.unit === '%') return inRange(token.value, percent);
  if (token.unit === '' && number !== undefined) return inRange(token.value, number);
  const length = pixels(token);
  return length !== null && inRange(length, px);
}

const inRange = (value: number, range: readonly [number, number] | undefined): boolean =>
  range !== undefined && value >= range[0] && value <= range[1];

/** In a line: no length, and no line drawn. */
const isNoEdge = (token: Token): boolean =>
  (token.type === 'number' && token.value === 0 && (token.unit === '' || pixels(token) !== null)) ||
  (token.type === 'ident' && !DRAWN.test(token.text)) ||
  token.type === 'hash' ||
  (token.type === 'function' && isColourFunction(token));

/** A length of an edge, or what an edge looks like. */
function isEdge(token: Token): boolean {
  if (token.type === 'ident' || token.type === 'hash' || token.type === 'sign') return true;
  if (token.type === 'function') return isColourFunction(token);
  const length = edgePixels(token);
  return length !== null && inRange(length, [0, 100]);
}

/** Pixels of an edge. As webmail indents what it quotes, up to 1ex may stand there: ten pixels for each. */
function edgePixels(token: Token): number | null {
  if (token.type === 'number' && token.unit === 'ex') return token.value <= 1 ? 10 * token.value : null;
  return pixels(token);
}

const DRAWN = /^(?:auto|thin|medium|thick|solid|dashed|dotted|double|groove|ridge|inset|outset)$/;

/** How far the margins, paddings and borders among these move what is inside to one side, in pixels. */
export function indentOf(declarations: readonly Declaration[]): number {
  const most = { margin: 0, padding: 0, border: 0 };
  for (const { name, value } of declarations) {
    const found = INDENTING.exec(name);
    if (found === null) continue;
    const kind = found[1] as keyof typeof most;
    // Of a shorthand with several values those for right and left.
    const aside = kind === 'border' || value.length === 1 ? value : [value[1]!, value[3] ?? value[1]!];
    const drawn = kind === 'border' && value.some((token) => DRAWN.test(wordOf(token)));
    const lengths = aside.map((token) => edgePixels(token) ?? 0);
    most[kind] = Math.max(most[kind], ...lengths, drawn ? 5 : 0);
  }
  return most.margin + most.padding + most.border;
}

const INDENTING = /^(margin|padding|border)(?:-(?:left|right))?(?:-width|-style)?$/;

/** How wide the border on the right is that these may draw, in pixels. */
export function endBorderOf(declarations: readonly Declaration[]): number {
  const widths = declarations.flatMap(({ name, value }) => {
    if (!/^border(?:-right)?(?:-width|-style)?$/.test(name)) return [];
    const words = value.map(wordOf);
    const lengths = value.flatMap((token) => edgePixels(token) ?? []);
    if (lengths.length > 0) return lengths;
    return words.includes('thick') ? THICK : words.some((word) => DRAWN.test(word)) ? MEDIUM : 0;
  });
  return Math.max(0, ...widths);
}
const THICK = 5;
const MEDIUM = 3;
