import { expect, test } from '@jest/globals';
import { MEASURED_ATTACKS } from '../../../training/attacks/measured.js';
import { attackAll, drawRows } from '../../../training/evaluation/attack-run.js';

const row = (id: string, text: string, domain = 'qa') => ({
  id,
  text,
  domain,
  group: id,
  kind: 'post' as const,
});
const ROWS = [
  row('one', 'The color of the town was important. When it rained, nobody went outside for 24 hours.'),
  row('two', 'A big idea helped the students. They realized that it was easy to analyze.'),
];
const PASSERS = [
  row('two', 'This must never be taken, it is of the same group.'),
  row('aunt', 'My aunt kept bees.'),
];

test('rows are drawn evenly from both classes, in their order, the same each time', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ machine: i % 4 === 0, i }));
  const drawn = drawRows(rows, 20);
  expect(drawn.filter(({ machine }) => machine)).toHaveLength(20);
  expect(drawn).toHaveLength(40);
  expect(drawn.map(({ i }) => i)).toEqual(drawn.map(({ i }) => i).sort((a, b) => a - b));
  expect(drawRows(rows, 20)).toEqual(drawn);
  expect(drawRows(rows, 80)).toHaveLength(25 + 75);
});

test('every text is attacked in every way, whatever stands beside it', () => {
  const all = [...attackAll(ROWS, PASSERS)];
  expect(all.map(({ name }) => name)).toEqual(MEASURED_ATTACKS.map(({ name }) => name));
  const alone = [...attackAll(ROWS.slice(1), PASSERS)];
  all.forEach(({ texts }, i) => {
    expect(texts).toHaveLength(2);
    expect(alone[i]!.texts).toEqual(texts.slice(1));
  });
});

test('a passage is of another person’s text of the domain, and never of the same group', () => {
  const texts = (name: string) => [...attackAll(ROWS, PASSERS)].find((one) => one.name === name)!.texts;
  expect(texts("a person's introduction")[1]).toMatch(/^My aunt kept bees\. A big idea/);
  const other = [...attackAll([row('three', 'One is here. Two is here.', 'news')], PASSERS)];
  expect(other.at(-1)!.texts[0]).toMatch(/^One is here\. (?:My aunt|This must)/);
});
