/** Hidden, shown, or in doubt: what styles make of a post's text (the vectors are in hpt-1.test.ts). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalHtml } from '../../../src/client/html.js';
import { cpuMs, LINEAR_MS } from '../../cpu-time.js';

const OBJECT = '\ufffc';
const escaped = (style: string) => style.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
/** What is left of a word inside an element with this style: nothing, the word, or the word in doubt. */
const outcomeOf = (html: string): 'hidden' | 'shown' | 'in doubt' => {
  const { canonical, reported } = canonicalHtml(html);
  if (!canonical.includes('word')) {
    expect(reported).toContain('hidden_text');
    return 'hidden';
  }
  if (!canonical.includes(OBJECT)) return 'shown';
  expect(reported.some((each) => each === 'uncertain' || each === 'embedded')).toBe(true);
  const before = canonical.slice(0, canonical.indexOf('word')).split(OBJECT).length;
  const behind = canonical.slice(canonical.indexOf('word')).split(OBJECT).length;
  expect([before > 1, behind]).toEqual([true, before]);
  return 'in doubt';
};
const styled = (style: string, tag = 'span') => `<p>a <${tag} style="${escaped(style)}">word</${tag}> b</p>`;

const anyStyle = fc
  .array(
    fc.oneof(
      {
        weight: 1,
        arbitrary: fc
          .string({ unit: 'grapheme-ascii', maxLength: 6 })
          .filter((text) => !text.includes('\u0000')),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          ...[
            'display',
            'opacity',
            'color',
            'font-size',
            'visibility',
            'background',
            'transform',
            'x-y',
            ':',
            ':',
            ':',
            ';',
            ';',
          ],
          ...[
            'none',
            'block',
            'inline',
            '0',
            '1',
            '1px',
            '#fff',
            'red',
            'hidden',
            '!important',
            '"',
            '/*',
            '*/',
            '(',
            ')',
            '\\',
          ],
        ),
      },
    ),
    { maxLength: 16 },
  )
  .map((pieces) => pieces.join(''))
  // Other code points than these are rejected as control characters in what is left of the text, never in a style.
  .filter((style) => /^[\x20-\x7e]*$/.test(style));

describe('an element with a style', () => {
  test('never vanishes silently: it is shown, marked, or reported as hidden', () => {
    fc.assert(
      fc.property(anyStyle, fc.constantFrom('span', 'div', 'b', 'i', 'em'), (style, tag) => {
        const found = outcomeOf(styled(style, tag));
        if (found === 'hidden') expect(style).toMatch(/display\s*(?:\/\*.*?\*\/\s*)*:[^;]*none/i);
      }),
      { numRuns: 4000 },
    );
  });

  test('vanishes exactly when the last display is none, important ones before others', () => {
    const display = fc.tuple(fc.constantFrom('none', 'block', 'inline', 'inline-block'), fc.boolean());
    const others = fc.constantFrom(
      'color:#333',
      'opacity:0',
      'margin:0',
      'mso-hide:all',
      '--x:1',
      'font-size:1px',
      '',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(display, others), { maxLength: 6 }), (parts) => {
        const declarations = parts.map(
          ([[value, force], other]) => `${other};display:${value}${force ? '!important' : ''}`,
        );
        const forced = parts.filter(([[, force]]) => force);
        const last = (forced.length > 0 ? forced : parts).at(-1)?.[0][0];
        expect(outcomeOf(styled(declarations.join(';'))) === 'hidden').toBe(last === 'none');
      }),
      { numRuns: 1000 },
    );
  });

  test('is in doubt by any property that is not in the closed list', () => {
    const name = fc.stringMatching(/^[a-z]{3,12}-[a-z]{3,12}q$/);
    fc.assert(
      fc.property(name, fc.constantFrom('none', '0', 'normal', 'inherit'), (property, value) => {
        expect(outcomeOf(styled(`${property}:${value}`))).toBe('in doubt');
      }),
    );
  });

  test('is in doubt by any escape, wherever it stands outside of a comment', () => {
    const style = 'display:none;color:#333';
    for (let at = 0; at <= style.length; at++) {
      expect(outcomeOf(styled(`${style.slice(0, at)}\\${style.slice(at)}`))).toBe('in doubt');
    }
    expect(outcomeOf(styled('/* \\ */display:none'))).toBe('hidden');
  });

  test.each([
    ['#000', '#757575', 'shown'],
    ['#000', '#747474', 'in doubt'],
    ['#767676', 'white', 'shown'],
    ['#777777', 'white', 'in doubt'],
    ['red', 'white', 'in doubt'],
    // A line that is too long for its place goes on over the page.
    ['#fff', '#000', 'in doubt'],
    ['#333', 'yellow', 'shown'],
    ['red', 'green', 'in doubt'],
  ])('in %s on %s is %s', (text, behind, expected) => {
    expect(outcomeOf(styled(`color:${text};background:${behind}`))).toBe(expected);
    const inside = `<div style="background:${behind}">`;
    expect(outcomeOf(`${inside}<span style="color:${text}">word</span></div>`)).toBe(expected);
  });

  test.each([
    ['9px', 'shown'],
    ['8.99px', 'in doubt'],
    ['6.75pt', 'shown'],
    ['40px', 'shown'],
    ['40.1px', 'in doubt'],
    ['1em', 'in doubt'],
    ['100%', 'in doubt'],
    ['smaller', 'in doubt'],
    ['1vw', 'in doubt'],
    ['larger', 'in doubt'],
  ])('of size %s is %s', (size, expected) => {
    expect(outcomeOf(styled(`font-size:${size}`))).toBe(expected);
    expect(outcomeOf(styled(`font:bold ${size}/1.2 serif`))).toBe(
      /^[.\d]/.test(size) ? expected : 'in doubt',
    );
  });
});

describe('HTML without a style', () => {
  const TAGS =
    'a abbr acronym address applet article aside audio b bdi bdo big blink blockquote button canvas center cite code data ' +
    'datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 h6 header hgroup i ' +
    'iframe ins kbd label legend li listing main map mark marquee math menu meter nav nobr noembed noframes noscript object ' +
    'ol optgroup option output p picture plaintext pre progress q rb rp rt rtc ruby s samp script search section select slot ' +
    'small span strike strong style sub summary sup svg table template textarea time title tt u ul unknown var video xmp';

  test.each(TAGS.split(' '))('<%s>: its text is shown, marked, or reported', (tag) => {
    const { canonical, reported } = canonicalHtml(`<div>a<${tag}>word</${tag}></div>`);
    const silent = ['style', 'title', 'rp', 'rb'].includes(tag) && tag !== 'rb';
    if (silent) expect(canonical).toMatch(/^(?:\ufffc)?a/);
    else expect(canonical.includes('word') || reported.includes('hidden_text')).toBe(true);
    if (/^(?:style|script|template|title)$/.test(tag)) expect(canonical).not.toContain('word');
  });

  test('the words of nested elements never get lost, whatever their styles are', () => {
    const element = fc.constantFrom(
      'b',
      'i',
      'div',
      'blockquote',
      'del',
      'sup',
      'a href="https://x.org/"',
      'button',
      'ul',
      'small',
    );
    const style = fc.constantFrom(
      '',
      'opacity:0',
      'color:white',
      'font-size:50%',
      'display:inline',
      'position:absolute',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(element, style), { maxLength: 12 }), (parts) => {
        const open = parts.map(([tag, each], at) => `<${tag} style="${each}">w${at} `).join('');
        const { canonical } = canonicalHtml(`<div>${open}end</div>`);
        for (let at = 0; at < parts.length; at++) expect(canonical).toContain(`w${at}`);
        expect(canonical).toContain('end');
        const marked = parts.some(
          ([tag, each]) => tag === 'button' || /opacity|white|position|\\/.test(each),
        );
        if (marked) expect(canonical).toContain(OBJECT);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['styles in doubt', '<i style=x>'.repeat(500) + 'a<b style=x>b</b>'.repeat(19_000)],
    ['styles in doubt without text', `${'<i style=x>'.repeat(500)}${'<b style=x></b>'.repeat(19_000)}`],
    ['links in doubt', '<a style=x href=https://x.org>b</a>'.repeat(3_000)],
    ['attributes of the page', '<body a=b>'.repeat(39_000)],
    ['many attributes of the page', Array.from({ length: 30_000 }, (_, at) => `<body a${at}>`).join('')],
    ['style sheets', '<style>p{color:red}</style>'.repeat(14_000)],
    ['a long style sheet', `<style>${'p{color:red}'.repeat(32_000)}</style>`],
    ['directions', `<i dir=rtl>${'<b dir=ltr>a</b>'.repeat(19_000)}`],
    ['heads of tables', `<table>${'<thead><tr><td>a'.repeat(6_000)}`],
    ['fonts of symbols', '<i style="font-family:Symbol">'.repeat(500)],
    ['fields', '<input value=x>'.repeat(19_000)],
    ['fallbacks', `${'<object>'.repeat(500)}${'a<b>'.repeat(10)}`],
  ])('work is bounded with %s (quadratic work would take minutes)', (_name, html) => {
    expect(cpuMs(() => canonicalHtml(html))).toBeLessThan(LINEAR_MS);
  });
});

describe('a style sheet in a post', () => {
  const withSheet = (css: string) => outcomeOf(`<style>${css}</style><p>a word b</p>`);
  test.each([
    'p{margin:0}',
    'p{color:#333;margin:0 0 0}',
    'p{font-weight:bold;margin-bottom:8pt}',
    'p{font-size:11.0pt;font-family:"Calibri",sans-serif}',
    'a:link{text-decoration:underline;color:blue}',
    '@page x{margin:1in}div.x{page:x}',
    '',
  ])('%j leaves text shown', (css) => {
    expect(withSheet(css)).toBe('shown');
    expect(canonicalHtml(`<style>${css}</style>a`).reported).toEqual(['style_sheet']);
  });

  test.each([
    ...[
      'p{display:block}',
      'p{color:#ccc}',
      'p{background:#eee}',
      'p{background:white}',
      'p{color:#6f6f6f}',
      'p{font-size:11.9px}',
      'p{font-size:24.1px}',
      'p{margin-left:1px}',
      'p{line-height:1.5}',
      'p{white-space:normal}',
      'p{font-size:1em}',
      'p{font-size:5px}',
      'p{font:12px serif}',
    ],
    ...[
      'p{color:black!important}',
      'p{font-family:Wingdings}',
      's{text-decoration:none}',
      'p{color:var(--x)}',
      'p{width:1px}',
    ],
    ...[
      'sup{vertical-align:baseline}',
      'ol{list-style:none}',
      'p{direction:rtl}',
      'p::after{content:"x"}',
      'p{padding:9px}',
      'p{',
    ],
  ])('%j puts it in doubt', (css) => expect(withSheet(css)).toBe('in doubt'));
});
