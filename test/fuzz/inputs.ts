/** Inputs that are likely to trip a parser: pieces that the rules speak of, any characters, and mutations of what is valid. */
import type { TextFacet } from '../../src/client/canonical.js';
import type { Random } from './random.js';

export const PIECES = [
  ...[
    'https://Example.ORG/a?utm_source=1&b=2',
    'http://x.org',
    '<https://a.b/c.>',
    '<mailto:a@b>',
    'example.org',
  ],
  ...[
    'https://e1.safelinks.protection.outlook.com/?url=https%3A%2F%2Ft.example%2Fp',
    'https://t.co/x',
    'x@y.example',
  ],
  ...[
    'a.b.example.org/x?y=1',
    'Node.js',
    '@',
    'www.',
    '#',
    '/',
    '?',
    '=',
    '&',
    ':',
    '//',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '.',
    ',',
    '…',
    '"',
    '<',
    '>',
    '>> ',
    '> ',
    '\n',
    '\r\n',
    '\r',
    '\u2028',
    '\u00a0',
    '  ',
    '\t',
    ' ',
    '\u1680',
  ],
  ...[
    'e\u0301',
    '\u0301',
    '\u0338',
    '\u0316',
    '\u212a',
    '\u200b',
    '\u200c',
    '\u200d',
    '\ufe0f',
    '\u{E0061}',
    '\u{E007F}',
  ],
  ...[
    '\u{1F3F4}',
    '\u{1F468}',
    '\u{1F44D}\u{1F3FD}',
    '\u{1F1E9}\u{1F1EA}',
    '\u{1F1E9}',
    '\u2600',
    '\u2192',
    '\u20e3',
  ],
  ...[
    '\u202e',
    '\u2067',
    '\u200f',
    '\u061c',
    '\u0dd9',
    '\u0dca',
    '\u0915',
    '\u094d',
    '\u09b0',
    '\u0647',
    '\u0645',
  ],
  ...[
    '\u1820',
    '\u180e',
    '\u034f',
    '\u05b7',
    '\u3164',
    '\u115f',
    '\u1161',
    '\u1100',
    '\uac00',
    '-5',
    '- ',
    '-',
    '\u2013',
  ],
  ...[
    '\u2014',
    '\u2212',
    '+',
    '1,000.5',
    '3',
    '.5',
    "don't",
    '’',
    '“',
    '@a',
    '#b',
    'C#',
    '*',
    '_',
    '~',
    '^',
    '`',
    '%',
    '$',
  ],
  ...[
    '5 - 3',
    'a',
    'word ',
    'Zo\u00eb',
    '\u017f',
    '\u0130',
    '\u4e2d',
    '\u3002',
    '\u061f',
    '\u0964',
    '\u0663',
    '\u00b2',
  ],
  ...[
    '\ue000',
    '\ufffc',
    '\ufdd0',
    ':)',
    ':wave:',
    ':_+:',
    '\u00ad',
    '\ufeff',
    '\u00b7',
    '\u2022',
    '|',
    '\\',
    'xn--a',
  ],
  ...[
    '\u0000',
    '\u001b',
    '\u0085',
    '\ud800',
    '\udc00',
    '\u0958',
    '\u{1D15E}',
    '\ufb2c',
    'http://[',
    '%zz',
    '%E2%80%8B',
  ],
];

const TAGS = [
  ...[
    '<span style="display:none">',
    '<span style="opacity:.1">',
    '<div style="color:#fff;background:#000">',
    '<p style="',
    '<p style="display:\\none;/*">',
    '<button>',
    '<input value="x">',
    '<details>',
    '<style>p{color:red}</style>',
    '<style>',
    '</style>',
    '<body style="opacity:0">',
    '<div dir=rtl style="background:#eee">',
    '<p style="width:9px;text-indent:0">',
    '<details open>',
    '<ol start=1000>',
    '<td style="max-width:1px">',
    '<!--[if mso]>',
    '<bdo dir=rtl>',
  ],
  ...[
    '<p>',
    '</p>',
    '<a href="https://x.org/a">',
    '<a class="mention" href="/x">',
    '</a>',
    '<br>',
    '<b>',
    '</b>',
    '<pre>',
  ],
  ...[
    '</pre>',
    '<table>',
    '<tr>',
    '<td>',
    '</table>',
    '<span class="invisible">',
    '</span>',
    '<img alt="x">',
    '<!--',
  ],
  ...[
    '-->',
    '<script>',
    '</script>',
    '<svg>',
    '</svg>',
    '<math>',
    '<template>',
    '<select>',
    '<textarea>',
    '<frameset>',
  ],
  ...[
    '<img alt="\u{1F600}">',
    '<blockquote>',
    '</blockquote>',
    '<ol start=-3 type=i reversed>',
    '<ol>',
    '</ol>',
    '<ul>',
  ],
  ...[
    '</ul>',
    '<li value=9>',
    '<li>',
    '</li>',
    '<del>',
    '</del>',
    '<sup>',
    '</sup>',
    '<q>',
    '<bdo dir=rtl>',
    '</bdo>',
  ],
  ...[
    '<div style="display:none">',
    '<div dir=ltr>',
    '</div>',
    '<style>',
    '</style>',
    '<p style="a\\b">',
    '&amp;',
    '&#0;',
  ],
  ...[
    '&lt;',
    '&nbsp',
    '&#x202e;',
    '</x>',
    '<a',
    '="',
    "'",
    '<i></x>',
    '<font c=1>',
    '<rt>',
    '<dialog>',
    '<noscript>',
  ],
];

const anyCharacter = (random: Random): string =>
  String.fromCodePoint(random.chance(0.7) ? random.below(0x3000) : random.below(0x110000));

/** A text of pieces; now and then one of them many times over, where work that is not linear would show. */
export function anyText(random: Random, more: readonly string[] = []): string {
  const pieces = [PIECES, more.length > 0 ? more : PIECES];
  let text = '';
  for (let left = random.below(24); left > 0; left--) {
    const piece = random.chance(0.1) ? anyCharacter(random) : random.pick(random.pick(pieces));
    text += random.chance(0.004) ? piece.repeat(random.below(400)) : piece;
  }
  return text;
}

export const anyHtml = (random: Random): string => anyText(random, TAGS);

const TARGETS = [
  'https://example.org/',
  'mailto:a@b',
  '/u/a',
  '',
  'did:plc:a',
  '#x',
  'javascript:x',
  '//x.org',
  ' https://x',
];

/** Facets at any place, now and then out of order, overlapping, beyond the end or no numbers at all. */
export function anyFacets(random: Random, length: number): TextFacet[] {
  const facets: TextFacet[] = [];
  let from = 0;
  for (let left = random.below(4); left > 0; left--) {
    const start = random.chance(0.1) ? random.below(length + 4) - 2 : from + random.below(6);
    const end = start + (random.chance(0.05) ? random.below(3) - 1 : 1 + random.below(9));
    const uri = random.chance(0.2) ? anyText(random) : random.pick(TARGETS);
    facets.push({
      start,
      end: random.chance(0.01) ? end + 0.5 : end,
      type: random.pick(['link', 'mention', 'tag']),
      uri,
    });
    from = end;
  }
  return facets;
}

const UNITS = 'ABCabcXYZxyz0189-_+/=. {}[]":,\\\u0000\u00e9';

/** A text changed at a few places: units replaced, inserted, dropped, doubled, swapped. Never the text itself. */
export function mutated(random: Random, text: string): string {
  let changed = text;
  for (let left = 1 + random.below(3); left > 0 || changed === text; left--) {
    const at = random.below(changed.length + 1);
    const length = random.chance(0.1) ? random.below(40) : 1;
    const piece = random.chance(0.3) ? changed.slice(at, at + length) : random.pick([...UNITS]);
    const rest = random.chance(0.5) ? at + length : at;
    changed = changed.slice(0, at) + piece + changed.slice(rest);
  }
  return changed;
}

const VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  4,
  2 ** 53,
  1e308,
  '',
  'x',
  'hpt-0',
  [],
  {},
  [1],
  { a: 1 },
  'A'.repeat(43),
];

/** A JSON value changed at one place: a member replaced, dropped, added or moved. */
export function mutatedJson(random: Random, value: unknown): unknown {
  const copy = structuredClone(value);
  const places: (Record<string, unknown> | unknown[])[] = [];
  const open: unknown[] = [copy];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    places.push(next as Record<string, unknown>);
    open.push(...Object.values(next));
  }
  const place = random.pick(places) as Record<string, unknown>;
  const name = random.pick([...Object.keys(place), '__proto__', 'constructor', 'x']);
  if (random.chance(0.3)) delete place[name];
  else
    Object.defineProperty(place, name, {
      value: random.pick(VALUES),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}
