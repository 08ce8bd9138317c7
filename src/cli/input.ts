/** What a command reads: a file or standard input, as a stream, or whole within a bound. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AssayError } from '../../schemas/errors.js';
import type { Io } from './io.js';

/** A file, or standard input for `-`. @throws {AssayError} `config.invalid` when the file cannot be read */
export async function openInput(io: Pick<Io, 'in'>, file: string): Promise<Readable> {
  if (file === '-') return io.in;
  const unreadable = (code: string | undefined, cause?: unknown) =>
    new AssayError('config.invalid', `${file} cannot be read (${code}).`, { cause });
  const source = createReadStream(file);
  await new Promise<void>((resolve, reject) => {
    source.once('ready', resolve);
    source.once('error', (cause: NodeJS.ErrnoException) => reject(unreadable(cause.code, cause)));
  });
  // A folder opens like a file and fails at the first byte.
  if ((await stat(file)).isDirectory()) {
    source.destroy();
    throw unreadable('EISDIR');
  }
  return source;
}

/** All of a stream. @throws {AssayError} `request.too_large` */
export async function readAll(source: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    size += chunk.length;
    if (size > maxBytes) {
      throw new AssayError('request.too_large', `expected at most ${maxBytes} bytes, found more`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws {AssayError} `request.invalid_utf8` */
export function asText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AssayError('request.invalid_utf8', 'expected UTF-8, found other bytes', { cause });
  }
}
