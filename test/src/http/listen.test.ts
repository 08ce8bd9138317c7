import { afterEach, describe, expect, it } from '@jest/globals';
import { type Listener, listen } from '../../../src/http/listen.js';

let open: Listener[] = [];

const start = async (...args: Parameters<typeof listen>): Promise<Listener> => {
  const listener = await listen(...args);
  open.push(listener);
  return listener;
};

afterEach(async () => {
  for (const listener of open) await listener.close(0);
  open = [];
});

const get = (port: number) => fetch(`http://127.0.0.1:${port}/`);

describe('a listener', () => {
  it('answers that it is starting until there is something to serve', async () => {
    const listener = await start('127.0.0.1', 0);
    const early = await get(listener.port);
    expect(early.status).toBe(503);
    expect(early.headers.get('retry-after')).toBe('1');
    listener.serve((_request, response) => response.end('here'));
    expect(await (await get(listener.port)).text()).toBe('here');
  });

  it('lets an answer in hand finish when it closes, and takes no more', async () => {
    const listener = await start('127.0.0.1', 0);
    let finish: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      listener.serve((_request, response) => {
        finish = () => response.end('done');
        resolve();
      });
    });
    const answer = get(listener.port);
    await asked;
    const closed = listener.close(60_000);
    await expect(get(listener.port)).rejects.toThrow();
    finish();
    expect(await (await answer).text()).toBe('done');
    await closed;
  });

  it('cuts off what does not finish in time', async () => {
    const listener = await start('127.0.0.1', 0);
    const asked = new Promise<void>((resolve) => listener.serve(() => resolve()));
    const answer = get(listener.port).then(
      () => 'answered',
      () => 'cut off',
    );
    await asked;
    await listener.close(10);
    expect(await answer).toBe('cut off');
  });

  it('finds the next port when the wanted one is taken, and refuses where that is not wanted', async () => {
    const { port } = await start('127.0.0.1', 0);
    await expect(listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'config.port_taken' });
    expect((await start('127.0.0.1', port, 10)).port).toBeGreaterThan(port);
    const last = await start('127.0.0.1', port, 1);
    expect(last.port).not.toBe(port);
  });

  it('says when the address is none of this machine', async () => {
    await expect(listen('192.0.2.1', 0)).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(listen('192.0.2.1', 0, 3)).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
