/** Each part is asked by itself and answers in time, whatever state it is in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { freeMegabytes, requireRoom } from '../../../src/telemetry/disk.js';
import { type Checked, readiness } from '../../../src/telemetry/readiness.js';

const folder = mkdtempSync(join(tmpdir(), 'assay-ready-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const well: Checked = {
  log: { engine: 'embedded', ping: async () => undefined },
  store: { engine: 'embedded', ping: async () => undefined },
  detectors: () => [{ id: 'first-stage', version: '1', sha256: 'ab', engine: 'js', device: 'cpu' }],
  worker: { ready: true, heldBack: false, lag: async () => 7 },
  disk: { folder, minFreeMb: 0 },
};

describe('readiness', () => {
  it('says of every part what was found', async () => {
    const checks = await readiness(well);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['log', true],
      ['store', true],
      ['detector', true],
      ['worker', true],
      ['disk', true],
    ]);
    expect(checks[2]?.facts).toEqual({ 'first-stage': '1, js on cpu' });
    expect(checks[3]?.facts).toEqual({ lag: 7, heldBack: false });
  });

  it('leaves out what this process does not run', async () => {
    const { worker: _, disk: __, ...rest } = well;
    expect((await readiness(rest)).map(({ name }) => name)).toEqual(['log', 'store', 'detector']);
    const { detectors: ___, ...engines } = rest;
    expect((await readiness(engines)).map(({ name }) => name)).toEqual(['log', 'store']);
  });

  it('tells a broken part, a missing model, an idle worker and a full disk apart', async () => {
    const warnings: { part: string; err: Error }[] = [];
    const checks = await readiness({
      logger: {
        warn: (facts: { part: string; err: Error }) => void warnings.push(facts),
      } as Checked['logger'],
      log: {
        engine: 'kafka',
        ping: async () => Promise.reject(new AssayError('log.unavailable', 'Kafka: 10.0.0.7:9092 refused')),
      },
      store: well.store,
      detectors: () => [],
      worker: { ready: false, heldBack: true, lag: async () => 0 },
      disk: { folder, minFreeMb: Number.MAX_SAFE_INTEGER },
    });
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['log', false],
      ['store', true],
      ['detector', false],
      ['worker', false],
      ['disk', false],
    ]);
    expect(checks[0]?.facts).toEqual({ error: 'log.unavailable' });
    expect(warnings.map(({ part, err }) => `${part}: ${err.message}`)).toEqual([
      'log: Kafka: 10.0.0.7:9092 refused',
    ]);
  });

  it('does not wait for a part that does not answer', async () => {
    const mute = { engine: 'mongo', ping: () => new Promise<void>(() => undefined) };
    const [, store] = await readiness({ ...well, store: mute }, 10);
    expect(store).toMatchObject({ name: 'store', ok: false, facts: { error: 'request.timeout' } });
  });

  it('reports a detector that throws when it is asked, and quotes nothing of a foreign error', async () => {
    const broken = {
      ...well,
      detectors: () => {
        throw new Error('the weights are damaged');
      },
    };
    const check = (await readiness(broken)).find(({ name }) => name === 'detector');
    expect(check).toMatchObject({ ok: false, facts: { error: 'Error' } });
  });
});

describe('room on the disk', () => {
  it('is measured where the data lies, and asked for before anything is written', async () => {
    const data = join(folder, 'not', 'there', 'yet');
    await requireRoom(data, 0);
    expect(await freeMegabytes(data)).toBeGreaterThanOrEqual(0);
    await expect(requireRoom(data, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      code: 'disk.full',
      message: expect.stringContaining('expected at least'),
    });
  });
});
