/** Whatever works for a call is told when its client is gone or its time is up. */
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import type { Response } from 'express';
import { underDeadline } from '../../../src/http/deadline.js';

/** The response to a client that has gone away, with that already noticed. */
async function goneResponse(): Promise<Response> {
  const server = createServer();
  const arrived = new Promise<ServerResponse>((resolve) => {
    server.on('request', (_request, response) => resolve(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  request.on('error', () => undefined);
  const response = await arrived;
  const closed = new Promise((resolve) => response.once('close', resolve));
  request.destroy();
  await closed;
  await new Promise((resolve) => server.close(resolve));
  return response as Response;
}

test.each([null, 1_000])('a client that left before the work began, deadline %s', async (deadlineMs) => {
  const response = await goneResponse();
  const told = await underDeadline(response, deadlineMs, async (signal) => signal.aborted);
  expect(told).toBe(true);
});
