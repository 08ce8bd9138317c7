/** Marks and visible characters: the text stays the text, whatever the spans and whatever it holds. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseFragment } from 'parse5';
import type { EvidenceSymbol } from '../../../schemas/evidence.js';
import { markedText, piecesOf } from '../../../src/console/marked-text.js';
import { oneLine, visible } from '../../../src/console/visible-text.js';

const symbol = (contribution: number, ...spans: readonly [number, number][]): EvidenceSymbol => ({
  name: 'text.test',
  sentence: 'test',
  contribution,
  spans: spans.map(([start, end]) => ({ start, end })),
});

interface Node {
  nodeName: string;
  value?: string;
  childNodes?: Node[];
}
const textOf = (node: Node): string => node.value ?? (node.childNodes ?? []).map(textOf).join('');
const shown = (markup: unknown): string => textOf(parseFragment(String(markup)) as unknown as Node);

const anySpan = fc.record({
  start: fc.oneof(
    fc.integer({ min: -5, max: 60 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e12, 0.5),
  ),
  end: fc.oneof(
    fc.integer({ min: -5, max: 60 }),
    fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, 1e12),
  ),
});
const anyReasons = fc.array(fc.record({ spans: fc.array(anySpan, { maxLength: 6 }) }), { maxLength: 6 });

describe('pieces of a text', () => {
  test('an empty span inside a surrogate pair marks nothing', () => {
    expect(piecesOf('a𐀀b', [{ spans: [{ start: 2, end: 2 }] }])).toEqual([{ text: 'a𐀀b', reasons: [] }]);
  });

  test('joined are the text, never cut a surrogate pair, and carry exactly the reasons that cover them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), anyReasons, (text, reasons) => {
        const pieces = piecesOf(text, reasons);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        let at = 0;
        for (const piece of pieces) {
          expect(piece.text).not.toBe('');
          expect(/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(piece.text)).toBe(false);
          const covers = ({ start, end }: { start: number; end: number }) =>
            Math.trunc(start) < at + piece.text.length &&
            Math.trunc(end) > at &&
            Math.trunc(start) < Math.trunc(end);
          const expected = reasons.flatMap(({ spans }, index) => (spans.some(covers) ? [index + 1] : []));
          expect(piece.reasons).toEqual(expected);
          at += piece.text.length;
        }
      }),
    );
  });

  test('overlap, nest and come in any order', () => {
    const pieces = piecesOf('0123456789', [
      symbol(1, [6, 9], [0, 4]),
      symbol(1, [2, 7]),
      symbol(1, [3, 3], [50, 60]),
    ]);
    expect(pieces.map(({ text, reasons }) => `${text}:${reasons}`)).toEqual([
      '01:1',
      '23:1,2',
      '45:2',
      '6:1,2',
      '78:1',
      '9:',
    ]);
  });

  test('are bounded, however many spans there are', () => {
    const spans = Array.from({ length: 10_000 }, (_, n) => [n, n + 1] as [number, number]);
    expect(piecesOf('x'.repeat(20_000), [symbol(1, ...spans)]).length).toBeLessThanOrEqual(33);
  });
});

describe('marked text', () => {
  test('says which way a mark leans, and numbers it by attribute so that it is not copied with the text', () => {
    const markup = String(markedText('abcdef', [symbol(1, [0, 2]), symbol(-1, [4, 6]), symbol(-2, [1, 2])]));
    expect(markup).toContain('<mark class="for" data-reason="1" title="Reason 1">a</mark>');
    expect(markup).toContain('<mark class="both" data-reason="1, 3" title="Reason 1, 3">b</mark>');
    expect(markup).toContain('<mark class="against" data-reason="2"');
    expect(shown(markup)).toBe('abcdef');
  });

  test('escapes inside and outside of marks', () => {
    const text = '<script>alert("1")</script>';
    const markup = String(markedText(text, [symbol(1, [3, 12])]));
    expect(markup).not.toContain('<script');
    expect(shown(markup)).toBe(text);
  });
});

describe('what cannot be seen', () => {
  test('becomes a chip with its name, runs are counted, and nothing turns the page around', () => {
    const markup = String(visible('a\u202eb\u202c\u200b\u200b\u200bc\u0007\u{E0041}\u{E0041}\u{E0101}'));
    expect(markup).toContain('title="right-to-left override, U+202E">RLO<');
    expect(markup).toContain('ZWSP×3<');
    expect(markup).toContain('title="control, U+0007">CTL<');
    expect(markup).toContain('TAG×2<');
    expect(markup).toContain('title="variation selector, U+E0101"');
    expect(markup).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
  });

  test('leaves joiners, emoji, accents, tabs and line ends as they are', () => {
    const text = 'नमस्ते می‌خواهم 👩‍👩‍👧 e\u0301\tx\ny';
    expect(String(visible(text))).toBe(text);
    expect(String(visible('a\r\nb\rc'))).toBe('a\nb\nc');
    expect(String(visible('\ud800'))).toBe('\ufffd');
  });

  test('is left out of short lines, which are folded and cut between characters', () => {
    expect(oneLine(' a\u202e\n\tb  c ', 10)).toBe('a b c');
    expect(oneLine('👍'.repeat(30), 5)).toBe('👍👍👍👍…');
    expect(oneLine('a b c d', 4)).toBe('a b…');
  });
});
