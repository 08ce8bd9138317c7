import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keptSecret } from '../../../src/config/kept-secret.js';

let home: string;

beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'assay-secret-')), 'home');
});

afterEach(() => rmSync(join(home, '..'), { recursive: true, force: true }));

describe('the secret a demo keeps', () => {
  it('is made once, for its user alone, and the same at every start', () => {
    const first = keptSecret(home);
    expect(first).toMatchObject({ created: true, file: join(home, 'secret') });
    expect(first.secret.length).toBeGreaterThanOrEqual(32);
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(keptSecret(home)).toEqual({ ...first, created: false });
    expect(readFileSync(first.file, 'utf8')).toBe(first.secret);
  });

  it('is not replaced when the file holds something else', () => {
    const { file } = keptSecret(home);
    writeFileSync(file, 'damaged');
    expect(() => keptSecret(home)).toThrow('expected the secret that Assay wrote');
    expect(readFileSync(file, 'utf8')).toBe('damaged');
  });

  it('is not made where nothing can be written', () => {
    writeFileSync(join(home, '..', 'file'), '');
    expect(() => keptSecret(join(home, '..', 'file', 'home'))).toThrow();
  });
});
