/** The strict tokens and declarations of CSS that styles in a post are read by. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { declarationsOf, sheetDeclarationsOf } from '../../../src/client/css-declarations.js';
import { tokensOf } from '../../../src/client/css-tokens.js';
import { cpuMs, LINEAR_MS } from '../../cpu-time.js';

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom(
    ...[
      'display',
      ':',
      'none',
      ';',
      '"',
      "'",
      '(',
      ')',
      'url(',
      '/*',
      '*/',
      '\\',
      '{',
      '}',
      '!important',
      '#fff',
      '@',
    ],
    ...[
      '1px',
      '.5',
      '-1e3%',
      'rgb(1,2,3)',
      'var(--x)',
      ',',
      '/',
      '<!--',
      '-->',
      ' ',
      '\n',
      '\u00a0',
      '--x',
      '+',
      '~',
    ],
  ),
);
const css = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

/** Names and values as words, for reading. */
const spelled = (style: string): string | null =>
  declarationsOf(style)
    ?.map(({ name, value, important }) => {
      const words = value.map((token) =>
        token.type === 'number'
          ? `${token.value}${token.unit}`
          : token.type === 'function'
            ? `${token.text}()`
            : token.text,
      );
      return `${name}=${words.join('|')}${important ? '!' : ''}`;
    })
    .join(' ') ?? null;

describe('a style', () => {
  test.each([
    ['', ''],
    [' ; ;; ', ''],
    ['display:none', 'display=none'],
    ['DISPLAY : NONE ;', 'display=none'],
    ['display/**/:/* a;b */none', 'display=none'],
    ['display:none!important;color:RED ! /**/ Important', 'display=none! color=red!'],
    ['font:12PX/1.5 "A;b:C", d', 'font=12px|/|1.5|a;b:c|,|d'],
    ['width:.5em;margin:-1e1px +2% 0', 'width=0.5em margin=-10px|2%|0'],
    ['background:url( a;b:c )', 'background=url'],
    ['background:url("a;b")', 'background=url()'],
    ['color:rgb(1, calc(2), 3)', 'color=rgb()'],
    ['color:#FFF;--x:y', 'color=fff --x=y'],
    ['display:\u00a0none', 'display=\u00a0none'],
    ['d\u0130splay:\u212a', 'd\u0130splay=\u212a'],
    ['important:!important', null],
  ])('%j is read as %j', (style, expected) => expect(spelled(style)).toBe(expected));

  test.each([
    ...[
      'd\\69splay:none',
      'display:no\\ne',
      'font-family:"\\22"',
      'font-family:"a',
      "font-family:'a\nb'",
      '/*',
      'a:b;/* *',
    ],
    ...[
      'display',
      'display none',
      ':none',
      'display:',
      'display:;',
      'color:red:blue',
      'a:b!',
      'a:b!c',
      'a:!important b',
    ],
    ...[
      'a:b}',
      '{a:b}',
      '& a{b:c}',
      '@a b',
      'a:(b)',
      'a:b)',
      'a:b(c',
      'a:[b]',
      'a:1.',
      'a:5 %',
      '*a:b',
      'a:b<c',
      'a:=b',
    ],
    ...[
      'a:url(b c)',
      'a:url(b"c)',
      'a:url(b',
      'a:url(b\\)',
      'a:b(c;d)',
      '# a:b',
      'a:#',
      '<!--a:b-->',
      'a:- b',
    ],
  ])('%j is not read at all', (style) => expect(declarationsOf(style)).toBeNull());

  test('of any characters is read or not, and never throws', () => {
    fc.assert(
      fc.property(css, (style) => {
        const declared = declarationsOf(style);
        expect(
          declared === null || declared.every(({ name, value }) => name !== '' && value.length > 0),
        ).toBe(true);
        sheetDeclarationsOf(style);
      }),
      { numRuns: 3000 },
    );
  });

  test('that is read is read the same with comments and spaces between its tokens', () => {
    const words = fc.constantFrom('none', '1px', '#fff', '"a;b"', 'rgb(1,2,3)', '50%', 'url(x;y)');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('display', '--x', 'color'), words)), (pairs) => {
        const tight = pairs.map(([name, value]) => `${name}:${value}`).join(';');
        const loose = pairs.map(([name, value]) => ` /*:;*/${name} /**/:\n${value}\t`).join(';/**/');
        expect(declarationsOf(loose)).toEqual(declarationsOf(tight));
      }),
    );
  });

  test.each([
    ['comments that begin', '/*a'.repeat(130_000)],
    ['stars', `/${'*'.repeat(390_000)}`],
    ['strings that begin', `a:${'"b'.repeat(190_000)}`],
    ['functions', `a:${'b('.repeat(190_000)}`],
    ['addresses', `a:${'url( '.repeat(78_000)}`],
    ['digits', `a:${'1'.repeat(390_000)}`],
    ['signs of numbers', `a:${'+1-'.repeat(130_000)}`],
    ['hyphens', '-'.repeat(390_000)],
    ['declarations', 'a:b;'.repeat(97_000)],
    ['important', `a:b${'!important'.repeat(39_000)}`],
    ['braces', '{}'.repeat(190_000)],
    ['open braces', 'a{'.repeat(190_000)],
    ['rules', 'a{b:c}'.repeat(65_000)],
    ['escapes', '\\"'.repeat(190_000)],
  ])('costs linear work with %s (quadratic work would take minutes)', (_name, style) => {
    const both = () => {
      declarationsOf(style);
      sheetDeclarationsOf(style);
    };
    expect(cpuMs(both)).toBeLessThan(LINEAR_MS);
  });
});

describe('a style sheet', () => {
  test.each([
    ['', 0],
    ['p{color:red}', 1],
    ['<!-- p, a:link, .x > b { margin:0; color:red } -->', 2],
    ['@page x{size:a4;margin:1in}p{}', 0],
    ['@list l0:level1{mso-level-text:\\F0B7;mso-legacy:"%1\\."}', 0],
    ['@font-face{font-family:"A b";panose-1:2 15}', 0],
  ])('%j makes %d declarations', (sheet, count) => expect(sheetDeclarationsOf(sheet)).toHaveLength(count));

  test.each([
    ...[
      'p',
      'p{',
      'p{color:red',
      '}',
      'p{}}',
      'p{a{color:red}}',
      '{color:red}',
      'p{color}',
      'p{c\\6f lor:red}',
      '\\70{a:b}',
    ],
    ...[
      '@media x{p{color:red}}',
      '@media x{color:red}',
      '@import "x";',
      '@import "x";p{a:b}',
      '@charset "x";',
      '@x{a:b}',
    ],
    ...[
      '@font-face{src:url(x)}',
      '@font-face{font-family:a;unicode-range:U+26}',
      '@font-face x{font-family:a}',
      '@{a:b}',
    ],
    ...[
      '[a]{b:c}',
      ':not(.p){b:c}',
      'p{a:b}@',
      '@page{@top{a:b}}',
      ';p{a:b}',
      'p;q{a:b}',
      'p{a:"\\""}',
      'p{a:b}/*',
    ],
  ])('%j is not read at all', (sheet) => expect(sheetDeclarationsOf(sheet)).toBeNull());

  test('of tokens alone has more signs than a style', () => {
    expect(tokensOf('a > b')).toBeNull();
    expect(tokensOf('a > b', true)).toHaveLength(3);
  });
});
