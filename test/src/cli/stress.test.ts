/** `assay stress` on the embedded engines: its report, its exit code, and that it keeps away from other people's data. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { main } from '../../../src/cli/main.js';
import { loadConfig } from '../../../src/config/config.js';
import { readEnvironment } from '../../../src/config/environment.js';
import { openContext } from '../../../src/open-context.js';
import { stress, stressTenants } from '../../../src/stress/stress.js';
import { judge, replacing } from '../../streams/harness/parts.js';
import { judgingDouble } from '../judging-double.js';
import { assay, terminal } from './terminal.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'assay-stress-test-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const options = {
  run: 'r1',
  events: 40,
  rate: 400,
  tenants: stressTenants(2),
  batch: 100,
  prior: 0.5,
  maxDrop: 0,
  maxP95Ms: null,
  stallMs: 300,
};

async function within<T>(work: (context: Awaited<ReturnType<typeof openContext>>['context']) => Promise<T>) {
  const raw = readEnvironment({}, { ASSAY_HOME: home, ASSAY_TENANTS: 'stress-1,stress-2' }, '/nonexistent');
  const { config, secrets } = loadConfig(raw);
  const logger = pino({ level: 'silent' });
  const opened = await openContext(config, secrets, { clock: Date.now, logger });
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

describe('assay stress', () => {
  it('accounts for every post, in a folder of its own that is gone afterwards', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('assay-stress-')).length;
    const before = folders();
    const flags = ['--events', '150', '--rate', '1000', '--tenants', '2', '--max-drop', '0', '--json'];
    const { code, json, err } = await assay(['stress', ...flags]);
    expect(code).toBe(0);
    expect(json[0]).toMatchObject({
      engines: { log: 'embedded', store: 'embedded' },
      detector: judge.detectorSet,
      events: 150,
      appended: 150,
      judged: 150,
      announced: 150,
      dropped: 0,
      duplicates: 0,
      deadLetters: 0,
      tenants: 2,
      lag: { end: 0 },
      misses: [],
    });
    expect(json[0].latencyMs.p50).toBeGreaterThan(0);
    expect(err).toContain('150 announced · 0 on the way · all appended');
    expect(folders()).toBe(before);
  });

  it('ends with 1 when the latency is not as asked', async () => {
    const slow: typeof open = async (load) => {
      const judging = await open(load);
      const { detector } = judging;
      const judgeSlowly: typeof detector.judge = async (inputs) => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        return detector.judge(inputs);
      };
      return { ...judging, detector: { ...detector, judge: judgeSlowly } };
    };
    const { open } = judgingDouble();
    const flags = ['--events', '20', '--rate', '1000', '--max-p95-ms', '1'];
    const { code, out, err } = await assay(['stress', ...flags], { openJudging: slow });
    expect(code).toBe(1);
    expect(err).toMatch(/^missed: p95 of the latency .* ms, at most 1 ms allowed$/m);
    expect(JSON.parse(out).misses).toHaveLength(1);
  });

  it('accounts for what was sent when it is told to end', async () => {
    const { io, signals, outcome } = terminal('');
    const flags = ['stress', '--events', '100000', '--rate', '200', '--json'];
    const ended = main(flags, { io, openJudging: judgingDouble().open });
    setTimeout(() => signals.emit('SIGTERM'), 700);
    const { code, json } = outcome(await ended);
    expect(code).toBe(0);
    expect(json[0].appended).toBeLessThan(1_000);
    expect(json[0].announced).toBe(json[0].appended);
  });

  it.each([
    [['--events', '0'], 'from 1 to'],
    [['--rate', 'fast'], 'from 1 to'],
    [['--max-p95-ms', '0'], 'from 1 to'],
    [['--tenants', '5000'], 'from 1 to'],
    [['--detector', 'none'], 'cascade, first-stage'],
  ])('refuses %j', async (flags, words) => {
    const { code, err } = await assay(['stress', ...flags]);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});

describe('a load test', () => {
  it('says what was dropped, and does not count an earlier run', async () => {
    const judging = await judgingDouble().open();
    await within(async (context) => {
      expect(await stress(context, judging, options)).toMatchObject({ announced: 40, dropped: 0 });
      // A log that loses one record of each batch that is sent to one topic.
      const log = replacing(context.log, {
        send: (topic, records) =>
          context.log.send(topic, topic === 'posts.stress-2' ? records.slice(1) : records),
      });
      const report = await stress({ ...context, log }, judging, { ...options, run: 'r2' });
      expect(report.dropped).toBeGreaterThan(0);
      expect(report.dropped).toBe(report.appended - report.announced);
      expect(report.misses).toEqual([`dropped ${report.dropped}, at most 0 allowed`]);
    });
  });

  it('keeps away from a store that others use', async () => {
    const judging = await judgingDouble().open();
    await within(async (context) => {
      const { items } = context.collections;
      await stress(context, judging, { ...options, events: 1 });
      const [doc] = (await items.page({ index: '_id', limit: 1 })).docs;
      await items.insert({ ...doc!, _id: '!', tenant: 'acme' });
      await expect(stress(context, judging, options)).rejects.toMatchObject({ code: 'config.invalid' });
    });
  });
});
