/** The way out to addresses that strangers chose: where it leads, and where it does not. */
import { createServer, request, type Server } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fetchText } from '../../src/client/fetch.js';
import { guardedFetch, isPublicAddress } from '../../src/guarded-fetch.js';

let server: Server;
let port: number;
let asked: { url: string | undefined; host: string | undefined }[];
let options: RequestOptions[];
let looked: string[];
beforeAll(async () => {
  server = createServer(({ url, headers }, response) => {
    asked.push({ url, host: headers.host });
    if (url === '/moved') response.writeHead(302, { location: 'https://127.0.0.1/' }).end('moved');
    else if (url === '/silent') response.writeHead(200).write('a');
    else if (url === '/missing') response.writeHead(404).end('no');
    else response.end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  asked = [];
  options = [];
  looked = [];
});

/** Over plain HTTP to the local server, whatever port was meant; names resolve to the given addresses. */
const to = (addresses: string[], isPublic = (_address: string) => true) =>
  guardedFetch({
    resolve: async (name) => {
      looked.push(name);
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
    isPublic,
    request: (given, answered) => {
      options.push(given);
      return request({ ...given, host: '127.0.0.1', port }, answered);
    },
  });
const init = () => ({
  redirect: 'error' as const,
  signal: AbortSignal.timeout(15_000),
  headers: { accept: '*/*' },
});

test('connects to the address that was looked at, under the name that was asked for', async () => {
  const response = await to(['203.0.113.9'])('https://forum.example.org/a?b=c', init());
  expect([response.status, await response.text()]).toEqual([200, 'hello']);
  expect(looked).toEqual(['forum.example.org']);
  expect(options[0]).toMatchObject({
    host: '203.0.113.9',
    family: 4,
    port: 443,
    servername: 'forum.example.org',
  });
  expect(asked).toEqual([{ url: '/a?b=c', host: 'forum.example.org' }]);
});

test('gives an answer of another status as it is, and bounds are its reader’s', async () => {
  const fetch = to(['203.0.113.9']);
  expect((await fetch('https://x.example.org/missing', init())).status).toBe(404);
  expect(await fetchText(fetch, 'https://x.example.org/', 5)).toBe('hello');
  expect(await fetchText(fetch, 'https://x.example.org/', 4)).toBeNull();
  await fetch('https://x.example.org:8443/', init());
  expect(options.at(-1)).toMatchObject({ port: 8443 });
});

describe('refuses', () => {
  test.each([
    'http://x.example.org/',
    'ftp://x.example.org/',
    'https://user@x.example.org/',
    'https://:secret@x.example.org/',
    'not an address',
    'data:text/plain,hello',
  ])('%s without a look', async (url) => {
    await expect(to(['203.0.113.9'])(url, init())).rejects.toThrow(TypeError);
    expect(looked).toEqual([]);
  });

  test.each([
    ['no address', []],
    ['a private address', ['10.0.0.1']],
    ['a private address beside a public one', ['9.9.9.9', '127.0.0.1']],
  ])('a name with %s', async (_name, addresses) => {
    await expect(to(addresses, isPublicAddress)('https://x.example.org/', init())).rejects.toThrow('public');
    expect(options).toEqual([]);
  });

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::ffff:7f00:1]/',
  ])('the address %s itself', async (url) => {
    await expect(to([], isPublicAddress)(url, init())).rejects.toThrow('public');
    expect([looked, options]).toEqual([[], []]);
  });

  test('a redirect', async () => {
    await expect(to(['203.0.113.9'])('https://x.example.org/moved', init())).rejects.toThrow('redirect');
    expect(asked).toHaveLength(1);
  });

  test('to wait for an answer longer than it may', async () => {
    const late = new AbortController();
    const fetch = to(['203.0.113.9']);
    const response = await fetch('https://x.example.org/silent', { ...init(), signal: late.signal });
    late.abort();
    await expect(response.text()).rejects.toThrow();
    await expect(fetch('https://x.example.org/', { ...init(), signal: late.signal })).rejects.toThrow();
  });
});

describe('out on the public internet', () => {
  test.each(['9.9.9.9', '172.15.255.255', '172.32.0.0', '100.63.255.255', '2620:fe::fe', '2a00:1450::1'])(
    'lies %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:9.9.9.9',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2001:0:1::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'fe80::1%eth0',
    '2620:fe::fe%1',
    'ff02::1',
    'localhost',
    '',
  ])('does not lie %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
