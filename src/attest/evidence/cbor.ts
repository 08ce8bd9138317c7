/**
 * CBOR (RFC 8949) as CTAP2 writes it, and nothing else: definite and shortest lengths, no tags, no floats, no name
 * twice, depth and values bounded before they are built. WebAuthn's libraries read more than authenticators write, and
 * what they read without bounds a stranger makes large.
 */

export type CborMap = Map<number | string, Cbor>;
export type Cbor = number | string | boolean | null | Uint8Array | Cbor[] | CborMap;

/** An attestation object nests three deep: statement, chain, certificate. */
export const CBOR_DEPTH = 6;
/** Values in one document; a TPM's statement has about twenty. */
export const CBOR_VALUES = 256;

export class CborError extends Error {}

interface Reader {
  bytes: Uint8Array;
  at: number;
  values: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The first value of some bytes, and where it ends. @throws {CborError} */
export function readCborFirst(bytes: Uint8Array, at = 0): { value: Cbor; end: number } {
  const reader = { bytes, at, values: 0 };
  const value = readValue(reader, 0);
  return { value, end: reader.at };
}

/** The one value that some bytes are. @throws {CborError} for anything behind it, too */
export function readCbor(bytes: Uint8Array): Cbor {
  const { value, end } = readCborFirst(bytes);
  if (end !== bytes.length) throw new CborError('expected one value, found bytes behind it');
  return value;
}

function readValue(reader: Reader, depth: number): Cbor {
  if (depth > CBOR_DEPTH) throw new CborError(`expected at most ${CBOR_DEPTH} levels`);
  reader.values += 1;
  if (reader.values > CBOR_VALUES) throw new CborError(`expected at most ${CBOR_VALUES} values`);
  const initial = take(reader, 1)[0]!;
  const major = initial >> 5;
  if (major === 7) return simple(initial & 0x1f);
  const argument = readArgument(reader, initial & 0x1f);
  switch (major) {
    case 0:
      return argument;
    case 1:
      return -1 - argument;
    case 2:
      return take(reader, argument);
    case 3:
      return text(take(reader, argument));
    case 4:
      return readArray(reader, argument, depth);
    case 5:
      return readMap(reader, argument, depth);
    default:
      throw new CborError('found a tag');
  }
}

/** A list or map cannot have more members than bytes are left: nothing is reserved for what was only announced. */
function announced(reader: Reader, count: number): void {
  if (count > reader.bytes.length - reader.at) throw new CborError('found fewer bytes than announced');
}

function readArray(reader: Reader, count: number, depth: number): Cbor[] {
  announced(reader, count);
  const values: Cbor[] = [];
  while (values.length < count) values.push(readValue(reader, depth + 1));
  return values;
}

function readMap(reader: Reader, count: number, depth: number): CborMap {
  announced(reader, count);
  const map: CborMap = new Map();
  for (let left = count; left > 0; left -= 1) {
    const key = readValue(reader, depth + 1);
    if (typeof key !== 'number' && typeof key !== 'string')
      throw new CborError('found a key of another type');
    if (map.has(key)) throw new CborError('found a key twice');
    map.set(key, readValue(reader, depth + 1));
  }
  return map;
}

function simple(value: number): boolean | null {
  if (value === 20 || value === 21) return value === 21;
  if (value === 22) return null;
  throw new CborError('found a float or a simple value that no authenticator writes');
}

/** The number in or behind an initial byte, in its shortest spelling. */
function readArgument(reader: Reader, info: number): number {
  if (info < 24) return info;
  if (info > 27) throw new CborError('found an indefinite length');
  const size = 2 ** (info - 24);
  const value = take(reader, size).reduce((sum, byte) => sum * 256 + byte, 0);
  if (!Number.isSafeInteger(value)) throw new CborError('found a number beyond 2^53');
  const least = size === 1 ? 24 : 2 ** (4 * size);
  if (value < least) throw new CborError('found a number in a longer spelling than it needs');
  return value;
}

function take(reader: Reader, length: number): Uint8Array {
  const end = reader.at + length;
  if (end > reader.bytes.length) throw new CborError('found fewer bytes than announced');
  const bytes = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return bytes;
}

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new CborError('found text that is not UTF-8', { cause });
  }
}
