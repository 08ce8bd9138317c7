/** One request and its reply over an open connection: nothing is followed, unpacked or kept, and the reply is bounded. */
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { AssayError } from '../../schemas/errors.js';
import type { Target } from './target.js';

export interface EgressRequest {
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
  /** Bytes of the reply's body, at most; default LIMITS.egressReplyBytes. */
  maxBytes?: number;
  signal?: AbortSignal;
}

export interface EgressReply {
  status: number;
  /** Lower-case names; repeated ones joined as Node does it. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** Bytes of a reply's head. */
const HEAD_BYTES = 16_384;
const REDIRECTS: ReadonlySet<number> = new Set([300, 301, 302, 303, 305, 307, 308]);

/** Caller's headers with ours over them: whom we speak to and how is not theirs to say. */
function headersOf({ url }: Target, { headers, body }: EgressRequest): OutgoingHttpHeaders {
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    'user-agent': 'assay',
    ...Object.fromEntries(given),
    host: url.host,
    connection: 'close',
    // Nothing is unpacked here, so that a small reply cannot become a large one.
    'accept-encoding': 'identity',
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  };
}

async function readBody(reply: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes)
      throw new AssayError('egress.too_large', `expected at most ${maxBytes} bytes, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Sends and reads; the connection is closed afterwards, whatever came.
 * @throws {AssayError} `egress.redirect`, `egress.too_large`
 */
export async function exchange(
  target: Target,
  socket: Socket,
  options: EgressRequest & { maxBytes: number },
  signal: AbortSignal,
): Promise<EgressReply> {
  const { method = 'GET', body, maxBytes } = options;
  const { pathname, search } = target.url;
  try {
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = httpRequest({
        createConnection: () => socket,
        method,
        path: `${pathname}${search}`,
        headers: headersOf(target, options),
        maxHeaderSize: HEAD_BYTES,
        signal,
      });
      // A change of protocol ends the request without a word; after a reply began, neither says anything more.
      const closed = (): void => reject(new Error('closed without a reply'));
      sending.on('response', resolve).on('error', reject).on('close', closed).end(body);
    });
    const status = reply.statusCode as number;
    if (REDIRECTS.has(status)) throw new AssayError('egress.redirect', `found a redirect (${status})`);
    return { status, headers: reply.headers, body: await readBody(reply, maxBytes) };
  } finally {
    socket.destroy();
  }
}
