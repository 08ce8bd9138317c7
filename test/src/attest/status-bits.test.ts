/** Bits kept up with writes against bits read anew. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HeldBits } from '../../../src/attest/status-bits.js';
import { statusValue } from '../../../src/client/status-list.js';

describe('held bits', () => {
  test('after any writes are what reading would give, or are read again', () => {
    const write = fc.record({ idx: fc.nat({ max: 15 }), value: fc.nat({ max: 3 }), mine: fc.boolean() });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        const held = new HeldBits();
        const truth = new Array<number>(16).fill(0);
        const packed = () => {
          const bytes = Buffer.alloc(4);
          for (const [idx, value] of truth.entries()) bytes[idx >> 2]! |= value << ((idx & 3) * 2);
          return bytes;
        };
        held.put(7, 0, packed());
        for (const [at, { idx, value, mine }] of writes.entries()) {
          truth[idx] = value;
          if (mine) held.apply(7, at + 1, [{ idx, value, seq: at }]);
          const bytes = held.get(7, at + 1);
          if (!mine) expect(bytes).toBeNull();
          if (bytes === null) {
            held.put(7, at + 1, packed());
            continue;
          }
          expect(truth.map((_value, each) => statusValue(bytes, 2, each))).toEqual(truth);
        }
      }),
    );
  });

  test('a write that was overtaken by a later one of the same entry does not undo it', () => {
    const held = new HeldBits();
    held.put(1, 0, Buffer.alloc(1));
    held.apply(1, 1, [{ idx: 0, value: 1, seq: 2 }]);
    held.apply(1, 2, [{ idx: 0, value: 2, seq: 1 }]);
    expect(held.get(1, 2)).toEqual(Buffer.from([1]));
  });

  test('a write from before the reading changes nothing, one after a gap drops the bits, and no more than so many lists are held', () => {
    const held = new HeldBits();
    held.put(1, 5, Buffer.from([0]));
    held.apply(1, 4, [{ idx: 0, value: 3, seq: 9 }]);
    expect(held.get(1, 5)).toEqual(Buffer.from([0]));
    held.apply(1, 7, [{ idx: 0, value: 3, seq: 9 }]);
    expect(held.get(1, 7)).toBeNull();
    held.apply(2, 1, []);
    for (let list = 0; list < 40; list++) held.put(list, 0, Buffer.alloc(1));
    expect(held.get(0, 0)).toBeNull();
    expect(held.get(39, 0)).not.toBeNull();
  });
});
