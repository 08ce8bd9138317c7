/** The canonical text: what must hold for every text (the vectors are in hpt-1.test.ts). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CanonicalText, canonicalRuns, canonicalText } from '../../../src/client/canonical.js';
import { hashesOf } from '../../../src/client/hash.js';
import { canonicalHtml } from '../../../src/client/html.js';
import { TextRejected } from '../../../src/client/rejection.js';
import { wordForm } from '../../../src/client/words.js';
import { cpuMs, LINEAR_MS } from '../../cpu-time.js';

/** Text that is likely to trip the rules: invisible, bidi, marks, link and number pieces among ordinary words. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        'https://Example.ORG/a?utm_source=1&b=2',
        'http://x.org',
        '<https://a.b/c.>',
        '<mailto:a@b>',
        '(',
        ')',
      ],
      ...[
        '.',
        ',',
        '…',
        '"',
        '<',
        '>',
        '\r\n',
        '\u2028',
        '\u00a0',
        '  ',
        '\t',
        'e\u0301',
        '\u0301',
        '\u212a',
      ],
      ...[
        '\u200b',
        '\u200c',
        '\u200d',
        '\ufe0f',
        '\u{E0061}',
        '\u{E007F}',
        '\u{1F3F4}',
        '\u{1F468}',
        '\u{1F44D}\u{1F3FD}',
      ],
      ...[
        '\u202e',
        '\u200f',
        '\u0dd9',
        '\u0dca',
        '\u0915',
        '\u094d',
        '-5',
        '1,000.5',
        "don't",
        '\u2212',
        '+',
        '@a',
        '#b',
      ],
    ),
  },
);
const tricky = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

/** The reason a text is rejected for, or null when it is not. */
const rejection = (read: () => unknown): string | null => {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof TextRejected) return error.reason;
    throw error;
  }
};

const canonicalOr = (text: string): CanonicalText | null => {
  try {
    return canonicalText(text);
  } catch (error) {
    if (error instanceof TextRejected) return null;
    throw error;
  }
};

describe('the canonical form of any text', () => {
  test('is its own canonical form', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        const once = canonicalOr(text);
        if (once === null) return;
        expect(canonicalText(once.canonical).canonical).toBe(once.canonical);
      }),
      { numRuns: 2000 },
    );
  });

  test('holds nothing that cannot be seen, no double space, and is in NFC', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        const once = canonicalOr(text);
        if (once === null) return;
        expect(once.canonical).not.toMatch(/[\ufeff\u2060\u00ad\r\t\u00a0]|\ufe0f| {2}|\n\n|^\s|\s$/);
        // A separator stands only where two characters would be read as one without it.
        // Behind a mark it may be any letter's, since the mark binds the letter that follows.
        expect(once.canonical).not.toMatch(
          /\u200b(?:\u200b|[0-9 \n]|$)|(?<!\p{M})\u200b[A-Za-z]|[A-Za-z0-9 \n]\u200b(?!\p{M}|\p{EMod})/u,
        );
        expect(once.canonical).toBe(once.canonical.normalize('NFC'));
        expect(once.n).toBe([...once.canonical].length);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same for escaped text in HTML, unless the text itself holds a line of its own', () => {
    const escaped = (text: string) =>
      text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, '<br>');
    fc.assert(
      fc.property(tricky, (raw) => {
        const text = raw.replace(/\r\n?/g, '\n');
        const plain = canonicalOr(text);
        if (plain === null) return;
        expect(canonicalHtml(`<p>${escaped(text)}</p>`).canonical).toBe(plain.canonical);
      }),
      { numRuns: 500 },
    );
  });

  test('is the same by the quick way for plain ASCII as by the slow one', () => {
    const plain = fc.string({
      unit: fc.constantFrom(...'ab1 .,:/<>\n\t\r"(-', 'http://x.org/', 'https://X.org/?gclid=1', '  '),
      maxLength: 40,
    });
    fc.assert(
      fc.property(plain, (text) => {
        expect(canonicalText(text)).toEqual(canonicalRuns([text]));
      }),
      { numRuns: 2000 },
    );
  });

  test('facets at every place are read or refused, and never lose a target', () => {
    const target = fc.constantFrom('https://example.org/x', 'mailto:a@b', '/site/path', 'did:plc:x');
    fc.assert(
      fc.property(tricky, fc.nat(40), fc.nat(12), target, (text, start, length, uri) => {
        const facets = [{ start, end: start + length, type: 'link' as const, uri }];
        if (rejection(() => canonicalText(text, facets)) !== null) return;
        const { canonical } = canonicalText(text, facets);
        const shown = text.slice(start, start + length);
        const written = uri.startsWith('/') ? `relative:${uri}` : uri;
        expect(canonical.includes(written) || shown.includes(uri)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('grows by no more than percent-encoding and a written target can make it', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        const once = canonicalOr(text);
        if (once !== null) expect(once.canonical.length).toBeLessThanOrEqual(9 * text.length + 16);
      }),
      { numRuns: 1000 },
    );
  });

  test('the words do not change when the text is laid out anew', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('now', 'Here', '-5', '1.5', "don't", '5%', 'ünder'), { minLength: 1 }),
        (words) => {
          const flowing = canonicalText(words.join(' ')).canonical;
          const broken = canonicalText(`“${words.join('\n\n')}…”`).canonical;
          expect(wordForm(broken)).toBe(wordForm(flowing));
        },
      ),
    );
  });

  test.each([
    ['combining marks', 'a\u0316'.repeat(50_000)],
    ['marks in the wrong order', 'a\u0301\u0316\u0327'.repeat(25_000)],
    ['closing brackets after an address', `https://example.org/${')'.repeat(99_000)}`],
    ['opening angle brackets', '<a'.repeat(50_000)],
    ['addresses without a space', 'https://a.b'.repeat(9_000)],
    ['joiners between letters', '\u0915\u200d'.repeat(50_000)],
    ['digits and separators', '1.,'.repeat(33_000)],
    ['emoji and joiners', '\u{1F468}\u200d'.repeat(50_000)],
    ['spaces and line ends', ' \n'.repeat(50_000)],
    ['hyphens between letters', 'a--'.repeat(33_000)],
    ['labels and dots', 'aa.bb.'.repeat(16_000)],
    ['colons and names', ':a'.repeat(50_000)],
    ['quotations', '> \n>> a\n'.repeat(12_000)],
    ['symbols, joiners and overlays', '=\u200d\u0338\u200d'.repeat(25_000)],
    ['idle joiners before addresses', '\u00e9\u200dhttp://x.org/a.?utm_a '.repeat(4_000)],
    ['tracking parameters', `https://x.org/?${'utm_a=b&'.repeat(12_000)}`],
    ['flags', '\u{1F3F4}\u{E0067}\u{E0062}'.repeat(33_000)],
  ])('work is bounded on %s (quadratic work would take minutes)', (_name, text) => {
    expect(cpuMs(() => wordForm(canonicalText(text).canonical))).toBeLessThan(LINEAR_MS);
  });

  test.each([
    ['longer than the limit', 'a'.repeat(100_001), 'too_long'],
    ['as long as the limit in pairs of units', '\u{1F600}'.repeat(100_000), null],
  ])('a text %s', (_name, text, reason) => {
    if (reason === null) expect(canonicalText(text).n).toBe(100_000);
    else expect(rejection(() => canonicalText(text))).toBe(reason);
  });

  test('more than 512 facets are refused', () => {
    const facets = Array.from({ length: 513 }, (_, index) => ({
      start: index,
      end: index + 1,
      type: 'tag' as const,
    }));
    expect(rejection(() => canonicalText('a'.repeat(600), facets))).toBe('too_many_facets');
  });

  test.each([
    ['too long', 'a'.repeat(400_001)],
    ['nested too deeply', '<b>'.repeat(600)],
    ['nested too deeply behind end tags that close nothing', '<i></x>'.repeat(50_000)],
    ['of more elements than any post', '<p>'.repeat(20_001)],
    [
      'whose open formatting is repeated in every paragraph',
      Array.from({ length: 20_000 }, (_, index) => `<font c=${index}></x><p>`)
        .join('')
        .slice(0, 400_000),
    ],
  ])('HTML %s is refused before it costs anything', (_name, html) => {
    expect(cpuMs(() => expect(rejection(() => canonicalHtml(html))).toBe('too_long'))).toBeLessThan(
      LINEAR_MS,
    );
  });

  test.each([
    ['spaces in a style', `<p style="a:${' '.repeat(390_000)}x">x`],
    ['zeros in a style', `<p style="font-size:${'0'.repeat(390_000)}x1">x`],
    ['comments that never end in a style', `<p style="${'/*a'.repeat(130_000)}">x`],
    ['stars in a style', `<p style="/${'*'.repeat(390_000)}">x`],
    ['declarations', `<p style="${'a:b;'.repeat(95_000)}">x`],
    ['classes', `<p class="${'a '.repeat(190_000)}">x`],
    ['marks in marks', `${'<del>'.repeat(500)}${'a<br>'.repeat(19_000)}`],
    ['lines of a quotation', `${'<blockquote>'.repeat(9)}${'a\n<br>'.repeat(19_000)}`],
    ['numbers', `<ol reversed type=i>${'<li value=3888>'.repeat(19_000)}`],
    ['alternative text', `<img alt="${'\u{1F600}'.repeat(190_000)}x">x`],
    ['links', '<a href=https://x.org/a>x.org/a</a> '.repeat(9_000)],
    ['parts of a mention', `<a class=mention href="https://x/?${'a=b&'.repeat(20_000)}">@b</a>`],
  ])('work on HTML is bounded with %s (quadratic work would take minutes)', (_name, html) => {
    expect(cpuMs(() => rejection(() => canonicalHtml(html)))).toBeLessThan(LINEAR_MS);
  });

  test('any HTML is read or refused, never a crash', () => {
    const tag = fc.constantFrom(
      ...[
        '<p>',
        '</p>',
        '<a href="https://x.org/a">',
        '</a>',
        '<br>',
        '<b>',
        '</b>',
        '<pre>',
        '</pre>',
        '<table>',
      ],
      ...[
        '<td>',
        '<span class="invisible">',
        '</span>',
        '<img alt="x">',
        '<!--',
        '-->',
        '<script>',
        '</script>',
      ],
      ...[
        '<svg>',
        '<template>',
        '<select>',
        '<frameset>',
        'word',
        ' ',
        '&amp;',
        '&#0;',
        '<a class="mention" href="/x">@me',
      ],
    );
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 40 }), (tags) => {
        const html = tags.join('');
        const first = rejection(() => canonicalHtml(html)) ?? canonicalHtml(html).canonical;
        expect(rejection(() => canonicalHtml(html)) ?? canonicalHtml(html).canonical).toBe(first);
      }),
      { numRuns: 500 },
    );
  });

  test('a salt turns the hashes into HMACs that nobody without it can compare', async () => {
    const text = canonicalText('A private letter, for you.');
    const salted = await hashesOf(text, 'AAAAAAAAAAAAAAAAAAAAAA');
    const other = await hashesOf(text, 'AAAAAAAAAAAAAAAAAAAAAQ');
    const bare = await hashesOf(text);
    expect(new Set([salted.h, other.h, bare.h, salted.w, other.w, bare.w]).size).toBe(6);
  });
});
