import { afterEach, expect, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { downloadOf } from '../../../src/egress/download.js';
import { type Receiver, startReceiver } from './receiver.js';

let receiver: Receiver;
afterEach(() => receiver.close());

test('a large document is downloaded whole from where the operator allows it', async () => {
  receiver = await startReceiver();
  const body = Buffer.alloc(3_000_000, 'x');
  receiver.answer = (_request, response) => void response.writeHead(200).end(body);
  const download = downloadOf([`127.0.0.1:${receiver.port}`]);
  expect((await download(`${receiver.url}/blob`)).equals(body)).toBe(true);
});

test('another answer, a redirect, a document beyond the limit, or a place that is not allowed is an error', async () => {
  receiver = await startReceiver();
  const download = downloadOf([`127.0.0.1:${receiver.port}`]);
  const answers: [number, string][] = [
    [404, 'egress.unreachable'],
    [302, 'egress.redirect'],
  ];
  for (const [status, code] of answers) {
    receiver.answer = (_request, response) => void response.writeHead(status).end();
    await expect(download(`${receiver.url}/blob`)).rejects.toMatchObject({ code });
  }
  receiver.answer = (_request, response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(1024 * 1024);
    const more = (left: number): void => {
      if (left > 0 && !response.destroyed) response.write(chunk, () => more(left - 1));
      else response.end();
    };
    more(LIMITS.metadataBytes / chunk.length + 1);
  };
  await expect(download(`${receiver.url}/blob`)).rejects.toMatchObject({ code: 'egress.too_large' });
  await expect(downloadOf([])(`${receiver.url}/blob`)).rejects.toMatchObject({ code: 'egress.refused' });
});

test('takes a minute at most', async () => {
  receiver = await startReceiver();
  receiver.answer = () => undefined;
  const download = downloadOf([`127.0.0.1:${receiver.port}`], { timeoutMs: 50 });
  await expect(download(`${receiver.url}/blob`)).rejects.toMatchObject({ code: 'egress.timeout' });
  expect(LIMITS.metadataMs).toBe(60_000);
});
