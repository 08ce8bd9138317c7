import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../schemas/limits.js';
import { linkHashes } from '../../streams/link-hashes.js';
import { foldWord, searchWords } from '../../streams/search-words.js';

describe('search words', () => {
  it.each([
    ['Grüße, CAFÉ and ﬁne', ['grusse', 'cafe', 'and', 'fine']],
    ['a I 7 x9', ['x9']],
    ['don’t re-use', ['don', 're', 'use']],
    ['東京 я', ['東京', 'я']],
    ['Ｆｕｌｌ ｗｉｄｔｈ', ['full', 'width']],
    ['e\u0301te\u0301', ['ete']],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text)).toEqual(words.map((word) => foldWord(word)));
    expect(searchWords(text)).toHaveLength(words.length);
  });

  it('are distinct, bounded in number and length, and folded for good', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const words = searchWords(text, text);
        expect(new Set(words).size).toBe(words.length);
        expect(words.length).toBeLessThanOrEqual(LIMITS.searchWords);
        for (const word of words) expect(word.length).toBeLessThanOrEqual(LIMITS.searchWordLength);
      }),
    );
    expect(searchWords(Array.from({ length: 1_000 }, (_, at) => `word${at}`).join(' '))).toHaveLength(
      LIMITS.searchWords,
    );
  });

  it('take a bounded look at words without end', () => {
    const marks = `e${'\u0301\u0316'.repeat(50_000)}`;
    expect(searchWords(marks, null, undefined)).toEqual([]);
    expect(searchWords('x'.repeat(100_000)).length).toBeLessThanOrEqual(LIMITS.searchWords);
  });
});

describe('link hashes', () => {
  it('are the same for the same address, however it is written', () => {
    const one = linkHashes('see https://Example.org/a/ now');
    expect(one).toHaveLength(1);
    expect(linkHashes('(https://example.org/a#part)')).toEqual(one);
    expect(linkHashes('https://example.org/a.')).toEqual(one);
    expect(linkHashes('', [{ start: 0, end: 1, type: 'link', uri: 'https://example.org/a' }])).toEqual(one);
    expect(linkHashes('https://example.org/b')).not.toEqual(one);
  });

  it('leave out what is no address, and stop counting', () => {
    expect(linkHashes('https://[ http:// ftp://x', [{ start: 0, end: 1, type: 'mention' }])).toEqual([]);
    expect(linkHashes(Array.from({ length: 100 }, (_, at) => `https://x.org/${at}`).join(' '))).toHaveLength(
      32,
    );
  });
});
