/** CBOR and DER as the software authenticator writes them: whatever it is told, correct or not. */

const head = (major: number, value: number): Buffer => {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 0x100) return Buffer.from([(major << 5) | 24, value]);
  if (value < 0x10000) return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
  const bytes = Buffer.alloc(5);
  bytes[0] = (major << 5) | 26;
  bytes.writeUInt32BE(value, 1);
  return bytes;
};

/** Bytes that are CBOR already. */
export class Raw {
  constructor(readonly bytes: Buffer) {}
}

export type Writable = number | string | Buffer | Raw | Writable[] | Map<number | string, Writable>;

/** RFC 8949 with definite, shortest lengths. */
export function cbor(value: Writable): Buffer {
  if (value instanceof Raw) return value.bytes;
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const members = [...value].flatMap(([key, each]) => [cbor(key), cbor(each)]);
  return Buffer.concat([head(5, value.size), ...members]);
}

/** Maps in the order given. */
export const map = (...entries: [number | string, Writable][]): Map<number | string, Writable> =>
  new Map(entries);

/** CBOR lists inside of lists. */
export const nested = (depth: number): Raw =>
  new Raw(Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.from([0])]));

/** One DER element; a tag above 30 takes the long form. */
export function der(tag: number | readonly number[], ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(typeof tag === 'number' ? [tag] : tag), Buffer.from(size), content]);
}

export const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);
export const set = (...parts: Buffer[]): Buffer => der(0x31, ...parts);
export const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
export const integer = (value: number): Buffer => der(0x02, Buffer.from(value < 0x80 ? [value] : [0, value]));
export const octets = (bytes: Buffer): Buffer => der(0x04, bytes);
