/** When lists are said to be signed: strictly later each time, near the clock, whoever claims. */
import { describe, expect, test } from '@jest/globals';
import type { StatusListDoc } from '../../../schemas/store/documents.js';
import type { Change, Collection, Filter } from '../../../schemas/store/port.js';
import { SigningTimes } from '../../../src/attest/status-time.js';

const NOW_S = Date.UTC(2030, 0, 15) / 1000;

/** One list in a store that does what the port says of guards. */
function stored(signedS?: number) {
  const base: StatusListDoc = { _id: '7', kid: 'k', size: 4, taken: 0, createdMs: 0, revision: 3 };
  const list: StatusListDoc = signedS === undefined ? base : { ...base, signedS };
  let doc: StatusListDoc | null = list;
  const lists = {
    get: async () => doc,
    async findAndUpdate(_id: string, { set }: Change, guard?: Filter) {
      if (doc === null || (doc.signedS ?? null) !== guard!['signedS']) return null;
      doc = { ...doc, ...set };
      return doc;
    },
  } as unknown as Collection<StatusListDoc>;
  const remove = () => {
    doc = null;
  };
  return { lists, found: list, remove };
}

describe('the time of a list', () => {
  test('is the clock’s, and a second later each time the clock has not gone on', async () => {
    const { lists, found } = stored();
    const times = new SigningTimes(lists, () => NOW_S * 1000 + 999);
    const claimed = [];
    for (let turn = 0; turn < 30; turn++) claimed.push((await times.claim(found))!.signedS);
    expect(claimed).toEqual(Array.from({ length: 30 }, (_, at) => NOW_S + at));
  });

  test('is claimed by one process only, also when many want it at once and hold an old copy', async () => {
    const { lists, found } = stored(NOW_S - 60);
    const processes = Array.from({ length: 20 }, () => new SigningTimes(lists, () => NOW_S * 1000));
    const claimed = await Promise.all(processes.map(async (times) => (await times.claim(found))!.signedS));
    expect(claimed.sort()).toEqual(Array.from({ length: 20 }, (_, at) => NOW_S + at));
  });

  test('waits for the clock when it is 30 seconds ahead of it', async () => {
    const { lists, found } = stored(NOW_S + 30);
    let nowMs = NOW_S * 1000;
    const times = new SigningTimes(lists, () => nowMs);
    const claim = times.claim(found);
    let claimed: number | undefined;
    void claim.then((doc) => {
      claimed = doc!.signedS;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(claimed).toBeUndefined();
    nowMs += 1_000;
    expect((await claim)!.signedS).toBe(NOW_S + 31);
  });

  test('goes further ahead when a clock stands still, and never beyond what readers forgive', async () => {
    const { lists, found } = stored(NOW_S + 59);
    const times = new SigningTimes(lists, () => NOW_S * 1000);
    expect((await times.claim(found))!.signedS).toBe(NOW_S + 60);
    expect((await times.claim(found))!.signedS).toBe(NOW_S);
  }, 30_000);

  test('is the clock’s again when that was set back far', async () => {
    const { lists, found } = stored(NOW_S + 86_400);
    const times = new SigningTimes(lists, () => NOW_S * 1000);
    expect((await times.claim(found))!.signedS).toBe(NOW_S);
  });

  test('is none for a list that is gone, and an error where others take every one', async () => {
    const { lists, found, remove } = stored();
    remove();
    expect(await new SigningTimes(lists, () => NOW_S * 1000).claim(found)).toBeNull();
    const taken = { get: async () => found, findAndUpdate: async () => null } as unknown as typeof lists;
    await expect(new SigningTimes(taken, () => NOW_S * 1000).claim(found)).rejects.toMatchObject({
      code: 'store.conflict',
    });
  });
});
