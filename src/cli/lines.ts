/** Splits a stream of bytes into lines, holding no more than one of them: what is longer is told and skipped. */
import type { Readable } from 'node:stream';

/** Lines count from 1; empty ones are counted and skipped. */
export type InputLine = { line: number; bytes: Buffer } | { line: number; tooLong: number };

const LF = 0x0a;

const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);

/** @param maxBytes longest line that is kept */
export async function* readLines(input: Readable, maxBytes: number): AsyncGenerator<InputLine> {
  let pending: Buffer[] = [];
  let size = 0;
  let line = 1;
  const take = (part: Buffer): void => {
    size += part.length;
    if (size > maxBytes) pending = [];
    else if (part.length > 0) pending.push(part);
  };
  const end = (): InputLine | null => {
    const bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
    const whole: InputLine = size > maxBytes ? { line, tooLong: size } : { line, bytes };
    pending = [];
    size = 0;
    line += 1;
    return 'bytes' in whole && isBlank(whole.bytes) ? null : whole;
  };
  for await (const piece of input) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const whole = end();
      if (whole !== null) yield whole;
    }
    take(chunk.subarray(from));
  }
  const last = size > 0 ? end() : null;
  if (last !== null) yield last;
}

/** What an answer goes by: the id of its line as it stood there, or the number of the line, counted from 1. */
export type LineName = { id: string | number } | { line: number };

/** The name of a line that was parsed; an id that is neither text nor number is none. */
export function nameOf(given: unknown, line: number): LineName {
  const id = typeof given === 'object' && given !== null ? (given as { id?: unknown }).id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? { id } : { line };
}
