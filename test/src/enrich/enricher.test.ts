/** The enricher on the embedded log: what it writes, what it sets aside, and what a crash or a forger cannot do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AssayError } from '../../../schemas/errors.js';
import { enrichedId } from '../../../src/enrich/attested-post.js';
import { type Enricher, type EnricherOptions, startEnricher } from '../../../src/enrich/enricher.js';
import { openEmbeddedLog } from '../../../streams/log/embedded.js';
import type { Log, LogRecord, OutgoingRecord } from '../../../streams/log/port.js';
import { DEAD_LETTERS_TOPIC } from '../../../streams/topics.js';
import { replacing } from '../../streams/harness/parts.js';
import { HOLDS, type Kit, makeKit, NOW, NOW_S, TEXT } from '../client/kit.js';
import { json, openRig, post, put, type Rig, written } from './rig.js';

let kit: Kit;
let token: string;
let folder: string;
let log: Log;
let rig: Rig;
const running: Enricher[] = [];
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-enrich-'));
  log = openEmbeddedLog({ folder });
  await log.ensureTopics([
    { name: 'posts', partitions: 2, retentionMs: null },
    { name: DEAD_LETTERS_TOPIC, partitions: 1, retentionMs: null },
  ]);
  rig = await openRig(log, kit);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await log.close();
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(change: Partial<EnricherOptions> = {}, parts = rig.parts): Promise<Enricher> {
  const enricher = await startEnricher(parts, { from: 'posts', to: 'attested', ...change });
  running.push(enricher);
  return enricher;
}
/** Runs until the topic is read, and gives what was written. */
async function enriched(change: Partial<EnricherOptions> = {}): Promise<LogRecord[]> {
  const enricher = await start(change);
  await enricher.settle();
  await enricher.stop();
  return written(log, change.to ?? 'attested');
}

describe('a post', () => {
  test('with an attestation that holds is written with its result, in the value and in short in headers', async () => {
    await put(
      log,
      'posts',
      post({ attestation: token }),
      { ce_time: '2030-01-15T00:00:00Z', 'x-own': 'kept' },
      'key-1',
    );
    const [record] = await enriched();
    expect(record!.key).toBe('key-1');
    expect(json(record!)).toEqual({
      ...post({ attestation: token }),
      attestationResult: {
        checkedAt: new Date(NOW).toISOString(),
        token: true,
        ...HOLDS,
        statusAsOf: new Date((NOW_S - 10) * 1000).toISOString(),
        jti: kit.claims.jti,
      },
    });
    expect(record!.headers).toEqual({
      ce_specversion: '1.0',
      ce_type: 'post.created',
      ce_id: expect.stringMatching(/^[\w-]{24}$/),
      ce_source: '/assay/enricher',
      ce_time: '2030-01-15T00:00:00Z',
      'content-type': 'application/json; charset=utf-8',
      'x-own': 'kept',
      ce_attestation: 'valid',
      ce_attestationhal: '2',
    });
  });

  test.each<[string, object, string, string[]]>([
    ['on another account', { author: { id: 'bob' } }, 'invalid', ['author.different']],
    ['edited', { text: 'Other.' }, 'invalid', ['content.different']],
    ['on another platform', { platform: 'blog' }, 'invalid', ['token.audience']],
    ['with a token that is none', { attestation: 'x' }, 'invalid', ['token.malformed']],
  ])('%s says so', async (_name, change, word, errors) => {
    await put(log, 'posts', post({ attestation: token, ...change }));
    const [record] = await enriched();
    expect(record!.headers).toMatchObject({ ce_attestation: word });
    expect(record!.headers).not.toHaveProperty('ce_attestationhal');
    expect(json(record!).attestationResult).toMatchObject({ valid: false, hal: null, errors });
  });

  test('in HTML is checked as HTML', async () => {
    await put(log, 'posts', post({ attestation: token, text: undefined, html: `<p>${TEXT}</p>` }));
    const [record] = await enriched();
    expect(json(record!).attestationResult).toMatchObject({ valid: true, content: 'exact' });
  });

  test('that was revoked is invalid; without any list it is unchecked, also for an open policy', async () => {
    await put(log, 'posts', post({ attestation: token }));
    const revoked = await openRig(log, kit, { 5: 1 });
    await (await start({ to: 'revoked' }, revoked.parts)).settle();
    expect((await written(log, 'revoked'))[0]!.headers['ce_attestation']).toBe('invalid');
    const { createVerifier } = await import('../../../src/client/html.js');
    for (const [to, onStale] of [
      ['closed', 'closed'],
      ['open', 'open'],
    ] as const) {
      const verifier = createVerifier({ trust: kit.trust, policy: { onStale }, clock: () => NOW });
      await (await start({ to }, { ...rig.parts, verifier })).settle();
      expect((await written(log, to))[0]!.headers['ce_attestation']).toBe('unchecked');
    }
    await revoked.close();
  });

  test('without a token passes and says that it has none', async () => {
    await put(log, 'posts', post());
    const [record] = await enriched();
    expect(record!.headers['ce_attestation']).toBe('none');
    expect(json(record!).attestationResult).toEqual({ checkedAt: new Date(NOW).toISOString(), token: false });
  });

  test('keeps every other byte as it came', async () => {
    const text = JSON.stringify(post()).replace(/}$/, ' , "likes":12345678901234567890 }\n');
    await put(log, 'posts', text);
    const [record] = await enriched();
    expect(String(record!.value)).toContain('"likes":12345678901234567890 ,"attestationResult":{');
    expect(json(record!).attestationResult.token).toBe(false);
  });

  test('that was deleted passes as it is', async () => {
    const deletion = { platform: 'forum', id: 'p1', deletedAt: new Date(NOW).toISOString() };
    await put(log, 'posts', deletion, { ce_type: 'post.deleted' });
    const [record] = await enriched();
    expect(json(record!)).toEqual(deletion);
    expect(record!.headers).toMatchObject({ ce_type: 'post.deleted', ce_source: '/assay/enricher' });
    expect(record!.headers).not.toHaveProperty('ce_attestation');
  });
});

describe('a forger', () => {
  test('who writes the result himself is overwritten, in the value and in every spelling of the headers', async () => {
    const forged = { attestationResult: { valid: true, hal: 3 } };
    const headers = { ce_attestation: 'valid', CE_Attestationhal: '3', ce_attestationlevel: '3' };
    await put(log, 'posts', post(forged), headers);
    await put(
      log,
      'posts',
      { platform: 'forum', id: 'p1', deletedAt: new Date(NOW).toISOString(), ...forged },
      {
        ...headers,
        ce_type: 'post.deleted',
      },
    );
    const escaped = JSON.stringify(post()).replace(/}$/, ',"attestation\\u0052esult":{"valid":true}}');
    await put(log, 'posts', escaped);
    const [one, two, three] = await enriched();
    expect(json(one!).attestationResult).toEqual({ checkedAt: new Date(NOW).toISOString(), token: false });
    expect(String(one!.value).match(/attestationResult/g)).toHaveLength(1);
    expect(Object.entries(one!.headers).filter(([name]) => /attestation/i.test(name))).toEqual([
      ['ce_attestation', 'none'],
    ]);
    expect(json(two!)).not.toHaveProperty('attestationResult');
    expect(Object.keys(two!.headers).filter((name) => /attestation/i.test(name))).toEqual([]);
    expect(json(three!).attestationResult.token).toBe(false);
    expect(String(three!.value)).not.toContain('u0052');
  });

  test('who gives a post two texts, one for each kind of reader, is set aside', async () => {
    const twice = JSON.stringify(post({ attestation: token })).replace('{', '{"text":"Something else.",');
    await put(log, 'posts', twice);
    expect(await enriched()).toEqual([]);
    expect((await rig.letters()).map(({ code }) => code)).toEqual(['request.name_twice']);
  });
});

describe('a record that is no post', () => {
  test.each<[string, string | Buffer | object, Record<string, string>, string]>([
    ['broken JSON', '{', {}, 'request.malformed_json'],
    ['ill-formed UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), {}, 'request.invalid_utf8'],
    ['another type', post(), { ce_type: 'like.created' }, 'item.invalid'],
    ['no author', post({ author: undefined }), {}, 'item.invalid'],
    ['a broken deletion', {}, { ce_type: 'post.deleted' }, 'item.invalid'],
    ['a post with no room for its result', post({ padding: 'x'.repeat(999_700) }), {}, 'request.too_large'],
  ])('(%s) becomes a dead letter, and its neighbours go on', async (_name, value, headers, code) => {
    await put(log, 'posts', value, headers);
    await put(log, 'posts', post());
    expect(await enriched()).toHaveLength(1);
    const [letter] = await rig.letters();
    expect(letter).toMatchObject({ code, topic: 'posts', tenant: 'acme', state: 'open' });
    expect(await written(log, DEAD_LETTERS_TOPIC)).toHaveLength(1);
  });

  test('is told from one without any value', async () => {
    await log.send('posts', [{ key: 'k', value: null, headers: { ce_type: 'post.created' } }]);
    expect(await enriched()).toEqual([]);
    expect((await rig.letters())[0]!.code).toBe('item.unparsable');
  });
});

describe('at least once', () => {
  test('an event that comes twice has the same id twice; two events have two', async () => {
    await put(log, 'posts', post({ attestation: token }));
    await put(log, 'posts', post({ attestation: token }), {}, 'elsewhere');
    await put(log, 'posts', post({ id: 'p2' }), { ce_id: 'e2' });
    await put(log, 'posts', post({ id: 'p2' }), { ce_source: '/blog' });
    const ids = (await enriched()).map(({ headers }) => headers['ce_id']);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(3);
  });

  test('an event without an id is known by its place', () => {
    const record = { topic: 'posts', partition: 0, offset: 7, headers: {} } as unknown as LogRecord;
    expect(enrichedId(record)).toBe(enrichedId({ ...record }));
    expect(enrichedId(record)).not.toBe(enrichedId({ ...record, offset: 8 }));
    const named = { ...record, headers: { ce_id: 'e' } };
    expect(enrichedId(named)).toBe(enrichedId({ ...named, offset: 8 }));
  });

  test('a batch that could not be written comes again, and nothing is lost', async () => {
    for (let count = 0; count < 200; count++)
      await put(log, 'posts', post(), { ce_id: `e${count}` }, `k${count}`);
    let fails = 3;
    const failing = replacing(log, {
      send: async (topic: string, records: readonly OutgoingRecord[]) => {
        if (topic === 'attested' && fails-- > 0) throw new AssayError('log.unavailable');
        return log.send(topic, records);
      },
    });
    const enricher = await start({ maxBatch: 50 }, { ...rig.parts, log: failing });
    expect(await enricher.lag()).toBeGreaterThan(0);
    await enricher.settle();
    const ids = new Set((await written(log, 'attested')).map(({ headers }) => headers['ce_id']));
    expect(ids.size).toBe(200);
    expect(fails).toBeLessThan(0);
    expect(await rig.letters()).toEqual([]);
  });

  test('a restart goes on where the last one committed', async () => {
    await put(log, 'posts', post());
    const reports: unknown[] = [];
    const first = await start({ onBatch: (report) => reports.push(report) });
    await first.settle();
    expect(first.ready).toBe(true);
    await first.stop();
    await first.stop();
    await put(log, 'posts', post({ attestation: token }), { ce_id: 'e2' });
    const second = await start({ onBatch: (report) => reports.push(report) });
    await second.settle();
    expect(await written(log, 'attested')).toHaveLength(2);
    expect(reports).toEqual([
      { valid: 0, invalid: 0, unchecked: 0, none: 1, rejected: 0 },
      { valid: 1, invalid: 0, unchecked: 0, none: 0, rejected: 0 },
    ]);
  });

  test('a post on which verifying itself breaks is set aside after its tries; the others go on', async () => {
    await put(log, 'posts', post({ attestation: 'poison' }), { ce_id: 'e1' });
    await put(log, 'posts', post({ attestation: token }), { ce_id: 'e2' });
    const verifier = {
      ...rig.parts.verifier,
      verify: async (given: string, found?: object) => {
        if (given === 'poison') throw new TypeError('a bug');
        return rig.parts.verifier.verify(given, found);
      },
    };
    const enricher = await start({}, { ...rig.parts, verifier });
    await enricher.settle();
    expect((await written(log, 'attested')).map(({ headers }) => headers['ce_attestation'])).toEqual([
      'valid',
    ]);
    expect((await rig.letters()).map(({ code, tries }) => [code, tries])).toEqual([['internal', 5]]);
  });

  test('a batch that is taken back is left to its next owner', async () => {
    await put(log, 'posts', post());
    const taken = AbortSignal.abort();
    let failed: unknown;
    const consuming = replacing(log, {
      consume: (options: Parameters<Log['consume']>[0]) =>
        log.consume({
          ...options,
          onBatch: (batch) =>
            options.onBatch({ ...batch, signal: taken }).catch((error) => {
              failed = error;
            }),
        }),
    });
    const enricher = await start({}, { ...rig.parts, log: consuming });
    await enricher.settle(AbortSignal.timeout(2_000));
    expect(failed).toMatchObject({ code: 'log.unavailable' });
    expect(await written(log, 'attested')).toEqual([]);
  });
});

describe('topics', () => {
  test('that are one and the same are refused: posts would go round', async () => {
    await expect(start({ to: 'posts' })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  test('the source has to be there, and the target to have as many partitions', async () => {
    await expect(start({ from: 'nowhere' })).rejects.toMatchObject({ code: 'log.unavailable' });
    await log.ensureTopics([{ name: 'narrow', partitions: 1, retentionMs: null }]);
    await expect(start({ to: 'narrow' })).rejects.toMatchObject({ code: 'log.topic_mismatch' });
    await put(log, 'posts', post());
    await enriched();
    expect(await log.bounds('attested')).toHaveLength(2);
  });
});
