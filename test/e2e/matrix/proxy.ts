/** A way to a server that can be cut and slowed down, while the server itself keeps its data. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  port: number;
  /** Cuts what is open and refuses what comes. */
  cut(): void;
  /** Lets connections through again. @param delayMs added to each piece that the server sends */
  restore(delayMs: number): void;
  close(): Promise<void>;
}

/** @param target port on 127.0.0.1 */
export async function startProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  let down = false;
  let delayMs = 0;
  const server = createServer((client) => {
    if (down) {
      client.destroy();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    // Timers of one length fire in the order they were set, so the pieces stay in order.
    upstream.on('data', (piece) => {
      if (delayMs === 0) client.write(piece);
      else setTimeout(() => client.writable && client.write(piece), delayMs);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      down = true;
      for (const socket of open) socket.destroy();
    },
    restore(ms) {
      delayMs = ms;
      down = false;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
