/**
 * Binds the HTTP port before the service behind it is built, because the service's own name contains the port. Until
 * `serve` is called every request is answered with 503 and Retry-After.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AssayError } from '../../schemas/errors.js';

export interface Listener {
  readonly port: number;
  /** Answers requests from now on. */
  serve(app: RequestListener): void;
  /** Takes no more connections, lets answers in hand finish for `graceMs`, then cuts off what is left. Idempotent. */
  close(graceMs: number): Promise<void>;
}

/** Slow senders are cut off: headers within 10 s, the whole request within 60 s. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 60_000 };

/** How often connections that have fallen idle are looked for while closing. */
const IDLE_LOOK_MS = 50;

const starting: RequestListener = (_request, response) => {
  response.writeHead(503, { 'Retry-After': '1', 'Content-Type': 'text/plain' }).end('starting\n');
};

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

/** The first port that is free, of `tries` in a row; then one the system chooses. */
async function bindNextFree(server: Server, host: string, port: number, tries: number): Promise<number> {
  for (let at = port; at < Math.min(port + tries, 65_536); at++) {
    try {
      return await bind(server, host, at);
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw error;
    }
  }
  return bind(server, host, 0);
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    // A connection whose answer has just ended is kept alive for the next request, which is not to come.
    const look = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(look);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * @param nextFree how many ports after a taken one are tried; 0: a taken port is an error
 * @throws {AssayError} `config.port_taken`, or `config.invalid` for an address this machine does not have
 */
export async function listen(host: string, port: number, nextFree = 0): Promise<Listener> {
  let app: RequestListener = starting;
  const server = createServer(TIMEOUTS, (request, response) => app(request, response));
  let closing: Promise<void> | undefined;
  try {
    const bound =
      nextFree > 0 ? await bindNextFree(server, host, port, nextFree + 1) : await bind(server, host, port);
    return {
      port: bound,
      serve: (handler) => {
        app = handler;
      },
      close: (graceMs) => {
        closing ??= close(server, graceMs);
        return closing;
      },
    };
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EADDRINUSE') {
      throw new AssayError(
        'config.port_taken',
        `Port ${port} on ${host} is taken by another process. Stop it, or choose another port with PORT or --port.`,
        { cause },
      );
    }
    throw new AssayError(
      'config.invalid',
      `Cannot listen on ${host}:${port} (${code ?? 'unknown reason'}).`,
      {
        cause,
      },
    );
  }
}
