/** The summary as a table for people. */
import { BANDS } from '../../schemas/verdict.js';
import { SOFTWARE_KEYS } from './attestations.js';
import type { Group, Summary } from './summary.js';

const NAMES: Readonly<Record<string, string>> = {
  'post people': 'posts, written by people',
  'post machine as person': 'posts, machine told to sound like people',
  'post machine as assistant': "posts, machine in an assistant's voice",
  'email people': 'letters, written by people',
  'email spam': 'spam of 2002, written by people',
  'email machine as person': 'letters, machine told to sound like people',
  'email machine as assistant': "letters, machine in an assistant's voice",
};

const HAL: readonly [string, string][] = [
  ['2', 'key and an account vouched for by the platform (hal 2)'],
  ['1', "approved by the account's key (hal 1)"],
];

const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)}%`;

/** Says what the scores are worth below the cut, where most of these texts lie. */
function rankingLines({ ranking }: Summary): string[] {
  const words = { post: 'posts', email: 'letters' };
  return (['post', 'email'] as const).flatMap((kind) => {
    const right = ranking[kind];
    if (right === null) return [];
    return [
      `${words[kind]}: in ${(100 * right).toFixed(0)}% of pairs the machine-made one scores higher (50% is chance)`,
    ];
  });
}

const row = ({ kind, origin, items, bands, called, meaning }: Group): string[] => [
  NAMES[`${kind} ${origin}`] ?? '',
  String(items),
  ...BANDS.map((band) => String(bands[band])),
  `${called} ${meaning} (${share(called, items)})`,
];

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) =>
        at === 0 || at === cells.length - 1 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Several lines, ending in a line end. */
export function summaryTable(summary: Summary): string {
  const { groups, items, missing, alerts, deadLetters, attestations, tokens, seconds, itemsPerSecond } =
    summary;
  const held = HAL.reduce((sum, [hal]) => sum + (attestations[hal] ?? 0), 0);
  const speed =
    itemsPerSecond === 0
      ? 'nothing was left to judge'
      : `${itemsPerSecond} items/s over ${seconds.toFixed(1)} s`;
  return [
    table([
      ['', 'items', ...BANDS.map((band) => band.replaceAll('_', ' ')), 'called machine'],
      ...groups.map(row),
    ]),
    '',
    ...rankingLines(summary),
    `${items} items${missing === 0 ? '' : `, ${missing} missing`}; ${speed}; ${alerts} ${alerts === 1 ? 'alert' : 'alerts'} for a moderator; ${deadLetters} dead letters`,
    `attestations: ${HAL.map(([hal, words]) => `${attestations[hal] ?? 0} ${words}`).join(', ')}, ${tokens - held} carried that do not hold`,
    SOFTWARE_KEYS,
    '',
  ].join('\n');
}
