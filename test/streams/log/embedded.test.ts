import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedLog } from '../../../streams/log/embedded.js';
import { logContract } from './contract.js';

const folders: string[] = [];
const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-log-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const shared = freshFolder();
logContract('the embedded log', {
  open: async () => openEmbeddedLog({ folder: shared }),
  patienceMs: 20_000,
});

describe('the embedded log', () => {
  let folder: string;
  beforeEach(() => {
    folder = freshFolder();
  });

  const put = (key: string, value: string | null) => ({
    key,
    value: value === null ? null : Buffer.from(value),
  });

  it('drops records older than the retention of their topic, and keeps offsets rising', async () => {
    let now = 1_000_000;
    const log = openEmbeddedLog({ folder, clock: () => now });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: 1_000 }]);
    await log.send('t', [put('k', 'old')]);
    now += 5_000;
    await log.send('t', [put('k', 'new')]);
    await log.sweep(now);
    expect(await log.bounds('t')).toEqual([{ partition: 0, first: 1, next: 2 }]);
    expect((await log.read('t', 0, 0, 9)).map(({ offset }) => offset)).toEqual([1]);
    now += 5_000;
    await log.sweep(now);
    expect(await log.bounds('t')).toEqual([{ partition: 0, first: 2, next: 2 }]);
    await log.close();
  });

  it('drops nothing that a group has not read yet, however the clock jumps', async () => {
    let now = 1_000_000;
    const log = openEmbeddedLog({ folder, clock: () => now });
    await log.ensureTopics([{ name: 't', partitions: 2, retentionMs: 1_000 }]);
    const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
    const sendAll = (value: string) =>
      log.send(
        't',
        keys.map((key) => put(key, value)),
      );
    await sendAll('1');
    const seen: string[] = [];
    const consume = () =>
      log.consume({
        group: 'g',
        topics: ['t'],
        onBatch: async ({ records }) => void seen.push(...records.map(({ value }) => String(value))),
      });
    const first = await consume();
    while (seen.length < keys.length) await new Promise((resolve) => setTimeout(resolve, 5));
    await first.stop();
    await sendAll('2');
    now += 365 * 24 * 3_600_000;
    await log.sweep(now);
    expect((await log.read('t', 0, 0, 99)).every(({ value }) => String(value) === '2')).toBe(true);
    expect(await log.lag('g', 't')).toBe(keys.length);
    const second = await consume();
    while (seen.length < 2 * keys.length) await new Promise((resolve) => setTimeout(resolve, 5));
    await second.stop();
    await log.sweep(now);
    expect((await log.bounds('t')).every(({ first: kept, next }) => kept === next)).toBe(true);
    await log.close();
  });

  it('keeps the newest record of each key on a compacted topic, and buries old tombstones', async () => {
    let now = 1_000_000;
    const log = openEmbeddedLog({ folder, clock: () => now });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: null, compact: true }]);
    await log.send('t', [put('a', '1'), put('b', '1'), put('a', '2'), put('b', null)]);
    await log.sweep(now);
    expect((await log.read('t', 0, 0, 9)).map(({ key, value }) => [key, value?.toString() ?? null])).toEqual([
      ['a', '2'],
      ['b', null],
    ]);
    now += 48 * 3_600_000;
    await log.sweep(now);
    expect((await log.read('t', 0, 0, 9)).map(({ key }) => key)).toEqual(['a']);
    await log.close();
  });

  it('starts a new group at the end when asked to', async () => {
    const log = openEmbeddedLog({ folder });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: null }]);
    await log.send('t', [put('k', 'before')]);
    const seen: string[] = [];
    const consumer = await log.consume({
      group: 'g',
      topics: ['t'],
      from: 'end',
      onBatch: async ({ records }) => {
        seen.push(...records.map(({ value }) => String(value)));
      },
    });
    await log.send('t', [put('k', 'after')]);
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await consumer.stop();
    await consumer.stop();
    expect(seen).toEqual(['after']);
    await log.close();
  });

  it('handles partitions side by side up to the given concurrency', async () => {
    const log = openEmbeddedLog({ folder });
    await log.ensureTopics([{ name: 't', partitions: 4, retentionMs: null }]);
    await log.send(
      't',
      Array.from({ length: 40 }, (_, i) => put(`k${i}`, 'x')),
    );
    let running = 0;
    let most = 0;
    let seen = 0;
    const consumer = await log.consume({
      group: 'g',
      topics: ['t'],
      concurrency: 2,
      onBatch: async ({ records }) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
        seen += records.length;
      },
    });
    while (seen < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await consumer.stop();
    expect(most).toBe(2);
    await log.close();
  });

  it('lets a tail try again what its handler could not take', async () => {
    const log = openEmbeddedLog({ folder });
    await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: null }]);
    await log.send('t', [put('k', '1')]);
    let tries = 0;
    const errors: unknown[] = [];
    const tail = await log.tail({
      topic: 't',
      from: {},
      onRecords: async () => {
        if (++tries === 1) throw new Error('slow reader');
      },
      onError: (error) => errors.push(error),
    });
    while (tries < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await tail.stop();
    expect(errors).toHaveLength(1);
    await log.close();
  });

  it('lets a handler append while the log is closing, and refuses everything afterwards', async () => {
    const log = openEmbeddedLog({ folder });
    await log.ensureTopics([
      { name: 'in', partitions: 1, retentionMs: null },
      { name: 'out', partitions: 1, retentionMs: null },
    ]);
    await log.send('in', [put('k', '1')]);
    let started = false;
    await log.consume({
      group: 'g',
      topics: ['in'],
      onBatch: async () => {
        started = true;
        await new Promise((resolve) => setTimeout(resolve, 50));
        await log.send('out', [put('k', 'done')]);
      },
    });
    while (!started) await new Promise((resolve) => setTimeout(resolve, 5));
    await log.close();
    await log.close();
    await expect(log.ping()).rejects.toMatchObject({ code: 'log.unavailable' });
    const again = openEmbeddedLog({ folder });
    expect((await again.read('out', 0, 0, 9)).length).toBe(1);
    expect(await again.lag('g', 'in')).toBe(0);
    await again.close();
  });

  it('says which topic does not exist', async () => {
    const log = openEmbeddedLog({ folder });
    await expect(log.send('nowhere', [put('k', '1')])).rejects.toThrow('nowhere');
    await log.send('nowhere', []);
    await log.close();
  });
});

/** Another process that opens the log through the built files, appends, and reports each acknowledged record. */
const writer = (folder: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { build } from './scripts/build.js';
       await build();
       const { openEmbeddedLog } = await import('./dist/streams/log/embedded.js');
       const log = openEmbeddedLog({ folder: process.argv[1] });
       await log.ensureTopics([{ name: 't', partitions: 1, retentionMs: null }]);
       for (let i = 0; ; i++) {
         await log.send('t', [{ key: 'k', value: Buffer.from(String(i)) }]);
         process.stdout.write(i + '\\n');
       }`,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );

describe('failures of the process that holds the embedded log', () => {
  it('a second process is refused while the first lives, and kill -9 loses no acknowledged record', async () => {
    const folder = freshFolder();
    const child = writer(folder);
    let out = '';
    child.stdout!.on('data', (chunk) => {
      out += String(chunk);
    });
    while (out.split('\n').length < 50) {
      if (child.exitCode !== null) throw new Error(`the writer ended with exit code ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(() => openEmbeddedLog({ folder })).toThrow(`Process ${child.pid} is already using`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const acknowledged = out.split('\n').slice(0, -1);
    const log = openEmbeddedLog({ folder });
    const kept = (await log.read('t', 0, 0, 1_000_000)).map(({ value }) => String(value));
    expect(kept.slice(0, acknowledged.length)).toEqual(acknowledged);
    expect(kept.length - acknowledged.length).toBeLessThanOrEqual(1);
    await log.close();
  }, 120_000);
});
