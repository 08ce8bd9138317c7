/** What a case of the attack corpus is: a line as `assay verify --jsonl` reads it, and what must come of it. */
import type { TokenClaims } from '../../schemas/attestation.js';
import { claimsFor, headerOf, jws, KEYS, TEXT } from './forge.js';
import type { TestKey } from './p256.js';

/** A line without its id. */
export interface Line {
  token: unknown;
  text?: unknown;
  html?: unknown;
  facets?: unknown;
  platform?: unknown;
  author?: unknown;
}

export interface Attack {
  /** `family/name`. */
  id: string;
  /** Read after "A verifier is given". */
  title: string;
  line: Line;
  /** Codes of which the first reported must be one; empty: the line has to be accepted. */
  codes: readonly string[];
}

/** What the builder of one case works with. */
export interface Bench {
  claims: TokenClaims;
  /** A token with these changes; a claim of `undefined` is left out. */
  token(change?: object, header?: object, key?: TestKey): string;
}

export type Build = (bench: Bench) => Line | string | Promise<Line | string>;
export type Row = readonly [name: string, title: string, codes: string | readonly string[], build: Build];

/** Where the author's own, unchanged text stands. */
export const FOUND = { text: TEXT, platform: 'forum', author: 'ann' } as const;

/** The cases of a family; a builder that returns a mere token means the place where it belongs. */
export async function family(name: string, rows: readonly Row[]): Promise<Attack[]> {
  const attacks: Attack[] = [];
  for (const [short, title, codes, build] of rows) {
    const id = `${name}/${short}`;
    const claims = await claimsFor(id);
    const built = await build({
      claims,
      token: (change = {}, header = {}, key = KEYS.token) =>
        jws({ key, header: headerOf(key, header), payload: { ...claims, ...change } }),
    });
    const line = typeof built === 'string' ? { token: built, ...FOUND } : built;
    attacks.push({ id, title, line, codes: typeof codes === 'string' ? [codes] : codes });
  }
  return attacks;
}

/** The code list of a line that is no attack. */
export const ACCEPTED: readonly string[] = [];
