/**
 * JSON from strangers: strict UTF-8, nesting counted before parsing, one error code per way to be wrong.
 * The rim (HTTP bodies, records of the log, lines of a file) reads every document through here.
 */
import { AssayError } from './errors.js';
import { LIMITS } from './limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting of objects and arrays in JSON bytes, in one pass and without recursion; stops counting above `limit`. */
export function jsonDepth(bytes: Uint8Array, limit: number = LIMITS.jsonDepth): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > limit) return deepest;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses JSON bytes.
 * @throws {AssayError} `request.invalid_utf8`, `request.too_deep` (above LIMITS.jsonDepth), `request.malformed_json`
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new AssayError('request.invalid_utf8', undefined, { cause });
  }
  const depth = jsonDepth(bytes);
  if (depth > LIMITS.jsonDepth) {
    throw new AssayError('request.too_deep', `expected at most ${LIMITS.jsonDepth} levels, found more`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the input, and a text never goes into a message.
    throw new AssayError('request.malformed_json');
  }
}
