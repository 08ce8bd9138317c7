/**
 * From checked addresses to an open connection. Only numbers are dialled here, so there is no second lookup that could
 * give another answer; over TLS the certificate is checked against the name before a byte of the request is sent.
 */
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Target } from './target.js';

/** Opens a connection to an address, which is never a name. */
export type Dial = (address: string, port: number) => Socket;

export const dialTcp: Dial = (address, port) => connectTcp({ host: address, port });

/** Addresses tried at most, each for its share of the time: a host may publish IPv6 that we cannot reach. */
const TRIES = 3;
const TRY_MS = 1_500;

/**
 * Resolves with the event, and closes the socket when it does not come.
 * @param shareMs time for this one socket, within the time that the signal gives
 */
async function opened(socket: Socket, event: string, signal: AbortSignal, shareMs?: number): Promise<void> {
  // By hand: a signal made of others (AbortSignal.any) may be collected as garbage while it is waited for.
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal.reason);
  const timer = shareMs === undefined ? undefined : setTimeout(abort, shareMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await once(socket, event, { signal: stop.signal });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Whoever waits for a socket hears of its errors; none may go unheard in between and end the process. */
const guarded = <S extends Socket>(socket: S): S => socket.on('error', () => undefined);

/** Dials one address after the other. @throws what the last try threw */
async function dialFirst(
  addresses: readonly string[],
  port: number,
  dial: Dial,
  signal: AbortSignal,
): Promise<Socket> {
  const tried = addresses.slice(0, TRIES);
  for (const [at, address] of tried.entries()) {
    signal.throwIfAborted();
    const last = at === tried.length - 1;
    try {
      const socket = guarded(dial(address, port));
      await opened(socket, 'connect', signal, last ? undefined : TRY_MS);
      return socket;
    } catch (error) {
      if (last || signal.aborted) throw error;
    }
  }
  throw new TypeError('expected an address, found none');
}

/** @param ca certificates trusted instead of the system's, in PEM */
export async function openConnection(
  { host, port, secure }: Target,
  addresses: readonly string[],
  { dial, ca }: { dial: Dial; ca?: string },
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await dialFirst(addresses, port, dial, signal);
  if (!secure) return socket;
  const tls = guarded(
    connectTls({
      socket,
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    }),
  );
  await opened(tls, 'secureConnect', signal);
  return tls;
}
