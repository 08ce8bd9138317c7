/** When lists are said to be signed: strictly later each time, near the clock, whoever claims. */
import { describe, expect, test } from '@jest/globals';
import type { StatusListDoc } from '../../../schemas/store/documents.js';
import type { Change, Collection, Filter } from '../../../schemas/store/port.js';
import { type DatedList, SigningTimes } from '../../../src/attest/status-time.js';

const NOW_S = Date.UTC(2030, 0, 15) / 1000;

/** One list in a store that does what the port says of guards. */
function stored(signedS?: number, signedRevision?: number) {
  const base: StatusListDoc = { _id: '7', kid: 'k', size: 4, taken: 0, createdMs: 0, revision: 3 };
  const list: StatusListDoc = { ...base, ...(signedS === undefined ? {} : { signedS }) };
  if (signedRevision !== undefined) list.signedRevision = signedRevision;
  let doc: StatusListDoc | null = list;
  const lists = {
    get: async () => doc,
    async findAndUpdate(_id: string, { set }: Change, guard?: Filter) {
      const meets = Object.entries(guard!).every(([name, value]) => (doc?.[name as '_id'] ?? null) === value);
      if (doc === null || !meets) return null;
      doc = { ...doc, ...set };
      return doc;
    },
  } as unknown as Collection<StatusListDoc>;
  const remove = () => {
    doc = null;
  };
  const change = () => {
    doc = { ...doc!, revision: doc!.revision + 1 };
    return doc;
  };
  return { lists, found: list, remove, change };
}

const secondOf = async (claim: Promise<DatedList | 'later' | null>) => {
  const claimed = await claim;
  return claimed === 'later' ? claimed : claimed!.signedS;
};

describe('the time of a list', () => {
  test('is the clock’s, a second later for each change of one second, and none beyond 30 ahead', async () => {
    const { lists, change } = stored();
    const times = new SigningTimes(lists, () => NOW_S * 1000 + 999);
    const claimed = [];
    for (let turn = 0; turn < 31; turn++) claimed.push(await secondOf(times.claim(change())));
    expect(claimed).toEqual(Array.from({ length: 31 }, (_, at) => NOW_S + at));
    expect(await times.claim(change())).toBe('later');
  });

  test('is one for all processes that want it for the same changes, also with an old copy in hand', async () => {
    const { lists, found, change } = stored(NOW_S - 60, 3);
    const processes = Array.from({ length: 20 }, () => new SigningTimes(lists, () => NOW_S * 1000));
    const all = () => Promise.all(processes.map((times) => secondOf(times.claim(found))));
    expect(new Set(await all())).toEqual(new Set([NOW_S]));
    expect(new Set(await all())).toEqual(new Set([NOW_S]));
    change();
    change();
    expect(new Set(await all())).toEqual(new Set([NOW_S + 1]));
  });

  test('is another one when the clock has gone on, though nothing changed', async () => {
    const { lists, found } = stored(NOW_S - 1, 3);
    expect(await secondOf(new SigningTimes(lists, () => NOW_S * 1000).claim(found))).toBe(NOW_S);
  });

  test('never goes back and is never more than 30 seconds ahead, however many processes change and claim', async () => {
    const { lists, change } = stored();
    const begun = performance.now();
    // Forty times as fast, so that waiting for it is not waiting long.
    const fast = () => NOW_S * 1000 + Math.floor(40 * (performance.now() - begun));
    const claimed: { signedS: number; revision: number }[] = [];
    const worker = async () => {
      const times = new SigningTimes(lists, fast);
      for (let turn = 0; turn < 12; turn++) {
        const one = await times.claim(change());
        if (one === null || one === 'later') continue;
        expect(one.signedS).toBeLessThanOrEqual(fast() / 1000 + 30);
        claimed.push(one);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await Promise.all(Array.from({ length: 10 }, worker));
    expect(claimed.length).toBeGreaterThan(30);
    // Two that say the same may be of one second; two that differ are in the order of what they say.
    for (const [at, { signedS, revision }] of claimed.entries()) {
      for (const other of claimed.slice(at + 1)) {
        expect(Math.sign(other.signedS - signedS)).toBe(Math.sign(other.revision - revision));
      }
    }
  }, 30_000);

  test('waits for the clock when it is 30 seconds ahead of it', async () => {
    const { lists, found } = stored(NOW_S + 30);
    let nowMs = NOW_S * 1000;
    const times = new SigningTimes(lists, () => nowMs);
    const claim = secondOf(times.claim(found));
    let claimed: unknown;
    void claim.then((second) => {
      claimed = second;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(claimed).toBeUndefined();
    nowMs += 1_000;
    expect(await claim).toBe(NOW_S + 31);
  });

  test('is to be asked for later, after two seconds at the most, when the clock stands still or was set back a little', async () => {
    for (const ahead of [30, 59, 60, 600]) {
      const { lists, found } = stored(NOW_S + ahead);
      const times = new SigningTimes(lists, () => NOW_S * 1000);
      expect(await times.claim(found)).toBe('later');
      expect((await lists.get('7'))!.signedS).toBe(NOW_S + ahead);
    }
  }, 30_000);

  test('is the clock’s again when the stored one is of a clock that was wrong, and that is told', async () => {
    const { lists, found } = stored(NOW_S + 601, 3);
    const told: unknown[] = [];
    const times = new SigningTimes(
      lists,
      () => NOW_S * 1000,
      (...each) => told.push(each),
    );
    expect(await secondOf(times.claim(found))).toBe(NOW_S);
    expect(told).toEqual([['7', 601]]);
  });

  test('is none for a list that is gone, and one for later where others take every one', async () => {
    const { lists, found, remove } = stored();
    remove();
    expect(await new SigningTimes(lists, () => NOW_S * 1000).claim(found)).toBeNull();
    const taken = { get: async () => found, findAndUpdate: async () => null } as unknown as typeof lists;
    expect(await new SigningTimes(taken, () => NOW_S * 1000).claim(found)).toBe('later');
  });
});
