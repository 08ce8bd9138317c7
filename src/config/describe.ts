/** Settings for people: what is in effect and where it comes from (`assay doctor`), and the text of `.env.example`. */
import type { RawSettings, Source } from './environment.js';
import { SETTINGS, type Setting, type SettingName } from './settings.js';

export interface Described {
  name: string;
  /** Effective value as text; secrets are masked; null where nothing is set. */
  value: string | null;
  source: Source;
  description: string;
}

/** Shows that a secret is there, and nothing of it. */
const MASK = '••••••••';

export const describeSettings = (raw: RawSettings): Described[] =>
  Object.entries(raw).map(([name, { text, source }]) => {
    const { secret, description }: Setting = SETTINGS[name as SettingName];
    return { name, value: text !== null && secret === true ? MASK : text, source, description };
  });

const HEADER = `# Settings of Assay. Copy to .env and change what you need; what is left out keeps the value shown.
# Made by \`npm run env-example\` from src/config/settings.ts; a test compares the two.
`;

/** The whole text of `.env.example`. */
export const envExample = (): string =>
  HEADER +
  Object.entries(SETTINGS)
    .map(([name, { description, fallback }]) => `\n# ${description}\n#${name}=${fallback ?? ''}\n`)
    .join('');
