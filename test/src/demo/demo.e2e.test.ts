/** `assay demo --once` as its user starts it: to the end, again, and after being killed in the middle of everything. */
import { afterEach, expect, it } from '@jest/globals';
import { type DyingDemo, dyingDemo, nothingLostNothingTwice, summaryOf } from './dying-demo.js';

let demo: DyingDemo;
afterEach(() => demo.remove());

it('processes everything, and a second start finds nothing left to do and repeats nothing', async () => {
  demo = dyingDemo();
  const first = await demo.run();
  expect([first.code, first.signal]).toEqual([0, null]);
  const found = await demo.examine();
  expect(found).toEqual(nothingLostNothingTwice(found));
  const second = await demo.run();
  expect(second.code).toBe(0);
  expect(second.err).toContain('Goes on where it stopped');
  const { seconds: _, itemsPerSecond: __, ...before } = summaryOf(first);
  expect(summaryOf(second)).toMatchObject(before);
  expect(summaryOf(second).itemsPerSecond).toBe(0);
  expect(await demo.examine()).toEqual(found);
}, 600_000);

it('killed while it issues tokens, right after, and twice in the middle of the stream: no item lost, none twice', async () => {
  demo = dyingDemo();
  for (const kill of [
    { when: /Made a secret/, afterMs: 700 },
    { when: /no person signed anything/, afterMs: 0 },
    { when: /no person signed anything/, afterMs: 600 },
    { when: /no person signed anything/, afterMs: 1_500 },
  ]) {
    expect((await demo.run(kill)).signal).toBe('SIGKILL');
  }
  const last = await demo.run();
  expect(last.code).toBe(0);
  expect(summaryOf(last)).toMatchObject({ missing: 0, deadLetters: 0 });
  const found = await demo.examine();
  expect(found).toEqual(nothingLostNothingTwice(found));
}, 600_000);
