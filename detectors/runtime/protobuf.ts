/** Writes protobuf messages (https://protobuf.dev/programming-guides/encoding), as much of the format as an ONNX model needs. */

/** A piece of a message: byte strings in order. Large ones are kept as they are until the whole is put together. */
export type Written = readonly Uint8Array[];

const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number | bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

const tag = (field: number, wire: number): Uint8Array => varint(field * 8 + wire);

const lengthOf = (written: Written): number => written.reduce((sum, bytes) => sum + bytes.length, 0);

/** int32, int64, enum: negative numbers as two's complement of 64 bits. */
export const integer = (field: number, value: number): Written => [tag(field, VARINT), varint(value)];

export const float = (field: number, value: number): Written => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [tag(field, FIXED32), bytes];
};

export const bytes = (field: number, value: Uint8Array): Written => [
  tag(field, BYTES),
  varint(value.length),
  value,
];

export const text = (field: number, value: string): Written => bytes(field, new TextEncoder().encode(value));

/** A message within a message. */
export const message = (field: number, ...parts: readonly Written[]): Written => {
  const inner = parts.flat();
  return [tag(field, BYTES), varint(lengthOf(inner)), ...inner];
};

/** The whole, as bytes. */
export function together(...parts: readonly Written[]): Uint8Array<ArrayBuffer> {
  const all = parts.flat();
  const out = new Uint8Array(lengthOf(all));
  let at = 0;
  for (const piece of all) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
