/** Step 1 of 3: the environment as text. The process's own variables win over a `.env` file in the working folder. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { SETTINGS, type SettingName } from './settings.js';

export type Source = 'default' | 'environment' | '.env' | 'command line';

export interface Raw {
  text: string | null;
  source: Source;
}

export type RawSettings = Record<SettingName, Raw>;

function dotEnv(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Reads every setting as text with its source. Empty text counts as not set.
 * @param flags what the command line said, which wins over everything
 */
export function readEnvironment(
  flags: Partial<Record<SettingName, string>> = {},
  env: Record<string, string | undefined> = process.env,
  envFile = '.env',
): RawSettings {
  const file = dotEnv(envFile);
  const read = (name: SettingName): Raw => {
    const places: [Source, string | undefined][] = [
      ['command line', flags[name]],
      ['environment', env[name]],
      ['.env', file[name]],
    ];
    for (const [source, text] of places) if (text !== undefined && text !== '') return { text, source };
    return { text: SETTINGS[name].fallback, source: 'default' };
  };
  return Object.fromEntries(
    (Object.keys(SETTINGS) as SettingName[]).map((name) => [name, read(name)]),
  ) as RawSettings;
}

/** Variables that start with ASSAY_ and mean nothing here: most likely a slip of the pen. */
export const unknownVariables = (env: Record<string, string | undefined> = process.env): string[] =>
  Object.keys(env)
    .filter(
      (name) => name.startsWith('ASSAY_') && !(name in SETTINGS) && !/^ASSAY_(DATA|VECTORS|TEST_)/.test(name),
    )
    .sort();
