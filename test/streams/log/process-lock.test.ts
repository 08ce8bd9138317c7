/** One process per folder, and the sentence that says who has it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { lockProcess } from '../../../streams/log/process-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'assay-lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock on a data folder', () => {
  it('refuses a second holder by the number of the first, and is free once released', () => {
    const path = join(folder, 'store.lock');
    const first = lockProcess(path, 'store.locked');
    expect(() => lockProcess(path, 'store.locked')).toThrow(
      `Process ${process.pid} is already using ${folder}`,
    );
    first.release();
    first.release();
    lockProcess(path, 'store.locked').release();
  });

  it('names nobody when the holder has not written its number', () => {
    const path = join(folder, 'log.lock');
    const first = lockProcess(path, 'log.locked');
    rmSync(`${path}.pid`);
    expect(() => lockProcess(path, 'log.locked')).toThrow('Process of unknown number');
    first.release();
  });

  it('passes on what is not about the lock', () => {
    expect(() => lockProcess(join(folder, 'no', 'such', 'folder', 'x.lock'), 'log.locked')).not.toThrow(
      'already using',
    );
    expect(() => lockProcess(join(folder, 'no', 'such', 'folder', 'x.lock'), 'log.locked')).toThrow();
  });
});
