/** Settings for a command: the environment and `.env`, overridden by the flags the command has. */
import { InvalidArgumentError, Option } from 'commander';
import { type Config, loadConfig, type Secrets } from '../config/config.js';
import { type RawSettings, readEnvironment } from '../config/environment.js';
import { SETTINGS, type SettingName } from '../config/settings.js';
import type { Io } from './io.js';

/** Flags that stand for a setting, by the name commander gives their value. */
const FLAGS = {
  home: 'ASSAY_HOME',
  host: 'HOST',
  port: 'PORT',
  publicUrl: 'ASSAY_PUBLIC_URL',
  logLevel: 'ASSAY_LOG_LEVEL',
  prior: 'ASSAY_PRIOR',
  roles: 'ASSAY_ROLES',
} as const satisfies Record<string, SettingName>;

export type SettingFlags = Partial<Record<keyof typeof FLAGS, string>>;

export const homeOption = (): Option => new Option('--home <folder>', 'data folder (ASSAY_HOME)');
export const jsonOption = (): Option =>
  new Option('--json', 'results as JSON on standard output, one object a line');

/** Every setting as text, the flags included. */
export function rawSettings(io: Io, flags: SettingFlags): RawSettings {
  const named = Object.entries(FLAGS).flatMap(([flag, name]) => {
    const value = flags[flag as keyof typeof FLAGS];
    return value === undefined ? [] : [[name, value]];
  });
  return readEnvironment(Object.fromEntries(named), { ...io.env }, io.envFile);
}

/** @throws {AssayError} `config.invalid`, one line per problem */
export const settings = (io: Io, flags: SettingFlags): { config: Config; secrets: Secrets } =>
  loadConfig(rawSettings(io, flags));

/** Checks a flag as its setting is checked, so that a wrong one is named before anything is begun. */
export const asSetting =
  (name: SettingName) =>
  (text: string): string => {
    const result = SETTINGS[name].schema.safeParse(text);
    if (result.success) return text;
    throw new InvalidArgumentError(result.error.issues.map(({ message }) => message).join('; '));
  };

/** A whole number from `min` to `max`. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
  };
