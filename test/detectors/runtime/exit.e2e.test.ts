/** A process that ends while its workers compute ends with the code that was meant. */
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tinyFolder } from './tiny-encoder.js';

const folder = tinyFolder();
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'pipe' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** The exit code of a process that does `then` while two workers are at work. */
function exitOf(then: string): number | null {
  const encoder = pathToFileURL('dist/detectors/runtime/encoder.js').href;
  const script = `
    import { openEncoder } from '${encoder}';
    const encoder = await openEncoder({ folder: ${JSON.stringify(folder)}, engine: 'onnx', threads: 2 });
    const texts = Array.from({ length: 2_000 }, () => 'the nation was not able '.repeat(50));
    const scores = encoder.score(texts, { priority: 'stream' });
    scores.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    ${then}`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 100_000 }).status;
}

describe('a process at work', () => {
  it.each([
    ['that exits', 'process.exit(3);', 3],
    ['that fails', "setImmediate(() => { throw new Error('of its own'); });", 1],
    ['that closes its encoder and has nothing left to do', 'await encoder.close();', 0],
  ])(
    '%s',
    (_what, then, code) => {
      expect(exitOf(then)).toBe(code);
    },
    120_000,
  );
});
