/**
 * Reads the safetensors format (https://huggingface.co/docs/safetensors): a JSON header of names, types, shapes and places, then
 * the bytes of the tensors. A file comes from a disk that can fail and from people who can err, so nothing in it is believed.
 */
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';

/** Bytes of one value. */
const SIZES = { I8: 1, F16: 2, F32: 4 } as const;
export type TensorType = keyof typeof SIZES;

export interface Tensor {
  type: TensorType;
  shape: readonly number[];
  /** Little-endian values in row-major order; a view into the file. */
  bytes: Uint8Array;
}

export interface TensorFile {
  tensors: ReadonlyMap<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

const Place = z.strictObject({
  dtype: z.enum(['I8', 'F16', 'F32']),
  shape: z.array(z.int().min(1)).max(4),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const Metadata = z.record(z.string(), z.string());

export const damaged = (detail: string, cause?: unknown): AssayError =>
  new AssayError('detector.missing_model', detail, { cause });

function readHeader(file: Uint8Array): { header: Record<string, unknown>; data: Uint8Array } {
  if (file.length < 8) throw damaged(`expected a safetensors file, found ${file.length} bytes`);
  const size = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  const most = BigInt(Math.min(LIMITS.tensorHeaderBytes, file.length - 8));
  if (size > most) throw damaged(`expected a safetensors header of at most ${most} bytes, found ${size}`);
  const end = 8 + Number(size);
  try {
    // A copy: the decoder refuses views of shared memory, in which workers keep the file.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file.slice(8, end));
    return { header: z.record(z.string(), z.unknown()).parse(JSON.parse(text)), data: file.subarray(end) };
  } catch (error) {
    throw damaged('expected a JSON object as header of the safetensors file', error);
  }
}

/**
 * The tensors of a file. They have to fill its data exactly: none may overlap, and no byte lies between or behind them.
 * @throws {AssayError} `detector.missing_model` when the file breaks the format or holds other types than I8, F16 and F32
 */
export function readTensors(file: Uint8Array): TensorFile {
  // A Buffer's slice is no copy, and copies are needed below.
  const { header, data } = readHeader(new Uint8Array(file.buffer, file.byteOffset, file.length));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  const places: { name: string; start: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const place = Place.safeParse(entry);
    if (!place.success) throw damaged(`expected type, shape and place of the tensor ${name}`, place.error);
    const { dtype, shape, data_offsets } = place.data;
    const [start, end] = data_offsets;
    const bytes = shape.reduce((product, length) => product * length, SIZES[dtype]);
    if (end - start !== bytes) {
      throw damaged(`expected ${bytes} bytes of the tensor ${name}, found ${end - start}`);
    }
    places.push({ name, start, end });
    tensors.set(name, { type: dtype, shape, bytes: data.subarray(start, end) });
  }
  places.sort((a, b) => a.start - b.start);
  let at = 0;
  for (const { name, start, end } of places) {
    if (start !== at) throw damaged(`expected the tensor ${name} at byte ${at} of the data, found ${start}`);
    at = end;
  }
  if (at !== data.length) throw damaged(`expected ${at} bytes of tensors, found ${data.length}`);
  const said = Metadata.safeParse(metadata);
  if (!said.success) throw damaged('expected text in the metadata of the safetensors file', said.error);
  return { tensors, metadata: said.data };
}

/** The values of a tensor as float32; int8 without its scale. */
export function floatsOf({ type, bytes }: Tensor): Float32Array<ArrayBuffer> {
  const own = bytes.slice();
  if (type === 'F32') return new Float32Array(own.buffer);
  if (type === 'I8') return Float32Array.from(new Int8Array(own.buffer));
  const halves = new Uint16Array(own.buffer);
  return Float32Array.from(halves, fromHalf);
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
