import { expect, test } from '@jest/globals';
import { canonicalise } from '../../../detectors/canonical/canonicalise.js';
import { addNoise, breakParagraphs, insertParagraph, opening } from '../../../training/attacks/insertions.js';
import { MEASURED_ATTACKS, passageOf } from '../../../training/attacks/measured.js';
import { moveClause, rewriteByRules } from '../../../training/attacks/rewrite.js';
import { toAmerican, toBritish } from '../../../training/attacks/spellings.js';
import { SYNONYMS } from '../../../training/attacks/synonyms.js';
import { swapSynonyms } from '../../../training/attacks/words.js';
import { ATTACKS } from '../../../training/attacks.js';
import { seeded } from '../../../training/random.js';

const TEXT =
  'However, the color of the centre was an important idea. When the rain stopped, nobody wanted to analyse it for 24 hours. The old man sold apples, and he spoke to everyone who passed. It was a very quick trip. This is not a big problem.';
const PASSAGE = 'My aunt kept bees. She never wore gloves.';
const words = (text: string): string[] => text.toLowerCase().match(/[a-z']+/g) ?? [];
const always = (): number => 0;

test('every measured attack changes the text, repeats with its seed, and is named once', () => {
  for (const { apply, name } of MEASURED_ATTACKS) {
    const attacked = [1, 2, 3].map((seed) => apply(TEXT, seeded(seed), PASSAGE));
    expect([name, attacked.some((text) => text !== TEXT)]).toEqual([name, true]);
    expect([1, 2, 3].map((seed) => apply(TEXT, seeded(seed), PASSAGE))).toEqual(attacked);
  }
  expect(new Set(MEASURED_ATTACKS.map(({ name }) => name)).size).toBe(MEASURED_ATTACKS.length);
  expect(MEASURED_ATTACKS.length).toBe(Object.keys(ATTACKS).length + 8);
});

test('a synonym has the form of the word, its capitals, and an article that fits', () => {
  expect(swapSynonyms('An important idea. Vital!', always, 1)).toBe('A significant notion. Crucial!');
  expect(swapSynonyms('He explained tasks and was trying', always, 1)).toBe(
    'He clarified assignments and was attempting',
  );
  expect(swapSynonyms('In order to win', always, 1)).toBe('So as to win');
  expect(swapSynonyms('A huge OLD house', seeded(1), 0)).toBe('A huge OLD house');
});

test('a few hundred words have synonyms, none stands for itself, and each can be swapped back', () => {
  expect(SYNONYMS.size).toBeGreaterThan(800);
  const oneWay = [...SYNONYMS].filter(
    ([word, others]) =>
      others.length === 0 ||
      others.some((other) => other === word || SYNONYMS.get(other)?.includes(word) !== true),
  );
  expect(oneWay).toEqual([]);
});

test('spelling goes both ways, and leaves words that only look alike', () => {
  expect(toBritish('Organize the COLOR of the theater, traveling gray skeptics')).toBe(
    'Organise the COLOUR of the theatre, travelling grey sceptics',
  );
  expect(toAmerican('We realised that the neighbours favour the centre; Grey labels were cancelled')).toBe(
    'We realized that the neighbors favor the center; Gray labels were canceled',
  );
  const alike = 'A sour prize of a certain size, the exercise of honorary laborious humorous advice';
  expect(toBritish(alike)).toBe(alike);
  expect(toAmerican(alike)).toBe(alike);
  const british = 'The behaviour of the organisations was analysed in the theatre.';
  expect(toBritish(toAmerican(british))).toBe(british);
});

test('a clause goes to the other end of its sentence, and back', () => {
  expect(moveClause('When the rain stopped, nobody wanted to leave the house.')).toBe(
    'Nobody wanted to leave the house when the rain stopped.',
  );
  expect(moveClause('The boys stayed outside because nobody had told them.')).toBe(
    'Because nobody had told them, the boys stayed outside.',
  );
  expect(moveClause('Anna stayed outside because nobody had told her.')).toBe(
    'Because nobody had told her, Anna stayed outside.',
  );
  expect(moveClause('Short one.')).toBe('Short one.');
});

test('a paraphrase by rules keeps nearly every word and changes sentences', () => {
  const changed = rewriteByRules(TEXT, seeded(5), 1);
  expect(changed).not.toBe(TEXT);
  const kept = words(changed).filter((word) => words(TEXT).includes(word)).length;
  expect(kept / words(TEXT).length).toBeGreaterThan(0.85);
  expect(rewriteByRules(TEXT, seeded(5), 0)).toBe(TEXT);
});

test('paragraph breaks are undone by the canonicaliser, stray signs keep the words', () => {
  expect(canonicalise(breakParagraphs(TEXT, seeded(3))).text).toBe(canonicalise(TEXT).text);
  expect(words(addNoise(TEXT, seeded(3)))).toEqual(words(TEXT));
  expect(addNoise(TEXT, seeded(3), 0)).toBe(TEXT);
});

test('a passage is whole sentences, and goes between two of the text', () => {
  expect(opening(TEXT, 5)).toBe('However, the color of the centre was an important idea.');
  expect(passageOf(PASSAGE)).toBe(PASSAGE);
  expect(insertParagraph('One is here. Two is here.', PASSAGE)).toBe(
    `One is here.\n\n${PASSAGE}\n\nTwo is here.`,
  );
  expect(insertParagraph('One is here.', PASSAGE)).toBe(`One is here.\n\n${PASSAGE}`);
});
