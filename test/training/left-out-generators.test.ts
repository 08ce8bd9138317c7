import { expect, test } from '@jest/globals';
import { FAMILY_NAMES, familiesOf } from '../../training/generator-families.js';
import { generatorFigures, type Judgement } from '../../training/left-out-generators.js';
import { generatorsSection } from '../../training/report/generators.js';

test.each([
  ['gpt-3.5-turbo-1106', ['GPT-3.5']],
  ['gpt4_1106_preview', ['GPT-4']],
  ['gpt-neo-2.7B', ['GPT-Neo, GPT-J, OPT']],
  ['text_davinci_003', ['GPT-3']],
  ['gpt2-xl', ['GPT-2']],
  ['Meta-Llama-3.1-405B-Instruct-Turbo', ['Llama']],
  ['vicuna-13b-v1.5', ['Llama']],
  ['Mixtral-8x22B-Instruct-v0.1', ['Mistral']],
  ['FuseChat-Qwen-2.5-7B-Instruct', ['Qwen']],
  ['gemini-3-flash-preview', ['Gemini']],
  ['gemma-2b-it', ['Gemma']],
  ['local-llm', ['others and unnamed']],
  ['gpt2|gpt-neo|gpt-3.5-turbo', ['GPT-2', 'GPT-Neo, GPT-J, OPT', 'GPT-3.5']],
  [null, []],
])('%s is of %o', (generator, families) => {
  expect(familiesOf(generator)).toEqual(families);
  for (const family of families) expect(FAMILY_NAMES).toContain(family);
});

/** People between 0 and 1, machines from 0.5: the model that knows the family puts half of them above all people. */
const judgements = (): Judgement[] =>
  Array.from({ length: 2_000 }, (_, i) => {
    const machine = i % 2 === 0;
    const rank = i / 2_000;
    return {
      machine,
      split: i % 4 < 2 ? 'calib' : 'valid',
      words: i % 10 === 9 ? 20 : 120,
      known: machine ? 0.5 + rank : rank,
      unknown: machine ? 0.2 + rank : rank,
    };
  });

test('both models are asked the same, each at the cut that people’s texts in calib set', () => {
  const { known, unknown } = generatorFigures(judgements());
  expect(known.truePositives.n).toBe(unknown.truePositives.n);
  expect(known.truePositives.value).toBeCloseTo(0.51, 1);
  expect(unknown.truePositives.value).toBeCloseTo(0.21, 1);
  expect(known.falsePositives.value).toBeLessThan(0.02);
  expect(known.auroc.value).toBeGreaterThan(unknown.auroc.value);
});

test('the section gives means over families with enough texts, and nothing where nothing was measured', () => {
  const { known, unknown } = generatorFigures(judgements());
  const few = { ...known, truePositives: { ...known.truePositives, n: 10, value: 1 } };
  const page = generatorsSection({
    command: 'node it',
    seed: 1,
    families: [
      { family: 'GPT-9', leftOut: 77, known, unknown },
      { family: 'rare', leftOut: 3, known: few, unknown: few },
    ],
  });
  expect(page).toContain('| GPT-9 | 77 |');
  expect(page).toContain(
    `TPR ${(100 * known.truePositives.value).toFixed(1)} when the family is known, ${(100 * unknown.truePositives.value).toFixed(1)}`,
  );
  expect(generatorsSection(null)).toBe('');
});
