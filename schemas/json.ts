/**
 * JSON from strangers: strict UTF-8, nesting and values counted before parsing, one error code per way to be wrong.
 * The rim (HTTP bodies, records of the log, lines of a file) reads every document through here.
 */
import { AssayError } from './errors.js';
import { LIMITS } from './limits.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** How a JSON document is built, as far as it was looked at. */
export interface JsonShape {
  /** Deepest nesting of objects and arrays. */
  depth: number;
  /** Values, at most one too many counted for each empty object or array. */
  values: number;
}

/** With its members as they are written, a name that stands twice counted twice. */
export interface WrittenShape extends JsonShape {
  members: number;
}

/**
 * Measures JSON bytes in one pass and without recursion; stops as soon as one of the limits is crossed, so the work of
 * refusing a bomb is bounded by the limits, not by the bomb.
 */
export function jsonShape(bytes: Uint8Array, limits: JsonShape): WrittenShape {
  const shape = { depth: 0, values: 1, members: 0 };
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) shape.values += 1;
    else if (byte === COLON) shape.members += 1;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      shape.values += 1;
      if (depth > shape.depth) shape.depth = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else continue;
    if (shape.depth > limits.depth || shape.values > limits.values) return shape;
  }
  return shape;
}

/** Members of all objects in a parsed value. */
export function membersOf(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next) as unknown[];
    if (!Array.isArray(next)) count += inner.length;
    for (const each of inner) if (typeof each === 'object' && each !== null) open.push(each);
  }
  return count;
}

/** Whether UTF-8 begins with a byte order mark, which {@link parseJson} passes over and other readers may not (RFC 8259, section 8.1). */
export const hasByteOrderMark = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses JSON bytes.
 * @throws {AssayError} `request.invalid_utf8`, `request.too_deep` (above LIMITS.jsonDepth), `request.too_many_values`
 * (above LIMITS.jsonValues), `request.malformed_json`, `request.name_twice` (RFC 8259 section 4: some readers take the first of
 * the two and some the last, so what one of them checked is not what the next one sees)
 */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new AssayError('request.invalid_utf8', undefined, { cause });
  }
  const { depth, values, members } = jsonShape(bytes, { depth: LIMITS.jsonDepth, values: LIMITS.jsonValues });
  if (depth > LIMITS.jsonDepth) {
    throw new AssayError('request.too_deep', `expected at most ${LIMITS.jsonDepth} levels, found more`);
  }
  if (values > LIMITS.jsonValues) {
    throw new AssayError(
      'request.too_many_values',
      `expected at most ${LIMITS.jsonValues} values, found more`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the input, and a text never goes into a message.
    throw new AssayError('request.malformed_json');
  }
  if (membersOf(value) !== members) throw new AssayError('request.name_twice');
  return value;
}
