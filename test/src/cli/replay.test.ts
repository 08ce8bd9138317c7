/** `assay replay`: flags, the report, the kept state, and how it ends. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { main } from '../../../src/cli/main.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { openContext } from '../../../src/open-context.js';
import { Announcer } from '../../../streams/5-announce.js';
import { compareCounters } from '../../../streams/counters.js';
import { processRecords } from '../../../streams/pipeline.js';
import { VERDICTS_TOPIC } from '../../../streams/topics.js';
import type { SentLog } from '../../streams/harness/parts.js';
import { judge, NOW, post, recordMaker, testParts } from '../../streams/harness/parts.js';
import { judgingDouble } from '../judging-double.js';
import { assay, terminal } from './terminal.js';

let home: string;
let env: Record<string, string>;

const silent = pino({ level: 'silent' });

/** The word judge under another name: same words, other evidence. */
const other = judgingDouble();
const openJudging: typeof other.open = async () => {
  const judging = await other.open();
  const detector = { ...judging.detector, detectorSet: 'word@2' };
  return {
    ...judging,
    detector: {
      ...detector,
      judge: async (inputs) => (await judge.judge(inputs)).map((one) => ({ ...one, llr: one.llr - 6 })),
    },
  };
};

async function within<T>(work: (context: Awaited<ReturnType<typeof openContext>>['context']) => Promise<T>) {
  const { config, secrets } = loadConfig(readEnvironment({}, env, '/nonexistent'));
  const opened = await openContext(config, secrets, { clock: () => NOW, logger: silent });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'assay-replay-'));
  env = { ASSAY_HOME: home };
  await within(async ({ log, collections }) => {
    const make = recordMaker();
    const tenants = [{ tenant: 'default', posts: 'posts', emails: 'emails' }];
    const parts = { ...testParts(collections, log as unknown as SentLog, { tenants }), log };
    const records = ['a machine', 'a person', 'nobody'].map((text, n) =>
      make(post(`p${n}`, 1, text), 'post.created'),
    );
    await processRecords(records, parts, { wake: () => undefined });
    await new Announcer({ log, collections, logger: silent }).drain();
  });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const window = ['--from', '2026-01-15T00:00:00Z', '--to', '2026-01-16T00:00:00Z'];
const run = (...flags: string[]) => assay(['replay', ...flags], { env, openJudging });
const stateFile = () => join(home, 'replay.json');
const kept = () => JSON.parse(readFileSync(stateFile(), 'utf8'));

describe('assay replay', () => {
  it('prints a report as JSON, says how it went on standard error, and keeps its state', async () => {
    const { code, out, err } = await run(...window);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      from: '2026-01-15T00:00:00.000Z',
      detector: 'word@2',
      promoted: null,
      items: 3,
      compared: 3,
      changed: 2,
      changedShare: 0.6667,
      moves: { machine: { uncertain: 1 }, uncertain: { no_machine_signs: 1 } },
      slices: { tenant: { default: { compared: 3 } } },
    });
    expect(err).toContain('3 items · 3 compared · 2 change their band');
    expect(kept()).toMatchObject({ done: true, items: 3 });
  });

  it('promotes: one more announcement an item, and counters that are right', async () => {
    const { code, json } = await run(...window, '--promote', '--json', '--rate', '1000');
    expect(code).toBe(0);
    expect(json[0].promoted).toEqual({ verdicts: 3, overtaken: 0, unchangedEvidence: 0 });
    await within(async ({ log, collections }) => {
      const bounds = await log.bounds(VERDICTS_TOPIC);
      expect(bounds.reduce((sum, { first, next }) => sum + next - first, 0)).toBe(6);
      expect(await compareCounters(collections)).toEqual([]);
    });
  });

  it('goes on with an unfinished replay, and refuses to mix two', async () => {
    await run(...window);
    const state = { ...kept(), done: false, items: 1 };
    writeFileSync(stateFile(), JSON.stringify(state));
    const mixed = await run(...window, '--promote');
    expect(mixed.code).toBe(2);
    expect(mixed.err).toContain('another replay, unfinished after 1 items (--promote: it has not given');
    const { code, err, json } = await run(...window, '--json');
    expect(code).toBe(0);
    expect(err).toContain('going on after 1 items');
    expect(json[0].runId).toBe(state.runId);
  });

  it.each([
    [['--from', 'yesterday', '--to', '2026-01-16T00:00:00Z'], 'expected a time such as'],
    [['--from', '2026-01-16T00:00:00Z', '--to', '2026-01-16T00:00:00Z'], 'expected --from before --to'],
    [['--to', '2026-01-16T00:00:00Z'], '--from'],
    [[...window, '--rate', '0'], 'from 1 to'],
    [[...window, '--detector', 'other'], 'cascade, first-stage'],
    [[...window, '--tenant', 'nobody'], 'found nobody'],
  ])('refuses %j before anything is begun', async (flags, words) => {
    const { code, err } = await run(...flags);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(existsSync(stateFile())).toBe(false);
  });

  it.each([
    ['{"items":1}', 'is not the state of a replay'],
    ['no JSON', 'is not the state of a replay'],
  ])('refuses a state file that holds %j', async (text, words) => {
    writeFileSync(stateFile(), text);
    const { code, err } = await run(...window);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('says why a state file cannot be read or written', async () => {
    const folder = join(home, 'folder');
    mkdirSync(folder);
    expect((await run(...window, '--state', folder)).err).toContain('cannot be read (EISDIR)');
    writeFileSync(join(home, 'file'), '');
    const { code, err } = await run(...window, '--state', join(home, 'file', 'state.json'));
    expect(code).toBe(2);
    expect(err).toMatch(/state\.json cannot be (?:read|written) \((?:ENOTDIR|EEXIST)\)/);
  });

  it('ends after the page in hand when told to, with 1, and the same command goes on', async () => {
    const { io, signals, outcome } = terminal('', env);
    const ended = main(['replay', ...window, '--rate', '1'], { io, openJudging });
    while (!(existsSync(stateFile()) && kept().items === 1)) await new Promise((next) => setTimeout(next, 5));
    signals.emit('SIGINT');
    const stopped = outcome(await ended);
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain('stopped after 1 items; the same command goes on');
    expect(stopped.out).toBe('');
    const { code, json } = await run(...window, '--json');
    expect([code, json[0].items]).toEqual([0, 3]);
  });

  it('ends with 1 when an item could not be judged', async () => {
    await within(async ({ collections }) => {
      const [doc] = (await collections.items.page({ index: '_id', limit: 1 })).docs;
      await collections.items.update(doc?._id as string, { set: { text: 'poison' } });
    });
    const { code, json } = await run(...window, '--json');
    expect(code).toBe(1);
    expect(json[0]).toMatchObject({ failed: 1, compared: 2 });
  });
});
