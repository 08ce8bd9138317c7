import { expect, test } from '@jest/globals';
import { languageOf } from '../../../detectors/text/language.js';
import { notProse } from '../../../detectors/text/prose.js';
import { Scorer } from '../../../detectors/text/scorer.js';
import { unpackModel } from '../../../detectors/text/weights.js';
import { testWeights } from '../model.js';

const scorer = new Scorer(unpackModel(testWeights())!);

const found = (text: string, hint?: string) => {
  const { shape } = scorer.score(text);
  return languageOf(text, shape.words, shape.words === 0 ? 0 : shape.functionWords / shape.words, hint);
};

test.each([
  ['en', 'I have been thinking about what you said, and I do not believe that it is true at all.'],
  [
    'en',
    'Quarterly revenue growth exceeded analyst expectations; semiconductor demand remained strong worldwide.',
  ],
  ['de', 'Ich habe lange darüber nachgedacht, was du gesagt hast, und ich glaube nicht, dass es stimmt.'],
  [
    'es',
    'He pensado mucho en lo que dijiste ayer y no creo que sea verdad, pero podemos hablar de ello mañana.',
  ],
  ['fr', "J'ai longtemps réfléchi à ce que tu as dit hier, et je ne crois pas que ce soit vrai du tout."],
  ['it', 'Ho pensato a lungo a quello che hai detto ieri e non credo che sia vero, ma ne parliamo domani.'],
  ['ru', 'Я долго думал о том, что ты сказал вчера, и не верю, что это правда, но поговорим завтра.'],
  ['zh', '我想了很久你昨天说的话,我不相信那是真的,但是我们明天可以再谈。'],
])('running text in %s is recognised, and only English is covered', (language, text) => {
  expect(found(text)).toEqual({ language, covered: language === 'en' });
});

test('a few words without a sign of another language keep their evidence', () => {
  expect(found('lol')).toMatchObject({ covered: true });
  expect(found('so this is what it is')).toEqual({ language: 'en', covered: true });
});

test('where the text does not tell, the platform is believed', () => {
  const text = 'mdr ptdr';
  expect(found(text, 'fr-FR')).toEqual({ language: 'fr', covered: false });
  expect(found(text, 'x')).toMatchObject({ covered: true });
});

test('what has no letters has no language', () => {
  expect(found('123 456 !!!')).toEqual({ language: 'und', covered: false });
});

test('other scripts are never covered, however short', () => {
  expect(found('привет')).toMatchObject({ covered: false });
  expect(found('Ꙟ꙰')).toMatchObject({ covered: false });
});

const prose = (text: string) => notProse(scorer.score(text).shape);

test('prose is prose', () => {
  expect(prose('Well, I went (again!) to see her; she was "busy". Nothing new, then.')).toBeNull();
  expect(prose('')).toBeNull();
  expect(prose('ok')).toBeNull();
});

test('encoded bytes, code, tables and repetition are no prose', () => {
  expect(prose('aGVsbG8gd29ybGQgdGhpcyBpcyBhIHRlc3Q'.repeat(20))).toBe('encoded');
  expect(
    prose('for (let i = 0; i < n; i++) { a[i] += b[i] * c[i]; if (!a[i]) { return (x) => f(x, i); } }'),
  ).toBe('marks');
  expect(prose('2021 34 54 total 2022 36 51 total 2023 39 60 total 2024 41 66 total')).toBe('numbers');
  expect(prose('buy now '.repeat(200).trim())).toBe('repeated');
});
