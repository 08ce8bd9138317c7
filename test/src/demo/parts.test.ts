/** The small parts of the demo: the replay's clock, seeded numbers, the plan of attestations, handing in, the line of progress. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { AssayError } from '../../../schemas/errors.js';
import { drawer, shuffled } from '../../../src/demo/draw.js';
import { feed, postOf } from '../../../src/demo/feed.js';
import { keptIssuer } from '../../../src/demo/kept-issuer.js';
import { planAttestations } from '../../../src/demo/plan-attestations.js';
import type { Progress } from '../../../src/demo/progress.js';
import { ProgressLine } from '../../../src/demo/progress-line.js';
import { shareRankedRight } from '../../../src/demo/ranking.js';
import type { DemoItem, PostItem } from '../../../src/demo/stream.js';
import type { Summary } from '../../../src/demo/summary.js';
import { summaryTable } from '../../../src/demo/summary-table.js';
import { beginAt, interleave, replayTimes, SPAN_MS } from '../../../src/demo/timeline.js';
import type { Taken } from '../../../streams/intake.js';

const post = (id: string, more: Partial<PostItem> = {}): PostItem => ({
  kind: 'post',
  origin: 'people',
  id,
  account: `account-${id}`,
  conversationId: 'c',
  inReplyTo: null,
  ms: 0,
  atMs: 0,
  text: 'First.\n\nSecond.',
  machine: false,
  ...more,
});

describe('the replay’s clock', () => {
  it('shortens idle hours, keeps order and distances, and ends at zero', () => {
    const hour = 3_600_000;
    const times = replayTimes([
      { id: 'c', ms: 1_001 * hour },
      { id: 'a', ms: 0 },
      { id: 'b', ms: hour },
      { id: 'd', ms: 1_001 * hour },
    ]);
    expect(times.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    // An hour, then two of a thousand.
    expect(times.map(({ atMs }) => atMs)).toEqual([-SPAN_MS, -SPAN_MS + SPAN_MS / 3, 0, 0]);
    expect(replayTimes([{ id: 'a', ms: 5 }])).toMatchObject([{ atMs: -SPAN_MS }]);
  });

  it('can begin in the middle without tearing a conversation', () => {
    const posts = [
      { conversationId: 'early', ms: 1 },
      { conversationId: 'early', ms: 6 },
      { conversationId: 'late', ms: 5 },
      { conversationId: 'late', ms: 9 },
    ];
    const order = beginAt(posts, 5).sort((a, b) => a.ms - b.ms);
    expect(order).toEqual([
      { conversationId: 'late', ms: 5 },
      { conversationId: 'late', ms: 9 },
      { conversationId: 'early', ms: 10 },
      { conversationId: 'early', ms: 15 },
    ]);
    expect(beginAt(posts, 0)).toEqual(posts);
    expect(beginAt([], 0)).toEqual([]);
  });

  it('spreads the others evenly', () => {
    const posts = [-4, -3, -2, -1].map((atMs) => ({ id: String(atMs), atMs }));
    const merged = interleave(posts, [{ id: 'x' }, { id: 'y' }]);
    expect(merged.map(({ id }) => id)).toEqual(['-4', 'x', '-3', '-2', 'y', '-1']);
    expect(merged[1]).toEqual({ id: 'x', atMs: -4 });
    const many = Array.from({ length: 11 }, (_, at) => ({ id: `o${at}` }));
    expect(interleave(posts, many)).toHaveLength(15);
  });
});

describe('the share ranked right', () => {
  it('is one, a half or nothing for sides apart, equal or turned round', () => {
    expect(shareRankedRight([3, 4], [1, 2])).toBe(1);
    expect(shareRankedRight([1, 1], [1, 1, 1])).toBe(0.5);
    expect(shareRankedRight([1], [2])).toBe(0);
    expect(shareRankedRight([], [1])).toBeNull();
    expect(shareRankedRight([1], [])).toBeNull();
  });

  it('is what counting all pairs gives', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, scores, (machine, people) => {
        const pairs = machine.flatMap((a) => people.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        const share = pairs.reduce((sum: number, one) => sum + one, 0) / pairs.length;
        expect(shareRankedRight(machine, people)).toBeCloseTo(share, 10);
      }),
    );
  });
});

describe('the summary as a table', () => {
  const bands = { machine: 1, assisted: 0, uncertain: 1, no_machine_signs: 0, insufficient: 0 };
  const summary: Summary = {
    items: 4,
    missing: 2,
    groups: [
      { kind: 'post', origin: 'people', items: 2, bands, called: 1, meaning: 'false alarms' },
      { kind: 'post', origin: 'machine as person', items: 2, bands, called: 1, meaning: 'found' },
      {
        kind: 'email',
        origin: 'spam',
        items: 0,
        bands: { ...bands, machine: 0, uncertain: 0 },
        called: 0,
        meaning: 'false alarms',
      },
    ],
    ranking: { post: 0.75, email: null },
    alerts: 2,
    deadLetters: 1,
    attestations: { '1': 1 },
    tokens: 2,
    seconds: 2,
    itemsPerSecond: 2,
  };

  it('says what was right, what was a false alarm, and what is missing', () => {
    const table = summaryTable(summary);
    expect(table).toMatch(/^posts, written by people +2 +1 +0 +1 +0 +0 +1 false alarms \(50\.0%\)$/m);
    expect(table).toMatch(/^posts, machine told to sound like people .* 1 found \(50\.0%\)$/m);
    expect(table).toMatch(/^spam of 2002, written by people +0 .*\(–\)$/m);
    expect(table).toContain('posts: in 75% of pairs the machine-made one scores higher (50% is chance)');
    expect(table).not.toContain('letters: in');
    expect(table).toContain(
      '4 items, 2 missing; 2 items/s over 2.0 s; 2 alerts for a moderator; 1 dead letters',
    );
    expect(table).toContain("1 approved by the account's key (hal 1), 1 carried that do not hold");
  });
});

describe('seeded numbers', () => {
  it('follow from the seed alone', () => {
    const draw = drawer('a');
    const drawn = [draw(), draw()];
    const again = drawer('a');
    expect([again(), again()]).toEqual(drawn);
    expect(drawer('b')()).not.toBe(drawn[0]);
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(shuffled(values, 's')).toEqual(shuffled(values, 's'));
    expect([...shuffled(values, 's')].sort()).toEqual(values);
    expect(shuffled(values, 's')).not.toEqual(values);
  });
});

describe('the plan of attestations', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => post(id));
  const bots = ['x', 'y', 'z'].map((id) =>
    post(id, { machine: true, voice: 'person', origin: 'machine as person' }),
  );

  it('lets accounts of people and of the machine sign, and vouches for no machine', () => {
    const { signers } = planAttestations([...people, ...bots, post('far', { conversationId: 'elsewhere' })]);
    const accounts = signers.map(({ account }) => account);
    expect(accounts).toEqual(expect.arrayContaining(['account-a', 'account-far', 'account-x', 'account-y']));
    expect(accounts).not.toContain('account-b');
    expect(signers.filter(({ account }) => /-[xyz]$/.test(account)).every(({ vouched }) => !vouched)).toBe(
      true,
    );
    expect(new Set(signers.map(({ vouched }) => vouched)).size).toBe(2);
  });

  it('has one token each that was copied, made before an edit, and revoked', () => {
    const { signers, copied } = planAttestations([...people, ...bots]);
    const signatures = signers.flatMap((signer) => signer.signatures);
    expect(signatures.filter(({ showing }) => showing === 'revoked')).toHaveLength(1);
    const edited = signatures.filter(({ showing }) => showing === 'edited');
    expect(edited).toMatchObject([{ text: 'First.' }]);
    const original = signatures.find(({ postId }) => postId === copied?.from);
    expect(original?.showing).toBe('sound');
    expect(signatures.map(({ postId }) => postId)).not.toContain(copied?.postId);
  });

  it('plans nothing where there is nothing', () => {
    expect(planAttestations([])).toEqual({ signers: [], copied: null });
    expect(planAttestations(people).copied).toBeNull();
  });
});

describe('handing in', () => {
  const progress = (): Progress => ({ anchorMs: Date.UTC(2026, 0, 1), sent: 0, tokens: { a: 'token' } });
  const letter: DemoItem = {
    kind: 'email',
    id: 'm',
    origin: 'spam',
    atMs: 0,
    read: async () => ({ envelope: { mailFrom: 'a@x.example', rcptTo: ['b@y.example'] }, raw: 'eA==' }),
  };

  function parts(answer: () => Promise<Taken[]>) {
    const taken: unknown[] = [];
    const noted: number[] = [];
    const take = async (_tenant: string, values: readonly unknown[]) => {
      const answered = await answer();
      taken.push(...values);
      return answered;
    };
    const unused = () => Promise.reject(new Error('one by one is not how the demo sends'));
    const meta = {
      update: async (_id: string, change: { set: Record<string, number> }) => {
        noted.push(change.set['value.sent']!);
        return { did: 'updated' };
      },
    };
    return {
      taken,
      noted,
      tenant: 't',
      clock: () => 5,
      intake: { posts: take, emails: take, post: unused, email: unused },
      collections: { meta } as unknown as Parameters<typeof feed>[2]['collections'],
    };
  }
  const options = (signal = new AbortController().signal) => ({
    pace: null,
    signal,
    onSent: () => undefined,
  });

  it('sends posts with their tokens and letters as received now, and notes how far it came', async () => {
    const sink = parts(async () => []);
    await feed([post('a'), letter, post('b', { inReplyTo: 'a', atMs: -1_000 })], progress(), sink, options());
    expect(sink.taken).toMatchObject([
      { id: 'a', attestation: 'token', publishedAt: '2026-01-01T00:00:00.000Z' },
      { id: 'b', inReplyTo: 'a', publishedAt: '2025-12-31T23:59:59.000Z' },
      { id: 'm', receivedAt: '1970-01-01T00:00:00.005Z', raw: 'eA==' },
    ]);
    expect(sink.noted).toEqual([3]);
    expect(postOf(post('b'), progress())).not.toHaveProperty('attestation');
  });

  it('waits while the service is at its limit', async () => {
    let tries = 0;
    const sink = parts(async () => {
      if (++tries < 3) throw new AssayError('overload.queue_full');
      return [];
    });
    await feed([post('a')], progress(), sink, options());
    expect(tries).toBe(3);
    expect(sink.taken).toHaveLength(1);
  });

  it('ends between two steps at a signal, without counting what was not taken', async () => {
    const ending = new AbortController();
    const sink = parts(async () => {
      ending.abort();
      throw new AssayError('overload.queue_full');
    });
    await feed([post('a')], progress(), sink, options(ending.signal));
    expect(sink.noted).toEqual([]);
  });

  it('does not hide that a text was refused, or that the log is away', async () => {
    const refused = parts(async () => [{ error: new AssayError('item.invalid') }]);
    await expect(feed([post('a')], progress(), refused, options())).rejects.toMatchObject({
      code: 'item.invalid',
    });
    const away = parts(async () => Promise.reject(new AssayError('log.unavailable')));
    await expect(feed([letter], progress(), away, options())).rejects.toMatchObject({
      code: 'log.unavailable',
    });
  });
});

describe('the line of progress', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function sink(isTTY: boolean) {
    const written: string[] = [];
    const stream = Object.assign(
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          written.push(chunk.toString());
          done();
        },
      }),
      { isTTY },
    );
    return { written, stream };
  }
  const counts = () => ({ all: 2_000, sent: 1_500, judged: 1_200, flagged: 7 });

  it('is rewritten in place on a terminal', () => {
    const { written, stream } = sink(true);
    const line = new ProgressLine(stream, counts);
    jest.advanceTimersByTime(1_000);
    line.end();
    expect(written.length).toBe(7);
    expect(written[4]).toBe('\r1,500 of 2,000 in · 1,200 judged · 7 flagged · 1,200/s\u001b[K');
    expect(written.at(-1)).toBe('\n');
    jest.advanceTimersByTime(1_000);
    expect(written.length).toBe(7);
  });

  it('is a line now and then elsewhere', () => {
    const { written, stream } = sink(false);
    const line = new ProgressLine(stream, counts);
    jest.advanceTimersByTime(10_000);
    line.end();
    expect(written).toHaveLength(3);
    expect(written[0]).toMatch(/^1,500 of 2,000 in .*\n$/);
  });
});

describe('the issuer’s name', () => {
  it('stays what it was at the first start', () => {
    const home = mkdtempSync(join(tmpdir(), 'assay-issuer-'));
    expect(keptIssuer(home)('http://localhost:8080')).toBe('http://localhost:8080');
    expect(keptIssuer(home)('http://localhost:8081')).toBe('http://localhost:8080');
    rmSync(home, { recursive: true });
    expect(() => keptIssuer(home)('x')).toThrow('ENOENT');
  });
});
