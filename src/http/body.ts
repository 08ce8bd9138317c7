/**
 * Reads a request's body: bounded while it streams in (also after inflation), media type and charset checked, UTF-8
 * strict, nesting and values counted before parsing. Express's own raw parser does the bounded reading; the rest is ours.
 */
import express, { type Request, type Response } from 'express';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import type { Line } from '../api/endpoint.js';

export const NDJSON = 'application/x-ndjson';
export const JSON_TYPE = 'application/json';

/** What body-parser reports, in our codes. */
function translate(error: unknown, limit: number): AssayError {
  const type = (error as { type?: string }).type;
  if (type === 'entity.too.large') {
    return new AssayError('request.too_large', `expected at most ${limit} bytes, found more`);
  }
  return new AssayError('request.invalid', 'The body could not be read to its end.', { cause: error });
}

/** The same on every Node: newer ones would also inflate zstd. */
const ENCODINGS = ['identity', 'gzip', 'deflate', 'br'];

function checkEncoding(header: string | undefined): void {
  if (header === undefined || ENCODINGS.includes(header.trim().toLowerCase())) return;
  throw new AssayError('request.media_type', 'expected Content-Encoding gzip, deflate, br or none');
}

const readers = new Map<number, ReturnType<typeof express.raw>>();

function readerOf(limit: number): ReturnType<typeof express.raw> {
  const known = readers.get(limit) ?? express.raw({ type: () => true, limit });
  readers.set(limit, known);
  return known;
}

/**
 * The body's bytes.
 * @param limit in bytes
 * @throws {AssayError} `request.too_large`, `request.media_type`, `request.invalid`
 */
export async function readBytes(request: Request, response: Response, limit: number): Promise<Buffer> {
  checkEncoding(request.headers['content-encoding']);
  return new Promise((resolve, reject) => {
    readerOf(limit)(request, response, (error?: unknown) => {
      if (error !== undefined) reject(translate(error, limit));
      else resolve(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
    });
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
