/** Counters summed for people. */
import { expect, test } from '@jest/globals';
import type { CounterDoc } from '../../../schemas/store/documents.js';
import { countsOf, readCounts } from '../../../src/console/counters.js';

const counter = (fields: Partial<CounterDoc>): CounterDoc => ({
  _id: JSON.stringify(fields),
  tenant: 'acme',
  kind: 'post',
  platform: 'forum',
  band: 'machine',
  n: 1,
  lastBatch: {},
  ...fields,
});

test('bands add up per kind over platforms, and platforms over kinds; what is below zero is a batch under way', () => {
  const counts = countsOf([
    counter({ n: 3 }),
    counter({ platform: 'chat', n: 4 }),
    counter({ platform: 'aside', n: 3 }),
    counter({ kind: 'email', platform: 'mail', band: 'uncertain', n: 9 }),
    counter({ band: 'assisted', n: -1 }),
    counter({ band: 'insufficient', n: 0 }),
    counter({ kind: 'fax' as 'post', n: 5 }),
  ]);
  expect(counts.total).toBe(19);
  expect(counts.kinds.map(({ kind, total }) => [kind, total])).toEqual([
    ['post', 10],
    ['email', 9],
  ]);
  expect(counts.kinds[0]?.bands).toMatchObject({ machine: 10, assisted: 0, insufficient: 0 });
  expect(counts.platforms.map(({ platform }) => platform)).toEqual(['mail', 'chat', 'aside', 'forum']);
});

test('all pages of counters are read, and no more than a bound', async () => {
  const asked: (string | undefined)[] = [];
  const counters = {
    page: async ({ after }: { after?: string }) => {
      asked.push(after);
      return { docs: [counter({})], next: `${asked.length}` };
    },
  };
  const counts = await readCounts({ collections: { counters } as never }, 'acme');
  expect(asked.length).toBe(25);
  expect(asked.slice(0, 3)).toEqual([undefined, '1', '2']);
  expect(counts.total).toBe(25);
});
