/** Pieces are those of the reference, which wrote test/vectors/wordpiece-1.json; and each knows where it comes from. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readVocabulary, WordPiece } from '../../../detectors/runtime/wordpiece.js';

const golden = JSON.parse(readFileSync('test/vectors/wordpiece-1.json', 'utf8')) as {
  pieces: string[];
  everyCodePoint: string;
  texts: [string, number[]][];
};
const pieces = new WordPiece(golden.pieces);

describe('the pieces of a text', () => {
  it.each(golden.texts)('are those of the reference: %j', (text, ids) => {
    expect([...pieces.encode(text).ids]).toEqual(ids);
  });

  it('are those of the reference for every code point below U+20000', () => {
    const every = createHash('sha256');
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      every.update(`${pieces.encode(`a${String.fromCodePoint(code)}b`).ids.join(' ')}\n`);
    }
    expect(every.digest('hex')).toBe(golden.everyCodePoint);
  });

  it('hold no mark of the model, whatever the text says', () => {
    const own = [pieces.cls, pieces.sep, pieces.pad];
    for (const text of ['[CLS]', '[SEP] x [PAD]', 'a[SEP]b']) {
      expect([...pieces.encode(text).ids].filter((id) => own.includes(id))).toEqual([]);
    }
  });

  it('leave out what is half of a surrogate pair', () => {
    expect(pieces.encode('a\ud83db').ids).toEqual(pieces.encode('ab').ids);
    expect(pieces.encode('\udc4d').ids).toHaveLength(0);
  });

  it('of a text are those of its words, one after another', () => {
    const words = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(words, (parts) => {
        const apart = parts.flatMap((part) => [...pieces.encode(part).ids]);
        expect([...pieces.encode(parts.join(' ')).ids]).toEqual(apart);
      }),
    );
  });
});

describe('the places of pieces', () => {
  it('name the part of the text a piece was made of', () => {
    const text = 'The  CAFÉ,\u200b e\u0301ing 👍';
    const { ids, starts, ends } = pieces.encode(text);
    const spelled = Array.from(ids, (id, i) => [golden.pieces[id], text.slice(starts[i], ends[i])]);
    expect(spelled).toEqual([
      ['the', 'The'],
      ['c', 'C'],
      ['##a', 'A'],
      ['##f', 'F'],
      ['##e', 'É'],
      [',', ','],
      ['e', 'e'],
      ['##ing', 'ing'],
      ['[UNK]', '👍'],
    ]);
  });

  it('ascend, do not overlap and lie within the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const { ids, starts, ends } = pieces.encode(text);
        let before = 0;
        for (let i = 0; i < ids.length; i++) {
          // A character that becomes several pieces, such as a syllable of Hangul, is the place of each of them.
          expect(ends[i]).toBeGreaterThan(starts[i]!);
          expect(ends[i]).toBeGreaterThanOrEqual(before);
          before = ends[i]!;
        }
        expect(before).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('bad input', () => {
  it.each([
    ['one word of 100,000 letters', 'a'.repeat(100_000), 1],
    ['one word of 100,000 accents', `a${'\u0301'.repeat(99_999)}`, 1],
    ['100,000 words', 'a '.repeat(50_000), 50_000],
    ['more different characters than are remembered', String.fromCodePoint(...hangul(11_000)).repeat(2), 1],
    ['more kinds of characters than are remembered', astral(25_000), 1],
  ])('%s', (_name, text, count) => {
    expect(pieces.encode(text).ids).toHaveLength(count);
  });
});

function hangul(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 0xac00 + i);
}

function astral(count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCodePoint(0x40000 + i);
  return text;
}

describe('a vocabulary', () => {
  it('is read line by line, with any line ends and without an empty last line', () => {
    const bytes = new TextEncoder().encode('[PAD]\r\n[UNK]\n\u00e9\n');
    expect(readVocabulary(bytes)).toEqual(['[PAD]', '[UNK]', '\u00e9']);
  });

  it('is refused when it is not UTF-8, or lacks a mark', () => {
    expect(() => readVocabulary(Uint8Array.of(0xff))).toThrow('not valid for encoding utf-8');
    expect(() => new WordPiece(['[PAD]', '[UNK]', '[CLS]'])).toThrow(
      'expected [SEP] in the vocabulary, found none',
    );
  });
});
