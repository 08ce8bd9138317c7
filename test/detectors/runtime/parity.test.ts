/**
 * One file of weights gives the same logits on every engine, and the pieces of a window the same shares in them: those that PyTorch
 * computed (test/vectors/encoder-1.json).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readEncoder } from '../../../detectors/runtime/encoder-weights.js';
import type { Answer, EngineName } from '../../../detectors/runtime/engine.js';
import { type EngineWish, openWorkers } from '../../../detectors/runtime/open-engine.js';
import { openTfjs } from '../../../detectors/runtime/tfjs.js';
import { windowsOf } from '../../../detectors/runtime/windows.js';
import { readVocabulary, WordPiece } from '../../../detectors/runtime/wordpiece.js';
import { plainTf } from './plain-tf.js';
import { tinyFile, VOCABULARY } from './tiny-encoder.js';

const golden = JSON.parse(readFileSync('test/vectors/encoder-1.json', 'utf8')) as {
  texts: { text: string; logits: number[]; shares: number[][] }[];
};
const pieces = new WordPiece(readVocabulary(VOCABULARY));
const windows = golden.texts.flatMap(({ text }) => windowsOf(pieces.encode(text), pieces));
const logits = golden.texts.flatMap((text) => text.logits);
const shares = golden.texts.flatMap((text) => text.shares);
const TOLERANCE = 1e-4;

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

function expectGolden(found: ArrayLike<number>, wanted: readonly number[] = logits): void {
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...wanted.map((logit, i) => Math.abs(found[i]! - logit)))).toBeLessThan(TOLERANCE);
}

/** Logits and shares, and that those of a window sum to its logit. @param rows which windows the engine was given */
function expectGoldenShares(answer: Answer, rows: readonly number[] = windows.map((_, i) => i)): void {
  expectGolden(
    answer.logits,
    rows.map((row) => logits[row]!),
  );
  expectGolden(
    answer.shares!,
    rows.flatMap((row) => shares[row]!),
  );
  let at = 0;
  rows.forEach((row, i) => {
    const own = [...answer.shares!.slice(at, at + windows[row]!.length)];
    at += windows[row]!.length;
    expect(Math.abs(sumOf(own) - answer.logits[i]!)).toBeLessThan(TOLERANCE);
  });
}

const wish = (): EngineWish => ({
  engine: 'auto',
  device: 'auto',
  threads: 1,
  file: tinyFile(),
  trial: Int32Array.of(pieces.cls, pieces.sep),
});

async function expectGoldenOn(engine: EngineName): Promise<void> {
  const open = await openWorkers(engine, wish());
  try {
    expect(open.name).toBe(engine);
    expectGolden((await open.run(windows)).logits);
    expectGoldenShares(await open.run(windows, true));
    // Alone, a window has the logit that it has among others.
    const alone = await Promise.all(windows.map((window) => open.run([window], true)));
    alone.forEach((answer, row) => {
      expectGoldenShares(answer, [row]);
    });
  } finally {
    await open.close();
  }
}

const installed = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

const ENGINES: [EngineName, string][] = [
  ['onnx', 'onnxruntime-node'],
  ['onnx-wasm', 'onnxruntime-web'],
  ['tfjs', '@tensorflow/tfjs-node-gpu'],
];

beforeAll(() => {
  // Workers run what is built.
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'pipe' });
}, 60_000);

describe('the golden logits', () => {
  for (const [engine, name] of ENGINES) {
    // Counted as skipped where it is not installed.
    (installed(name) ? it : it.skip)(`on ${engine}`, () => expectGoldenOn(engine), 120_000);
  }

  for (const [engine, name] of ENGINES.slice(0, 2)) {
    (installed(name) ? it : it.skip)(
      `on ${engine} in the fast mode are near, and have nothing to do with neighbours`,
      async () => {
        const runner = await openWorkers(engine, { ...wish(), precision: 'fast' });
        const { logits: found, shares: parts } = await runner.run(windows, true);
        const off = logits.map((logit, i) => Math.abs(found[i]! - logit));
        // Not the same: whole numbers stand for the states. Near: within a fiftieth of what the logits are.
        expect(Math.max(...off)).toBeGreaterThan(TOLERANCE);
        expect(Math.max(...off)).toBeLessThan(0.02 * Math.max(...logits.map(Math.abs)));
        expect(Math.abs(sumOf([...parts!]) - sumOf([...found]))).toBeLessThan(0.001);
        const reversed = (await runner.run(windows.toReversed())).logits.toReversed();
        expect(reversed).toEqual(found);
        await runner.close();
      },
      120_000,
    );
  }

  it('the forward pass for TensorFlow, computed in plain loops', async () => {
    const runner = await openTfjs(readEncoder(tinyFile()), async () => plainTf());
    // Plain loops take their time: only the short ones, padded to the longest of them, and one alone.
    const short = windows.flatMap((window, i) => (window.length < 64 ? [i] : []));
    const batch = short.map((i) => windows[i]!);
    expect(new Set(batch.map((window) => window.length)).size).toBeGreaterThan(3);
    expectGoldenShares(await runner.run(batch, true), short);
    expectGoldenShares(await runner.run(batch.slice(-1), true), short.slice(-1));
    expect((await runner.run(batch.slice(0, 1))).shares).toBeNull();
    expect(runner).toMatchObject({ name: 'tfjs', device: 'cpu' });
    await runner.close();
  });

  it('the device of TensorFlow is the one that takes part', async () => {
    const runner = await openTfjs(readEncoder(tinyFile()), async () => plainTf(true));
    expect(runner.device).toBe('gpu');
  });
});
