/** The way out against receivers on 127.0.0.1, with names that lead where the test says. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, test } from '@jest/globals';
import { LIMITS } from '../../../schemas/limits.js';
import { type EgressOptions, openEgress } from '../../../src/egress/egress.js';
import { localNames, publicNames } from '../../../src/egress/resolve.js';
import { verifierFetch } from '../../../src/egress/verifier-fetch.js';
import { selfSigned } from './certificate.js';
import { type Receiver, startReceiver } from './receiver.js';

const PUBLIC = '93.184.216.34';
const OTHER_PUBLIC = '2606:2800:220:1::1';
const identity = selfSigned('hooks.example.com');
const open: { close(): Promise<unknown> | unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function receiver(tls?: { key: string; cert: string }): Promise<Receiver> {
  const started = await startReceiver(tls);
  open.push(started);
  return started;
}

/** A server that speaks no HTTP, or its own. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

/** Loopback places of the operator's list. */
const excepting = (port: number, more: EgressOptions = {}) =>
  openEgress({ allow: [`127.0.0.1:${port}`], ...more });

/** Names lead to `answers`, one list per lookup; whatever is dialled ends at `port` of this machine. */
function staged(answers: readonly (readonly string[])[], port: number, more: EgressOptions = {}) {
  const asked: string[] = [];
  const dialled: string[] = [];
  const egress = openEgress({
    resolve: async (name) => {
      asked.push(name);
      return answers[Math.min(asked.length, answers.length) - 1]!;
    },
    dial: (address, to) => {
      dialled.push(`${address} ${to}`);
      return connect(port, '127.0.0.1');
    },
    ca: identity.cert,
    ...more,
  });
  return { egress, asked, dialled };
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('a request', () => {
  it('arrives as it was meant, and its reply comes back', async () => {
    const to = await receiver();
    to.answer = (_request, response) => void response.writeHead(201, { 'x-one': '1' }).end('made');
    const reply = await excepting(to.port).fetch(`${to.url}/hooks?a=1#part`, {
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain',
        Host: 'elsewhere',
        Connection: 'keep-alive',
        'Accept-Encoding': 'gzip',
      },
      body: 'grüße',
    });
    expect([reply.status, reply.headers['x-one'], String(reply.body)]).toEqual([201, '1', 'made']);
    expect(to.received).toEqual([
      {
        method: 'POST',
        url: '/hooks?a=1',
        body: 'grüße',
        headers: {
          host: `127.0.0.1:${to.port}`,
          connection: 'close',
          'content-length': '7',
          'content-type': 'text/plain',
          'accept-encoding': 'identity',
          'user-agent': 'assay',
        },
      },
    ]);
  });

  it('over TLS is sent to who holds the name’s certificate', async () => {
    const to = await receiver(identity);
    const { egress, dialled } = staged([[PUBLIC]], to.port);
    expect((await egress.fetch('https://hooks.example.com./a')).status).toBe(204);
    expect(dialled).toEqual([`${PUBLIC} 443`]);
    expect(to.received).toMatchObject([{ method: 'GET', url: '/a' }]);
  });

  it('over TLS is not sent to anybody else', async () => {
    const to = await receiver(identity);
    const other = staged([[PUBLIC]], to.port).egress;
    await expect(other.fetch('https://other.example.com/')).rejects.toEqual(refusal('egress.unreachable'));
    const stranger = staged([[PUBLIC]], to.port, { ca: selfSigned('hooks.example.com').cert }).egress;
    await expect(stranger.fetch('https://hooks.example.com/')).rejects.toEqual(refusal('egress.unreachable'));
    const untrusted = staged([[PUBLIC]], to.port, { ca: undefined }).egress;
    await expect(untrusted.fetch('https://hooks.example.com/')).rejects.toEqual(
      refusal('egress.unreachable'),
    );
    expect(to.received).toEqual([]);
  });

  it('to a number is checked against the number’s certificate', async () => {
    const to = await receiver(identity);
    const { egress, dialled, asked } = staged([], to.port);
    await expect(egress.fetch(`https://${PUBLIC}/`)).rejects.toEqual(refusal('egress.unreachable'));
    expect([dialled, asked]).toEqual([[`${PUBLIC} 443`], []]);
  });
});

test('a connection is closed afterwards, whatever came of it', async () => {
  const to = await receiver(identity);
  const sockets: Socket[] = [];
  const dial = (): Socket => {
    const socket = connect(to.port, '127.0.0.1');
    sockets.push(socket);
    return socket;
  };
  for (const more of [{}, { ca: selfSigned('hooks.example.com').cert }]) {
    const { egress } = staged([[PUBLIC]], to.port, { dial, ...more });
    await egress.fetch('https://hooks.example.com/').catch(() => undefined);
  }
  while (sockets.some(({ destroyed }) => !destroyed)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sockets).toHaveLength(2);
});

describe('a name', () => {
  it('is looked up once, and what it leads to afterwards does not matter', async () => {
    const to = await receiver(identity);
    const { egress, asked, dialled } = staged([[PUBLIC], ['127.0.0.1']], to.port);
    expect((await egress.fetch('https://hooks.example.com/')).status).toBe(204);
    expect(asked).toEqual(['hooks.example.com']);
    expect(dialled).toEqual([`${PUBLIC} 443`]);
    // The next request asks anew, and is refused: rebinding gains nothing.
    await expect(egress.fetch('https://hooks.example.com/')).rejects.toEqual(refusal('egress.refused'));
    expect(dialled).toHaveLength(1);
  });

  it.each([
    ['private', ['10.0.0.1']],
    ['private beside a public one', [PUBLIC, '192.168.0.1']],
    ['private before a public one', ['169.254.169.254', PUBLIC]],
    ['loopback in IPv6', [PUBLIC, '::1']],
    ['mapped', [PUBLIC, '::ffff:10.0.0.1']],
    ['NAT64', ['64:ff9b::a00:1']],
    ['one of this machine’s own', ['198.41.0.4']],
    ['one of this machine’s own in capitals', ['2A00::1']],
    ['no address', ['hooks.example.com']],
  ])('is refused when an address of the answer is %s', async (_kind, answer) => {
    const { egress, dialled } = staged([answer], 1, { own: () => new Set(['198.41.0.4', '2a00::1']) });
    await expect(egress.fetch('https://hooks.example.com/')).rejects.toEqual(refusal('egress.refused'));
    expect(dialled).toEqual([]);
  });

  it('without an address, or that cannot be looked up, is not reachable', async () => {
    await expect(staged([[]], 1).egress.fetch('https://a.example/')).rejects.toEqual(
      refusal('egress.unreachable'),
    );
    const failing = openEgress({ resolve: async () => Promise.reject(new Error('ENOTFOUND')) });
    await expect(failing.fetch('https://a.example/')).rejects.toEqual(refusal('egress.unreachable'));
  });

  it('whose first address cannot be reached is tried at the next one, and at three in all', async () => {
    const to = await receiver(identity);
    const { port: closed, close } = await startReceiver();
    await close();
    const dialled: string[] = [];
    const egress = openEgress({
      resolve: async () => [PUBLIC, OTHER_PUBLIC, '1.1.1.1', '8.8.8.8'],
      dial: (address) => {
        dialled.push(address);
        return connect(address === OTHER_PUBLIC ? to.port : closed, '127.0.0.1');
      },
      ca: identity.cert,
    });
    expect((await egress.fetch('https://hooks.example.com/')).status).toBe(204);
    expect(dialled).toEqual([PUBLIC, OTHER_PUBLIC]);
    const none = staged([[PUBLIC, OTHER_PUBLIC, '1.1.1.1', '8.8.8.8']], closed);
    await expect(none.egress.fetch('https://hooks.example.com/')).rejects.toEqual(
      refusal('egress.unreachable'),
    );
    expect(none.dialled).toHaveLength(3);
  });

  it('that nobody answers for does not hold the request past its time', async () => {
    const egress = openEgress({ timeoutMs: 30, resolve: () => new Promise(() => undefined) });
    await expect(egress.fetch('https://a.example/')).rejects.toEqual(refusal('egress.timeout'));
  });
});

describe('the operator’s list', () => {
  it('admits http on loopback only, https anywhere, and asks this machine for the name', async () => {
    const to = await receiver();
    const place = `localhost:${to.port}`;
    expect((await openEgress({ allow: [place] }).fetch(`http://${place}/`)).status).toBe(204);
    const inside = async () => ['10.0.0.1'];
    const plain = openEgress({ allow: [place], resolveExcepted: inside });
    await expect(plain.fetch(`http://${place}/`)).rejects.toEqual(refusal('egress.refused'));
    const dialled: string[] = [];
    const secure = openEgress({
      allow: ['hooks.example.com:443'],
      resolveExcepted: inside,
      ca: identity.cert,
      dial: (address) => {
        dialled.push(address);
        return connect(to.port, '127.0.0.1');
      },
    });
    // The receiver speaks no TLS; that it was dialled is what counts.
    await expect(secure.fetch('https://hooks.example.com/')).rejects.toEqual(refusal('egress.unreachable'));
    expect(dialled).toEqual(['10.0.0.1']);
  });

  it('is the only way to loopback', async () => {
    const to = await receiver();
    await expect(openEgress().fetch(to.url)).rejects.toEqual(refusal('egress.refused'));
    expect(() => openEgress().check(to.url)).toThrow(refusal('egress.refused'));
    expect(() => excepting(to.port).check(to.url)).not.toThrow();
    expect(to.received).toEqual([]);
  });

  it('is complete or not opened', () => {
    expect(() => openEgress({ allow: ['localhost'] })).toThrow('expected host:port');
  });
});

describe('a reply', () => {
  it.each([300, 301, 302, 303, 305, 307, 308])('that is a redirect (%d) is not followed', async (status) => {
    const to = await receiver();
    to.answer = ({ url }, response) =>
      void response.writeHead(url === '/end' ? 204 : status, { location: `${to.url}/end` }).end();
    await expect(excepting(to.port).fetch(`${to.url}/begin`)).rejects.toEqual(refusal('egress.redirect'));
    expect(to.received.map(({ url }) => url)).toEqual(['/begin']);
  });

  it('is bounded exactly, with and without a stated length', async () => {
    const to = await receiver();
    for (const chunked of [false, true]) {
      to.answer = ({ url }, response) => {
        const body = Buffer.alloc(Number(url.slice(1)), 'x');
        if (chunked) response.write(body.subarray(0, 1));
        response.end(chunked ? body.subarray(1) : body);
      };
      const egress = excepting(to.port);
      const most = LIMITS.egressReplyBytes;
      expect((await egress.fetch(`${to.url}/${most}`)).body).toHaveLength(most);
      const unbounded = egress.fetch(`${to.url}/${most + 1}`, { maxBytes: undefined });
      await expect(unbounded).rejects.toEqual(refusal('egress.too_large'));
      await expect(egress.fetch(`${to.url}/${most + 1}`)).rejects.toEqual(refusal('egress.too_large'));
      expect((await egress.fetch(`${to.url}/3`, { maxBytes: 3 })).body).toHaveLength(3);
      await expect(egress.fetch(`${to.url}/4`, { maxBytes: 3 })).rejects.toEqual(refusal('egress.too_large'));
    }
  });

  it('without end is cut off at the bound', async () => {
    const to = await receiver();
    let ended: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      ended = resolve;
    });
    to.answer = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more).on('close', ended);
      more();
    };
    await expect(excepting(to.port).fetch(to.url)).rejects.toEqual(refusal('egress.too_large'));
    await gone;
  });

  it('that is compressed stays so', async () => {
    const to = await receiver();
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    to.answer = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect((await excepting(to.port).fetch(to.url)).body).toEqual(bomb);
  });

  it('with a head that is too large is refused', async () => {
    const port = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    });
    await expect(excepting(port).fetch(`http://127.0.0.1:${port}/`)).rejects.toEqual(
      refusal('egress.unreachable'),
    );
  });

  it.each([
    ['nonsense', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['nothing', ''],
    ['less than it promised', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
  ])('that is %s is none', async (_kind, bytes) => {
    const port = await rawServer((socket) => {
      socket.once('data', () => socket.end(bytes));
    });
    await expect(excepting(port).fetch(`http://127.0.0.1:${port}/`)).rejects.toEqual(
      refusal('egress.unreachable'),
    );
  });

  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\nx: ', 'y'],
    ['in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', 'y'],
    ['in messages before the reply', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('that drips %s is cut off when the time is over', async (_where, begin, drop) => {
    let gone = false;
    const port = await rawServer((socket) => {
      socket.write(begin);
      const drip = setInterval(() => socket.write(drop), 10);
      socket.on('close', () => {
        gone = true;
        clearInterval(drip);
      });
    });
    const slow = excepting(port, { timeoutMs: 150 });
    await expect(slow.fetch(`http://127.0.0.1:${port}/`)).rejects.toEqual(refusal('egress.timeout'));
    while (!gone) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('is not waited for longer than five seconds in all, whoever is slow', () => {
    expect(LIMITS.egressMs).toBe(5_000);
  });
});

test('a TLS handshake that never ends is cut off as well', async () => {
  const port = await rawServer(() => undefined);
  const { egress } = staged([[PUBLIC]], port, { timeoutMs: 50 });
  await expect(egress.fetch('https://hooks.example.com/')).rejects.toEqual(refusal('egress.timeout'));
});

describe('who asked may give up', () => {
  it('before and during, with a reason of their own', async () => {
    const port = await rawServer(() => undefined);
    const egress = excepting(port);
    const reason = new Error('enough');
    const early = { signal: AbortSignal.abort(reason) };
    await expect(egress.fetch(`http://127.0.0.1:${port}/`, early)).rejects.toBe(reason);
    const leaving = new AbortController();
    const asking = egress.fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
    setTimeout(() => leaving.abort(reason), 20);
    await expect(asking).rejects.toBe(reason);
  });
});

describe('the verifier’s way out', () => {
  const init = { redirect: 'error', headers: { accept: '*/*' } } as const;

  it('gives a reply as the Fetch standard has it', async () => {
    const to = await receiver();
    to.answer = ({ url }, response) => {
      response.writeHead(url === '/list' ? 200 : 304).end(url === '/list' ? 'a list' : undefined);
    };
    const ask = verifierFetch(excepting(to.port));
    const signal = AbortSignal.timeout(5_000);
    expect(await (await ask(`${to.url}/list`, { ...init, signal })).text()).toBe('a list');
    expect((await ask(`${to.url}/same`, { ...init, signal })).status).toBe(304);
    await expect(ask('https://localhost/', { ...init, signal })).rejects.toEqual(refusal('egress.refused'));
  });
});

describe('names of the outside', () => {
  it('that have no address lead nowhere, and asking can be given up', async () => {
    expect(await publicNames('nothing.invalid', AbortSignal.timeout(50))).toEqual([]);
  });

  it('of the operator’s list are asked of this machine', async () => {
    expect(await localNames('127.0.0.1', AbortSignal.timeout(1_000))).toEqual(['127.0.0.1']);
  });
});
