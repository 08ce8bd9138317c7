/** The forged-evidence suite against our own judge, through the command, and its files against the script that writes them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVIDENCE_ERRORS, EVIDENCE_LIMITS } from '../../src/attest/evidence/refusal.js';
import { assay } from '../src/cli/terminal.js';
import type { EvidenceCase } from './case.js';
import { allCases, corpusFiles, judgeFiles, lineOf } from './corpus.js';

interface Answer {
  id?: string | number;
  line?: number;
  accepted: boolean;
  prs?: number;
  unq?: number;
  limit?: string;
  error?: string;
}

const cases = allCases();
let folder: string;
let answers: Answer[];

const judge = async (flags: readonly string[], lines: readonly string[]) =>
  assay(
    [
      'evidence',
      '--jsonl',
      '--trust',
      join(folder, 'trust.json'),
      '--status',
      join(folder, 'status'),
      ...flags,
    ],
    {
      input: lines.map((line) => `${line}\n`).join(''),
    },
  );
const metadata = () => [
  '--metadata',
  join(folder, 'metadata.jwt'),
  '--metadata-root',
  join(folder, 'metadata-root.pem'),
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-evidence-'));
  for (const [name, content] of judgeFiles()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  answers = (await judge(metadata(), cases.map(lineOf))).json as Answer[];
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const expectedOf = ({ accepted, prs, unq, limit, error }: EvidenceCase) => ({
  accepted,
  ...(prs === undefined ? {} : { prs }),
  ...(unq === undefined ? {} : { unq }),
  ...(limit === undefined ? {} : { limit }),
  ...(error === undefined ? {} : { error }),
});

describe('the judge is given', () => {
  test.each(cases.map((each, index) => [`${each.title} (${each.id})`, each, index] as const))(
    '%s',
    (_title, each, index) => {
      const { id, line, ...answer } = answers[index]!;
      expect(answer).toEqual(expectedOf(each));
      const named = typeof each.line === 'object';
      expect({ id, line }).toEqual(named ? { id: each.id } : { line: index + 1 });
    },
  );
});

describe('the suite', () => {
  test('has an answer for every line, in their order', () => {
    expect(answers).toHaveLength(cases.length);
  });

  test('has more than sixty forgeries, and enough that holds to find out a judge that refuses everything', () => {
    expect(cases.filter(({ accepted }) => !accepted).length).toBeGreaterThan(100);
    expect(cases.filter(({ prs, unq }) => prs === 2 || unq === 2).length).toBeGreaterThan(20);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test('has a case for every code there is', () => {
    const missing = (codes: readonly string[], found: (each: EvidenceCase) => string | undefined) => {
      const seen = new Set(cases.map(found));
      return codes.filter((code) => !seen.has(code));
    };
    expect(missing(EVIDENCE_ERRORS, ({ error }) => error)).toEqual(['evidence.internal']);
    expect(missing(EVIDENCE_LIMITS, ({ limit }) => limit)).toEqual(['attestation.no_metadata']);
  });

  test('gives nobody more than a registered key where no metadata are known', async () => {
    const keys = cases.filter(({ prs }) => prs !== undefined);
    const { json } = await judge([], keys.map(lineOf));
    const bare = json as Answer[];
    expect(bare.map(({ accepted, prs }) => ({ accepted, prs }))).toEqual(
      keys.map(() => ({ accepted: true, prs: 1 })),
    );
    const attested = bare.find(({ id }) => id === 'model/good');
    expect(attested).toMatchObject({ limit: 'attestation.no_metadata' });
  }, 60_000);

  test('is what its script writes: node scripts/run.js test/evidence/generate.ts', () => {
    const kept = join(process.cwd(), 'test/vectors/evidence');
    const files = corpusFiles(cases);
    const below = readdirSync(kept, { recursive: true, withFileTypes: true });
    const names = below.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(names.sort()).toEqual([...files.keys()].map((name) => join(kept, name)).sort());
    expect(
      [...files]
        .filter(([name, content]) => readFileSync(join(kept, name), 'utf8') !== content)
        .map(([name]) => name),
    ).toEqual([]);
  }, 60_000);
});
