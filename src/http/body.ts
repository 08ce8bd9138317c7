/**
 * Reads a request's body: bounded while it streams in (also after inflation), media type and charset checked, UTF-8
 * strict, nesting and values counted before parsing. Express's own raw parser would swallow the rest of a body that is too
 * large before it says so, however long that takes.
 */
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Line } from '../api/endpoint.js';

export const NDJSON = 'application/x-ndjson';
export const JSON_TYPE = 'application/json';

/** The same on every Node: newer ones would also inflate zstd. */
const INFLATERS: Readonly<Record<string, (() => Transform) | null>> = {
  identity: null,
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** @throws {AssayError} `request.media_type` */
function inflaterOf(header = 'identity'): Transform | null {
  const name = header.trim().toLowerCase();
  if (Object.hasOwn(INFLATERS, name)) return INFLATERS[name]?.() ?? null;
  throw new AssayError('request.media_type', 'expected Content-Encoding gzip, deflate, br or none');
}

/**
 * The body's bytes. A body that is too large is refused as soon as that is known, by what it declares or by the byte that
 * is one too many; what may still come of it is left to `sendProblem`.
 * @param limit in bytes, after inflation
 * @throws {AssayError} `request.too_large`, `request.media_type`, `request.invalid`
 */
export async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const inflater = inflaterOf(request.headers['content-encoding']);
  const tooLarge = () => new AssayError('request.too_large', `expected at most ${limit} bytes, found more`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const source = inflater === null ? request : request.pipe(inflater);
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const stop = (error: AssayError): void => {
      source.off('data', take);
      if (inflater !== null) {
        request.unpipe(inflater);
        inflater.destroy();
      }
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) stop(tooLarge());
      else chunks.push(chunk);
    };
    const broken = (cause: Error): void =>
      stop(new AssayError('request.invalid', 'The body could not be read to its end.', { cause }));
    request.once('error', broken);
    if (inflater !== null) inflater.once('error', broken);
    source.on('data', take).once('end', () => resolve(Buffer.concat(chunks, size)));
  });
}

/**
 * The media type, without parameters, when it is among the accepted ones.
 * @throws {AssayError} `request.media_type`
 */
export function mediaTypeOf(header: string | undefined, accepted: readonly string[]): string {
  const [type = '', ...parameters] = (header ?? '').toLowerCase().split(';');
  const mediaType = type.trim();
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  if (!accepted.includes(mediaType)) {
    throw new AssayError('request.media_type', `expected ${accepted.join(' or ')}`);
  }
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new AssayError('request.media_type', 'expected charset=utf-8');
  }
  return mediaType;
}

const LINE_FEED = 0x0a;

function* linesOf(bytes: Buffer): Generator<{ line: number; bytes: Buffer }> {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    if (line > LIMITS.batchLines) {
      throw new AssayError(
        'request.too_large',
        `expected at most ${LIMITS.batchLines} lines with the empty ones, found more`,
      );
    }
    const part = bytes.subarray(start, end);
    if (part.some((byte) => byte !== 0x20 && byte !== 0x0d && byte !== 0x09)) yield { line, bytes: part };
    start = end + 1;
  }
}

/**
 * Each line of an NDJSON body, checked by itself. Splitting bytes at LF is safe in UTF-8, so one line with broken UTF-8
 * spoils no other.
 * @throws {AssayError} `request.too_large` above LIMITS.batchItems or LIMITS.batchLines, `request.invalid` without any line
 */
export function readLines<Body>(bytes: Buffer, check: (value: unknown) => Body): Line<Body>[] {
  const lines: Line<Body>[] = [];
  for (const { line, bytes: part } of linesOf(bytes)) {
    if (lines.length === LIMITS.batchItems) {
      throw new AssayError('request.too_large', `expected at most ${LIMITS.batchItems} lines, found more`);
    }
    try {
      lines.push({ line, body: check(parseJson(part)) });
    } catch (error) {
      if (!(error instanceof AssayError) || error.status >= 500) throw error;
      lines.push({ line, error });
    }
  }
  if (lines.length === 0) throw new AssayError('request.invalid', 'expected at least one line, found none');
  return lines;
}
