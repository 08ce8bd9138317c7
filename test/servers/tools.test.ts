/** Whoever lacks Java or Maven reads which, not a system error. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fetchJars } from './maven.js';
import { runTool, toolMissing } from './tools.js';

const { PATH, ASSAY_CACHE } = process.env;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-tools-'));
  process.env['PATH'] = folder;
  process.env['ASSAY_CACHE'] = folder;
});
afterEach(() => {
  process.env['PATH'] = PATH;
  if (ASSAY_CACHE === undefined) delete process.env['ASSAY_CACHE'];
  else process.env['ASSAY_CACHE'] = ASSAY_CACHE;
  rmSync(folder, { recursive: true, force: true });
});

describe('a machine without the tools of the servers suite', () => {
  it('is told that Maven is missing, and keeps no half-made folder', async () => {
    await expect(fetchJars('some', ['g:a:1'])).rejects.toThrow('Maven (mvn) was not found');
    await expect(fetchJars('some', ['g:a:1'])).rejects.toThrow('Maven (mvn) was not found');
  });

  it('is told that Java is missing', async () => {
    await expect(runTool('java', ['-version'])).rejects.toThrow(
      'Java (java) was not found: the suite with real servers (npm run test:servers) needs Java 17',
    );
  });

  it('hears of any other failure as it is', () => {
    const failed = new Error('exit code 1');
    expect(toolMissing('mvn', failed)).toBe(failed);
  });
});
