/**
 * Which generators are left out together: models of one family write alike, so a detector that knows one of them has seen its kin.
 * A family is named after the weights that a model was made from (Vicuna counts as Llama), not after who tuned it.
 */

/** Families in order; the first pattern that fits the lower-cased name decides. */
const FAMILIES: readonly (readonly [string, RegExp])[] = [
  ['GPT-4', /^gpt-?4/],
  ['GPT-3.5', /^gpt-3\.5/],
  ['GPT-3', /^(?:text[-_]|davinci|ada$|babbage|curie)/],
  ['GPT-2', /^gpt-?2/],
  ['GPT-Neo, GPT-J, OPT', /^(?:gpt-neo|gpt-j|opt-)/],
  ['DeepSeek', /^deepseek/],
  ['Gemma', /gemma/],
  ['Gemini', /^gemini/],
  ['Claude', /^claude/],
  ['Qwen', /qwen/],
  ['Mistral', /^(?:mistral|mixtral|zephyr)/],
  ['Llama', /llama|^vicuna|^tulu|^openchat/],
  ['T5, BLOOM', /^(?:flan-|bloom)/],
  ['Chinese chat models of 2026', /^(?:ernie|mimo|seed|glm|minimax)/],
];
/** Models that few texts come from, and those whose name their source does not give. */
const OTHERS = 'others and unnamed';

export const FAMILY_NAMES: readonly string[] = [...FAMILIES.map(([name]) => name), OTHERS];

/**
 * @param generator as the data names it; several, joined by `|`, where the source does not say which of them wrote the text
 * @returns every family the text may come from; none for a text without a generator
 */
export function familiesOf(generator: string | null): string[] {
  if (generator === null) return [];
  const families = generator.split('|').map((one) => {
    const name = one.trim().toLowerCase();
    return FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? OTHERS;
  });
  return [...new Set(families)];
}
