/** The attack corpus against our own verifier, and the files against the script that writes them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type TrustList, VerifyError } from '../../schemas/attestation.js';
import type { AttackCase, AttackRun } from '../../src/cli/attack-run.js';
import { LineVerifier, statusFolder } from '../../src/cli/verify-lines.js';
import { createVerifier } from '../../src/client/html.js';
import { CANONICALISATION } from '../../src/client/index.js';
import { corpusFiles, type Manifest } from './corpus.js';

const folder = join(process.cwd(), 'test/vectors/attacks');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const manifest = JSON.parse(read('corpus.json')) as Manifest;

function filesBelow(path: string): string[] {
  return readdirSync(join(folder, path)).flatMap((name) => {
    const below = path === '' ? name : `${path}/${name}`;
    return statSync(join(folder, below)).isDirectory() ? filesBelow(below) : [below];
  });
}

describe('the corpus', () => {
  test('is what its script writes: node scripts/run.js test/attacks/generate.ts', async () => {
    const files = await corpusFiles();
    expect(filesBelow('').sort()).toEqual([...files.keys()].sort());
    const changed = [...files].filter(([name, content]) => read(name) !== content).map(([name]) => name);
    expect(changed).toEqual([]);
  });

  test('has more than 200 attacks, and more than 1,000 lines that hold, so that a verifier that refuses everything is found out', () => {
    expect(manifest.canonicalisation).toBe(CANONICALISATION);
    expect(manifest.cases.filter(({ valid }) => !valid).length).toBeGreaterThan(200);
    expect(manifest.cases.filter(({ valid }) => valid).length).toBeGreaterThan(1_000);
    expect(new Set(manifest.cases.map(({ id }) => id)).size).toBe(manifest.cases.length);
  });

  test('knows no code that the contract does not', () => {
    const codes = new Set(manifest.cases.flatMap(({ codes: each }) => each));
    expect([...codes].filter((code) => !VerifyError.options.includes(code as never))).toEqual([]);
  });
});

interface Answer {
  valid: boolean;
  hal: number | null;
  errors: string[];
}

async function answers(run: AttackRun): Promise<Map<string, Answer>> {
  const verifier = createVerifier({
    trust: JSON.parse(read(run.trust)) as TrustList,
    cache: statusFolder(join(folder, run.status)),
    clock: () => Date.parse(run.at),
    policy: { maxStatusAgeS: run.maxStatusAgeS },
  });
  const lines = new LineVerifier(verifier);
  const found = new Map<string, Answer>();
  for (const [index, line] of read(run.lines).trimEnd().split('\n').entries()) {
    const answer = await lines.answer(Buffer.from(line), index + 1);
    if ('id' in answer) found.set(String(answer.id), answer as unknown as Answer);
  }
  return found;
}

/** What the token of a line says of its own level. */
const halOf = (line: string): [id: string, hal: unknown] => {
  const { id, token } = JSON.parse(line) as { id: string; token: string };
  return [id, JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).hal];
};

test('a token that holds is worth what it says', async () => {
  const run = manifest.runs.find(({ name }) => name === 'valid')!;
  const found = await answers(run);
  const said = read(run.lines).trimEnd().split('\n').map(halOf);
  expect(said.length).toBeGreaterThan(1_000);
  expect(said.filter(([id, hal]) => found.get(id)?.hal !== hal)).toEqual([]);
}, 60_000);

const byRun = (name: string): AttackCase[] => manifest.cases.filter(({ run }) => run === name);
const startable = manifest.runs.filter(({ mayRefuse }) => !mayRefuse);

describe.each(startable.map((run) => [run.name, run] as const))('in the run %s', (name, run) => {
  test('every attack is refused with its code, and nothing else is', async () => {
    const found = await answers(run);
    const wrong = byRun(name).filter(({ id, valid, codes }) => {
      const answer = found.get(id);
      if (answer === undefined || answer.valid !== valid) return true;
      return valid
        ? answer.errors.length > 0
        : !codes.includes(answer.errors[0] ?? '') ||
            (answer.hal !== null && answer.errors[0] !== 'status.stale');
    });
    expect(
      wrong.map((each) => ({ ...each, found: found.get(each.id)?.errors ?? found.get(each.id) })),
    ).toEqual([]);
  });
});

test.each(manifest.runs.filter(({ mayRefuse }) => mayRefuse).map((run) => [run.name, run] as const))(
  'with the bad key of %s the verifier does not start',
  async (_name, run) => {
    await expect(answers(run)).rejects.toMatchObject({ code: 'config.invalid' });
  },
);
