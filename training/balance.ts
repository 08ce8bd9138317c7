/**
 * How much each text counts in the loss: within each domain and length the two classes weigh the same, large sources are held
 * down, and topics that only one class has are held further down, so that a subject does not pass for an author.
 */
export interface Weighed {
  source: string;
  domain: string;
  machine: boolean;
}

/** Exponent of a source's size: 1 counts texts, 0 counts sources. */
const SOURCE_POWER = 0.5;
/** What a cell with texts of one class only is worth, against a balanced one. */
const ONE_CLASS = 0.3;
/** Sources whose subjects no text of the other class shares (data card), and mail, where period gives the class away. */
const ONE_TOPIC: Readonly<Record<string, number>> = {
  'persuasion-2026': 0.4,
  'gemini-phish': 0.4,
  'gpt-emails-synth': 0.4,
  'gpt-emails-velvine': 0.4,
  argugpt: 0.7,
  medquad: 0.7,
  'nltk-abc': 0.5,
};
const MAIL = 0.5;
/** No text counts more than this many average ones. */
const HEAVIEST = 5;

const LENGTHS = [20, 50, 100, 300];
const lengthOf = (words: number): number => LENGTHS.filter((edge) => words >= edge).length;

/**
 * @param samples all texts
 * @param words of each
 * @param rows those that are learnt from
 * @returns importance by text, mean one over the rows
 */
export function importanceOf(
  samples: readonly Weighed[],
  words: Uint16Array,
  rows: Uint32Array,
): Float32Array {
  const cells = new Map<string, Map<string, number>>();
  const cellOf = (row: number, machine: boolean): string =>
    `${samples[row]!.domain} ${lengthOf(words[row]!)} ${machine}`;
  for (const row of rows) {
    const name = cellOf(row, samples[row]!.machine);
    const sources = cells.get(name) ?? new Map<string, number>();
    cells.set(name, sources.set(samples[row]!.source, (sources.get(samples[row]!.source) ?? 0) + 1));
  }
  const size = (name: string): number =>
    [...(cells.get(name)?.values() ?? [])].reduce((sum, n) => sum + n, 0);
  const sizes = new Map([...cells.keys()].map((name) => [name, size(name)]));
  const powers = new Map(
    [...cells].map(([name, sources]) => [
      name,
      [...sources.values()].reduce((sum, n) => sum + n ** SOURCE_POWER, 0),
    ]),
  );
  const importance = new Float32Array(samples.length);
  let total = 0;
  for (const row of rows) {
    const { source, domain, machine } = samples[row]!;
    const own = cellOf(row, machine);
    const here = sizes.get(own)!;
    const there = sizes.get(cellOf(row, !machine)) ?? 0;
    const mass =
      there === 0 ? here * ONE_CLASS : Math.min(Math.sqrt(here * there), 3 * Math.min(here, there));
    const n = cells.get(own)!.get(source)!;
    const value =
      ((mass * n ** SOURCE_POWER) / powers.get(own)! / n) *
      (ONE_TOPIC[source] ?? 1) *
      (domain === 'email' ? MAIL : 1);
    importance[row] = value;
    total += value;
  }
  const factor = rows.length / total;
  for (const row of rows) importance[row] = Math.min(HEAVIEST, importance[row]! * factor);
  return importance;
}
