/** The stream of changed lists, among many who follow it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { changeStatus } from '../../../src/attest/status.js';
import { type EventSink, StatusEvents } from '../../../src/attest/status-events.js';
import { openRig, type Rig } from './rig.js';

let rig: Rig;
let jti: string;
beforeEach(async () => {
  rig = await openRig();
  ({ jti } = await (await rig.author()).attest({ text: 'Mine.' }));
});
afterEach(() => rig.close());

interface Follower {
  frames: string[];
  /** Resolves at the next event. */
  event(): Promise<unknown>;
  ended: Promise<unknown>;
  leave(): void;
}

function follow(events: StatusEvents, address = '192.0.2.7', room = true): Follower {
  const gone = new AbortController();
  const frames: string[] = [];
  let told: () => void = () => undefined;
  const sink: EventSink = {
    write(frame) {
      frames.push(frame);
      if (frame.startsWith('event')) told();
      return room;
    },
    room: (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  };
  const ended = events.follow(rig.now, sink, gone.signal, address).then(
    () => null,
    (error) => error,
  );
  const event = () => new Promise<void>((resolve) => (told = resolve));
  return { frames, event, ended, leave: () => gone.abort() };
}

const suspend = () => changeStatus(rig.issuer, 'acme', jti, 'suspend');

/** Counts how often the lists are looked through. */
function counted() {
  const { statusLists } = rig.opened.collections;
  const count = { pages: 0, broken: false };
  const page: typeof statusLists.page = (query) => {
    count.pages++;
    return count.broken ? Promise.reject(new Error('the store is gone')) : statusLists.page(query);
  };
  const events = new StatusEvents(
    { statusLists: { ...statusLists, page } as never },
    rig.issuer.lists,
    () => rig.now,
  );
  return { events, count };
}

describe('many who follow', () => {
  test('are told of a change by one look at the store', async () => {
    const { events, count } = counted();
    rig.now += 60_000;
    const all = Array.from({ length: 40 }, () => follow(events));
    // Each has read up by itself, and the one look for all of them has begun.
    while (count.pages < 41) await new Promise((resolve) => setTimeout(resolve, 5));
    const told = all.map((each) => each.event());
    count.pages = 0;
    await suspend();
    await Promise.all(told);
    expect(count.pages).toBeLessThan(20);
    for (const each of all) each.leave();
    await Promise.all(all.map(({ ended }) => ended));
    expect(events.connections).toBe(0);
  });

  test('are all let go when the store is gone, and find it again', async () => {
    const { events, count } = counted();
    const [one, other] = [follow(events), follow(events)];
    while (count.pages < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    count.broken = true;
    await suspend();
    expect(await one.ended).toMatchObject({ message: 'the store is gone' });
    expect(await other.ended).toMatchObject({ message: 'the store is gone' });
    count.broken = false;
    const again = follow(events);
    await again.event();
    again.leave();
    expect(await again.ended).toBeNull();
  });

  test('one that reads slowly keeps of each list only the newest change', async () => {
    const { events } = counted();
    const slow = follow(events, '192.0.2.7', false);
    const quick = follow(events);
    for (const act of ['suspend', 'reinstate', 'suspend', 'revoke'] as const) {
      const told = quick.event();
      rig.now += 10;
      await changeStatus(rig.issuer, 'acme', jti, act);
      await told;
    }
    expect(slow.frames).toHaveLength(1);
    for (const each of [slow, quick]) each.leave();
    expect(await Promise.all([slow.ended, quick.ended])).toEqual([null, null]);
  });
});

describe('one address', () => {
  test('has so many streams and no more, while others have theirs, and gets a place back', async () => {
    const { events } = counted();
    const most = LIMITS.statusFollowersPerAddress;
    const all = Array.from({ length: most }, () => follow(events));
    expect(await follow(events).ended).toMatchObject({ code: 'overload.streams', retryAfterS: 10 });
    expect(() => events.checkRoom('192.0.2.7')).toThrow(`at most ${most} streams`);
    const other = follow(events, '192.0.2.8');
    expect(events.connections).toBe(most + 1);
    all[0]!.leave();
    await all[0]!.ended;
    const next = follow(events);
    for (const each of [...all, other, next]) each.leave();
    expect(await Promise.all([...all, other, next].map(({ ended }) => ended))).toEqual(
      Array(most + 2).fill(null),
    );
    expect(events.connections).toBe(0);
  });
});
