/**
 * Text of strangers, shown so that it cannot fool the eye: what is invisible or turns the reading direction appears as a
 * small labelled chip and has no effect on the page. Joiners inside words and emoji stay as they are.
 */
import { wellFormed } from '../../schemas/unicode.js';
import { type Html, html } from './html.js';

const NAMES: readonly (readonly [number, number, string, string])[] = [
  [0x00ad, 0x00ad, 'SHY', 'soft hyphen'],
  [0x061c, 0x061c, 'ALM', 'Arabic letter mark'],
  [0x200b, 0x200b, 'ZWSP', 'zero-width space'],
  [0x200e, 0x200e, 'LRM', 'left-to-right mark'],
  [0x200f, 0x200f, 'RLM', 'right-to-left mark'],
  [0x202a, 0x202a, 'LRE', 'left-to-right embedding'],
  [0x202b, 0x202b, 'RLE', 'right-to-left embedding'],
  [0x202c, 0x202c, 'PDF', 'end of embedding'],
  [0x202d, 0x202d, 'LRO', 'left-to-right override'],
  [0x202e, 0x202e, 'RLO', 'right-to-left override'],
  [0x2060, 0x2064, 'INV', 'invisible operator'],
  [0x2066, 0x2066, 'LRI', 'left-to-right isolate'],
  [0x2067, 0x2067, 'RLI', 'right-to-left isolate'],
  [0x2068, 0x2068, 'FSI', 'first strong isolate'],
  [0x2069, 0x2069, 'PDI', 'end of isolate'],
  [0x206a, 0x206f, 'INV', 'deprecated format character'],
  [0xfeff, 0xfeff, 'BOM', 'zero-width no-break space'],
  [0xe0000, 0xe007f, 'TAG', 'tag character'],
  [0xe0100, 0xe01ef, 'VS', 'variation selector'],
];

/** Invisible or direction-changing characters, and control characters but TAB and LF. */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{E0000}-\u{E007F}]|[\u{E0100}-\u{E01EF}]/u;
const RUN = new RegExp(`(${HIDDEN.source})\\1*`, 'gu');
const ANY = new RegExp(HIDDEN.source, 'gu');

function chip(character: string, times: number): Html {
  const code = character.codePointAt(0) as number;
  const [, , short, name] = NAMES.find(([from, to]) => code >= from && code <= to) ?? [
    0,
    0,
    'CTL',
    'control',
  ];
  const title = `${name}, U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return html`<span class="chip" title="${title}">${short}${times > 1 && `×${times}`}</span>`;
}

/** A stretch of text with its invisible characters made visible; a run of one of them is one chip with its length. */
export function visible(text: string): Html {
  const parts: Html[] = [];
  let from = 0;
  const whole = wellFormed(text).replace(/\r\n?/g, '\n');
  for (const match of whole.matchAll(RUN)) {
    const character = match[1] as string;
    parts.push(html`${whole.slice(from, match.index)}`, chip(character, match[0].length / character.length));
    from = match.index + match[0].length;
  }
  return html`${parts}${whole.slice(from)}`;
}

/** A short text on one line, for lists and names: hidden characters removed, spaces folded, cut at a code point. */
export function oneLine(text: string, length: number): string {
  const line = wellFormed(text.slice(0, 8 * length))
    .replace(ANY, '')
    .replace(/\s+/gu, ' ')
    .trim();
  const points = [...line];
  return points.length <= length
    ? line
    : `${points
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
}
