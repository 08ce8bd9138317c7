import { expect, test } from '@jest/globals';
import { Alarm } from '../../streams/alarm.js';

const LONG_MS = 60_000;
const never = new AbortController().signal;

test('a call ends the wait', async () => {
  const alarm = new Alarm();
  const waited = alarm.wait(LONG_MS, never);
  alarm.ring();
  await expect(waited).resolves.toBeUndefined();
});

test('a call that came while nobody waited is kept until it is looked after', async () => {
  const alarm = new Alarm();
  alarm.ring();
  await alarm.wait(LONG_MS, never);
  alarm.reset();
  let over = false;
  const waited = alarm.wait(LONG_MS, never).then(() => {
    over = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(over).toBe(false);
  alarm.ring();
  await waited;
});

test('the wait ends with its time, and at once when it is called off', async () => {
  const alarm = new Alarm();
  await alarm.wait(1, never);
  const stopping = new AbortController();
  const waited = alarm.wait(LONG_MS, stopping.signal);
  stopping.abort();
  await waited;
  await alarm.wait(LONG_MS, stopping.signal);
});
