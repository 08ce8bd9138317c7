/** A case of the forged-evidence suite: a line as `assay evidence --jsonl` reads it, and what must come of it. */
import type { EvidenceError, EvidenceLimit } from '../../src/attest/evidence/refusal.js';

export interface EvidenceCase {
  /** `family/name`. */
  id: string;
  /** Read after "The judge is given". */
  title: string;
  /** An object, or a line that is none. */
  line: object | string;
  accepted: boolean;
  prs?: 1 | 2;
  unq?: 0 | 2;
  limit?: EvidenceLimit;
  error?: EvidenceError;
}

export type Outcome = Pick<EvidenceCase, 'prs' | 'unq' | 'limit' | 'error'>;

/** Refused for this reason. */
export const refused = (error: EvidenceError): Outcome => ({ error });
/** Accepted as a registered key, and why not as more. */
export const registered = (limit: EvidenceLimit): Outcome => ({ prs: 1, limit });
export const ATTESTED: Outcome = { prs: 2 };
/** Accepted as a credential that proves no one person, and why. */
export const impersonal = (limit: EvidenceLimit): Outcome => ({ unq: 0, limit });
export const ONE_PERSON: Outcome = { unq: 2 };

export type Row = readonly [name: string, title: string, outcome: Outcome, line: object | string];

export const family = (name: string, rows: readonly Row[]): EvidenceCase[] =>
  rows.map(([short, title, outcome, line]) => ({
    id: `${name}/${short}`,
    title,
    line,
    accepted: outcome.error === undefined,
    ...outcome,
  }));
