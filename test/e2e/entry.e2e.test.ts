/** `bin/assay.js` as a shell starts it: old Nodes, exit codes, pipes whose reader leaves. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { prepare } from './child.js';

const ASSAY = fileURLToPath(new URL('../../bin/assay.js', import.meta.url));
const PATIENCE_MS = 120_000;

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const run = (argv: readonly string[], node: readonly string[] = []): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [...node, ASSAY, ...argv], (_error, out, err) =>
      resolve({ code: child.exitCode, out, err }),
    );
    child.stdin?.end('A text of a few words.');
  });

beforeAll(prepare, PATIENCE_MS);

describe('bin/assay.js', () => {
  it(
    'says in one sentence that Node is too old',
    async () => {
      const versions =
        'Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.19.0"}})';
      const { code, out, err } = await run(['--version'], ['--import', `data:text/javascript,${versions}`]);
      expect([code, out]).toEqual([1, '']);
      expect(err).toBe('assay: Node.js 20.19 or newer is needed; this is 18.19.0.\n');
    },
    PATIENCE_MS,
  );

  it(
    'hands on results, complaints and exit codes',
    async () => {
      expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' });
      expect((await run(['score', '--prior', '2'])).code).toBe(2);
      const scored = await run(['score', '--json']);
      expect(scored.code).toBe(0);
      expect(JSON.parse(scored.out)).toMatchObject({ band: 'insufficient' });
    },
    PATIENCE_MS,
  );

  it(
    'ends quietly when the reader of its results leaves',
    async () => {
      const child = spawn(process.execPath, [ASSAY, 'score', '--jsonl'], { stdio: ['pipe', 'pipe', 'pipe'] });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      // The other end goes away, too; that is not what is looked at here.
      child.stdin.on('error', () => undefined);
      const line = `${JSON.stringify({ kind: 'post', text: 'A text of a few words.' })}\n`;
      const feeder = setInterval(() => child.stdin.write(line.repeat(500)), 20);
      await once(child.stdout, 'data');
      child.stdout.destroy();
      const [code] = await once(child, 'close');
      clearInterval(feeder);
      expect([code, err]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );
});
