import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { write } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import type { DemoOptions } from '../../../src/demo/run.js';
import { judgingDouble } from '../judging-double.js';
import { assay, terminal } from './terminal.js';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-cli-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const fail = (what: string): never => {
  throw new Error(what);
};

const SECRET = 'sealing secret of a test, never shown';

const until = async (ready: () => boolean): Promise<void> => {
  for (let tries = 0; !ready(); tries++) {
    if (tries > 1_500) throw new Error('nothing happened');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('assay', () => {
  it('names a command it does not know, and a folder where a file is wanted', async () => {
    expect((await assay(['nonsense'])).err).toContain("unknown command 'nonsense'");
    const { err } = await assay(['score', '.']);
    expect(err).toContain('. cannot be read (EISDIR)');
    expect(err).not.toContain('bug');
  });

  it.each([
    [[], 2],
    [['serve', '--prot', '1'], 2],
    [['serve', '--port', 'x'], 2],
    [['nonsense'], 2],
    [['keys'], 2],
    [['keys', 'nonsense'], 2],
    [['score', '.'], 2],
    [['score', 'one.txt', 'two.txt'], 2],
    [['doctor', 'nonsense'], 2],
  ])('answers %j with a short message and exit code 2', async (argv, expected) => {
    const { code, out, err } = await assay(argv);
    expect(code).toBe(expected);
    expect(out).toBe('');
    expect(err.length).toBeGreaterThan(0);
    expect(err).not.toContain('    at ');
  });

  it('prints help and its version on standard output', async () => {
    const help = await assay(['--help']);
    expect([help.code, help.err]).toEqual([0, '']);
    expect(help.out).toContain('Usage: assay');
    expect((await assay(['--version'])).out).toBe('0.1.0\n');
  });

  it('names every setting that is wrong', async () => {
    const { code, err } = await assay(['keys', 'list'], { env: { PORT: 'x', ASSAY_BATCH: '0' } });
    expect(code).toBe(2);
    expect(err).toContain('PORT (environment)');
    expect(err).toContain('ASSAY_BATCH (environment)');
  });

  it('calls a bug a bug, and shows where only when asked', async () => {
    const broken = async () => {
      throw new Error('unexpected');
    };
    const quiet = await assay(['score'], { openJudging: broken });
    expect(quiet).toMatchObject({ code: 1, err: 'assay: a bug in Assay: unexpected\n' });
    const loud = await assay(['score'], { openJudging: broken, env: { ASSAY_LOG_LEVEL: 'debug' } });
    expect(loud.err).toContain('    at ');
    const json = await assay(['score', '--json'], { openJudging: broken });
    expect(JSON.parse(json.err)).toEqual({
      error: { code: 'internal', message: 'a bug in Assay: unexpected' },
    });
  });

  it('ends quietly when nobody reads its results any more', async () => {
    const { io, exits } = terminal('a person');
    const gone = new PassThrough();
    const ended = main(['score'], { io: { ...io, out: gone }, openJudging: judgingDouble().open });
    gone.emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    await ended;
    expect(exits).toEqual([0]);
    expect(() => gone.emit('error', new Error('disk full'))).toThrow('disk full');
    const closed = new PassThrough({ highWaterMark: 1 });
    const waiting = write(closed, 'longer than it takes');
    closed.destroy();
    await waiting;
    await write(closed, 'more');
  });
});

describe('assay serve', () => {
  const env = () => ({ ASSAY_HOME: home, ASSAY_SECRET: SECRET, ASSAY_LOG_LEVEL: 'info' });
  const start = (argv: string[], more: Record<string, string> = {}) => {
    const term = terminal('', { ...env(), ...more });
    const ended = main(['serve', '--port', '0', ...argv], { io: term.io, openJudging: judgingDouble().open });
    return {
      ...term,
      get written() {
        return term.written;
      },
      ended,
    };
  };

  it('says where it listens, serves, and ends in order at a signal', async () => {
    const service = start(['--json', '--link', 'mo']);
    await until(() => service.written.includes('\n'));
    const { url, port, link } = JSON.parse(service.written);
    expect(url).toBe(`http://localhost:${port}`);
    expect(link.startsWith(`${url}/console/login?link=`)).toBe(true);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    const second = await assay(['serve', '--port', '0'], { env: env() });
    expect(second.code).toBe(1);
    expect(second.err).toContain('is already using');
    service.signals.emit('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.exits).toEqual([]);
    const { err } = service.outcome(0);
    expect(err).toContain('"msg":"ended"');
    expect(err).not.toContain(SECRET);
    expect(err).not.toContain(link.split('=')[1]);
  });

  it('says it in words, too', async () => {
    const service = start(['--link', 'mo']);
    await until(() => service.written.includes('link for mo'));
    expect(service.written).toMatch(/^Assay is ready at http:\/\/localhost:\d+\nOne-time link for mo/);
    service.signals.emit('SIGINT');
    expect(await service.ended).toBe(0);
  });

  it('serves several tenants without being told whose console to open, and ends in order', async () => {
    const service = start([], { ASSAY_TENANTS: 'alpha,beta' });
    const early = service.ended.then((code) => `ended with ${code}`);
    await Promise.race([until(() => service.written.includes('Assay is ready')), early.then(fail)]);
    service.signals.emit('SIGTERM');
    expect(await early).toBe('ended with 0');
  });

  it('leaves nothing running when it cannot say that it is ready', async () => {
    const term = terminal('', env());
    term.io.out.write = () => {
      throw new Error('no terminal');
    };
    const flags = ['serve', '--port', '0'];
    expect(await main(flags, { io: term.io, openJudging: judgingDouble().open })).not.toBe(0);
    const again = start([]);
    await until(() => again.written.includes('Assay is ready'));
    again.signals.emit('SIGTERM');
    expect(await again.ended).toBe(0);
  });

  it('does not start without a secret, or for a tenant that is not there', async () => {
    const bare = await assay(['serve', '--home', home], {});
    expect(bare.code).toBe(2);
    expect(bare.err).toContain('ASSAY_SECRET is not set');
    const stranger = await assay(['serve', '--link', 'mo', '--tenant', 'other'], { env: env() });
    expect(stranger.err).toContain('--tenant');
  });
});

describe('assay demo', () => {
  it('hands its flags to the demo, and ends it at a signal', async () => {
    const { io, signals, exits } = terminal();
    let given: DemoOptions | undefined;
    const runDemo = async (options: DemoOptions) => {
      given = options;
      await new Promise((resolve) => options.signal.addEventListener('abort', resolve));
      return 0;
    };
    const ended = main(['demo', '--once', '--port', '0', '--pace', '50', '--home', home], { io, runDemo });
    await until(() => given !== undefined);
    expect(given).toMatchObject({ once: true, port: 0, pace: 50, home, json: false });
    signals.emit('SIGINT');
    signals.emit('SIGTERM');
    expect(await ended).toBe(0);
    expect(exits).toEqual([143]);
    expect(signals.eventNames()).toEqual([]);
  });

  it('has a folder and a port of its own unless told otherwise', async () => {
    let given: DemoOptions | undefined;
    const { code } = await assay(['demo', '--json'], {
      runDemo: async (options) => {
        given = options;
        return 1;
      },
    });
    expect(code).toBe(1);
    expect(given).toMatchObject({ once: false, port: 8080, home: '.assay-demo', json: true });
    expect((await assay(['demo', '--pace', '0'])).code).toBe(2);
  });
});

describe('assay doctor', () => {
  const rows = async (env: Record<string, string>, openJudging = judgingDouble().open) => {
    const outcome = await assay(['doctor', '--json'], { env: { ASSAY_HOME: home, ...env }, openJudging });
    const parts = Object.fromEntries(
      outcome.json.filter((row) => row.part).map(({ part, ok, found }) => [part, { ok, found }]),
    );
    return { ...outcome, parts };
  };

  it('shows every setting with its source, and no secret', async () => {
    const { code, json, out } = await rows({ ASSAY_SECRET: SECRET, ASSAY_BATCH: '7' });
    expect(code).toBe(0);
    const settings = Object.fromEntries(json.filter((row) => row.setting).map((row) => [row.setting, row]));
    expect(settings['ASSAY_BATCH']).toEqual({ setting: 'ASSAY_BATCH', value: '7', source: 'environment' });
    expect(settings['ASSAY_PRIOR']).toMatchObject({ value: '0.5', source: 'default' });
    expect(settings['ASSAY_SECRET'].value).toMatch(/^•+$/);
    expect(out).not.toContain(SECRET);
  });

  it('finds every part in order once there is data, and creates nothing before', async () => {
    const empty = join(home, 'not-there');
    const before = await rows({ ASSAY_SECRET: SECRET, ASSAY_HOME: empty });
    expect(before.parts['log'].found).toContain('nothing there yet');
    expect(before.parts['disk'].found).toContain('will be created');
    expect(existsSync(empty)).toBe(false);
    await assay(['keys', 'list'], { env: { ASSAY_HOME: home } });
    const { code, parts } = await rows({ ASSAY_SECRET: SECRET });
    expect(code).toBe(0);
    expect(parts).toMatchObject({
      node: { ok: true },
      log: { ok: true, found: 'embedded, reachable' },
      store: { ok: true, found: 'embedded, reachable' },
      detector: { ok: true, found: expect.stringContaining('word 1, js on cpu') },
    });
  });

  it('says what is wrong: no secret, no room, no detector, a misspelt variable, a server out of reach', async () => {
    await assay(['keys', 'list'], { env: { ASSAY_HOME: home } });
    const env = { ASSAY_PROT: '1', ASSAY_MIN_FREE_MB: '1000000' };
    const broken = async () => {
      throw new TypeError('quotes something');
    };
    const { code, parts, out } = await rows(env, broken);
    expect(code).toBe(1);
    for (const part of ['secret', 'disk', 'log', 'detector', 'environment'])
      expect(parts[part].ok).toBe(false);
    expect(parts['environment'].found).toContain('ASSAY_PROT');
    expect(parts['detector'].found).toBe('failed (TypeError)');
    expect(out).not.toContain('quotes something');
  });

  it('takes data in use by a running service for a good sign', async () => {
    const term = terminal('', { ASSAY_HOME: home, ASSAY_SECRET: SECRET });
    const ended = main(['serve', '--port', '0'], { io: term.io, openJudging: judgingDouble().open });
    await until(() => term.written.includes('ready'));
    const { parts } = await rows({ ASSAY_SECRET: SECRET });
    expect(parts['log']).toEqual({ ok: true, found: expect.stringContaining('in use by a running service') });
    term.signals.emit('SIGTERM');
    await ended;
  });

  it('reads well for people', async () => {
    const { out } = await assay(['doctor'], { env: { ASSAY_HOME: home } });
    expect(out).toMatch(/^ASSAY_HOME +\S+ +environment$/m);
    expect(out).toMatch(/^MONGO_URL +\(empty\) +default$/m);
    expect(out).toMatch(/^BAD {2}secret +ASSAY_SECRET is not set/m);
    const wrong = await assay(['doctor'], { env: { PORT: 'x' } });
    expect(wrong.code).toBe(2);
    expect(wrong.out).toContain('PORT');
  });
});
