/** The crash matrix on the embedded engines, with few posts; `npm run crash-matrix` runs it with ten thousand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { prepare } from './child.js';
import { EMBEDDED } from './matrix/embedded.js';
import { runCase } from './matrix/run.js';
import { makeFeed } from './matrix/stream.js';

const PATIENCE_MS = 300_000;
const POSTS = 400;

let home: string;

beforeAll(prepare, PATIENCE_MS);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-matrix-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('nothing is lost, doubled or left out when', () => {
  it.each(EMBEDDED)(
    '$name',
    async ({ order, suffer }) => {
      const env = { ASSAY_HOME: home, ASSAY_PARTITIONS: '4' };
      const outcome = await runCase(env, makeFeed(POSTS, order), (own) => suffer(own, POSTS));
      expect(outcome.faults).toEqual([]);
      expect(outcome.deadLetters).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
