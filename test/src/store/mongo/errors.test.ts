/** The driver's errors in Assay's words, and which operations are sent again. */
import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { attempt, duplicateIndex, refused, translate } from '../../../../src/store/mongo/errors.js';
import { readExplain } from '../../../../src/store/mongo/explain.js';

const { MongoError, MongoNetworkError, MongoParseError, MongoServerError, MongoWriteConcernError } =
  mongoose.mongo;

const answered = (code: number, errmsg = 'refused') => new MongoServerError({ code, errmsg });
/** As the driver's own, whose class it does not export. */
class MongoPoolClearedError extends MongoError {
  override get name() {
    return 'MongoPoolClearedError';
  }
}

describe('an error of the driver', () => {
  it('is ours by what was refused', () => {
    expect(translate(answered(14))).toMatchObject({ code: 'store.change' });
    expect(translate(answered(18))).toMatchObject({ code: 'config.invalid' });
    expect(translate(answered(10334))).toMatchObject({ code: 'internal' });
    expect(translate(new MongoParseError('no scheme'))).toMatchObject({ code: 'config.invalid' });
  });

  it('says that the store is away when nobody answered, the primary moved, or a majority did not confirm', () => {
    const unmet = new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'timeout' } });
    for (const error of [new MongoNetworkError('reset'), answered(10107), unmet])
      expect(translate(error)).toMatchObject({ code: 'store.unavailable' });
  });

  it('of a duplicate key stays what it is, because its caller makes it an outcome', () => {
    const error = answered(11000, 'E11000 duplicate key error collection: a.b index: by_slot dup key: {}');
    expect(translate(error)).toBe(error);
    expect(refused(error)).toBe(error);
    expect(duplicateIndex(error)).toBe('by_slot');
    expect(duplicateIndex({ code: 11000, message: 'index: _id_ dup key' })).toBe('_id');
    expect(duplicateIndex({ code: 11000 })).toBe('_id');
    expect(duplicateIndex({ code: 14 })).toBeUndefined();
  });

  it('that is none of the driver passes', () => {
    const error = new RangeError('ours');
    expect(translate(error)).toBe(error);
  });
});

describe('another try', () => {
  const failing = (errors: unknown[]) => {
    let calls = 0;
    return {
      work: async () => {
        const error = errors[calls++];
        if (error !== undefined) throw error;
        return calls;
      },
      calls: () => calls,
    };
  };

  it('is made of a read whose connection broke or whose primary moved', async () => {
    const { work } = failing([new MongoNetworkError('reset'), answered(189)]);
    expect(await attempt('read', work)).toBe(3);
  });

  it('is made of a write only when nothing of it was sent', async () => {
    const sent = failing([new MongoNetworkError('reset')]);
    await expect(attempt('write', sent.work)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(sent.calls()).toBe(1);
    expect(await attempt('write', failing([new MongoPoolClearedError('cleared')]).work)).toBe(2);
  });

  it('ends after four', async () => {
    const { work, calls } = failing(Array.from({ length: 9 }, () => new MongoNetworkError('reset')));
    await expect(attempt('read', work)).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(calls()).toBe(5);
  });

  it('is not made of what was refused', async () => {
    const { work, calls } = failing([answered(14)]);
    await expect(attempt('read', work)).rejects.toMatchObject({ code: 'store.change' });
    expect(calls()).toBe(1);
  });
});

describe("a server's explanation", () => {
  const winning = (winningPlan: unknown) => ({ queryPlanner: { winningPlan } });

  it('proves that the named index is walked, and nothing else', () => {
    const fetch = { stage: 'FETCH', inputStage: { stage: 'IXSCAN', indexName: 'by_band' } };
    expect(readExplain(winning(fetch), 'by_band')).toEqual({
      usesIndex: true,
      plan: 'FETCH < IXSCAN by_band',
    });
    expect(readExplain(winning(fetch), 'by_other').usesIndex).toBe(false);
  });

  it('is no proof where documents are scanned or sorted, or nothing was walked', () => {
    const sorted = { stage: 'SORT', inputStage: { stage: 'IXSCAN', indexName: 'by_band' } };
    expect(readExplain(winning(sorted), 'by_band').usesIndex).toBe(false);
    expect(readExplain(winning({ stage: 'COLLSCAN' }), 'by_band').usesIndex).toBe(false);
    expect(readExplain({}, 'by_band')).toEqual({ usesIndex: false, plan: '' });
  });

  it('counts fetching by id as walking the primary key', () => {
    expect(readExplain(winning({ stage: 'IDHACK' }), '_id_').usesIndex).toBe(true);
  });
});
