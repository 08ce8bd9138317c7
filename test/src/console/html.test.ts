/** The template tag: whatever is put in comes out as text. Read back by a parser that knows nothing of it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { Html, href, html, segment, type Value } from '../../../src/console/html.js';

interface Node {
  nodeName: string;
  value?: string;
  attrs?: { name: string; value: string }[];
  childNodes?: Node[];
}

const parse = (markup: Html): Node[] => parseFragment(String(markup)).childNodes as unknown as Node[];
/** What a browser makes of line ends and NUL, which is not our doing. */
const asParsed = (text: string) => text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='x",
  '&lt;b&gt;',
  '</title>',
  '\u202e',
  '\0',
];
const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
);

describe('a value', () => {
  test('between tags is one piece of text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [paragraph, ...more] = parse(html`<p>${text}.</p>`);
        expect(more).toEqual([]);
        expect(paragraph?.childNodes?.map(({ nodeName }) => nodeName)).toEqual(['#text']);
        expect(paragraph?.childNodes?.[0]?.value).toBe(`${asParsed(text)}.`);
      }),
    );
  });

  test('in a quoted attribute is that attribute’s value and adds no other', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [input] = parse(html`<input title="${text}" value='${text}'>`);
        const expected = asParsed(text);
        expect(input?.attrs).toEqual([
          { name: 'title', value: expected },
          { name: 'value', value: expected },
        ]);
      }),
    );
  });

  test('that is markup stays markup, a list is joined, nothing is nothing', () => {
    const parts: Value[] = ['<', html`<b>${'&'}</b>`, 7, null, undefined, false, ['"']];
    expect(String(html`${parts}`)).toBe('&lt;<b>&amp;</b>7&quot;');
    expect(html`` instanceof Html).toBe(true);
  });
});

describe('an address', () => {
  test('leaves empty parameters out and encodes the others', () => {
    expect(href('/console/queue', { q: 'a&b="', band: '', kind: null, after: undefined, n: 3 })).toBe(
      '/console/queue?q=a%26b%3D%22&n=3',
    );
    expect(href('/console')).toBe('/console');
    expect(segment('../a b"')).toBe('..%2Fa%20b%22');
  });
});
