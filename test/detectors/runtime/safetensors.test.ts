/** A weights file that breaks the format is refused, and says where. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { floatsOf, readTensors } from '../../../detectors/runtime/safetensors.js';
import { AssayError } from '../../../schemas/errors.js';
import { LIMITS } from '../../../schemas/limits.js';
import { encodeTensors, f32, fileOf } from './tiny-encoder.js';

const place = (more: object = {}) => ({ dtype: 'I8', shape: [2], data_offsets: [0, 2], ...more });
const two = new Uint8Array(2);
const json = (value: unknown, ...data: Uint8Array[]) => fileOf(JSON.stringify(value), ...data);
const refusal = (message: string) =>
  expect.objectContaining({ code: 'detector.missing_model', message: expect.stringContaining(message) });

describe('a file', () => {
  it('gives its tensors and what it says about itself', () => {
    const tensors = {
      a: f32([2, 1], (i) => i + 0.5),
      b: { type: 'I8' as const, shape: [3], bytes: new Uint8Array([1, 255, 3]) },
    };
    const read = readTensors(encodeTensors(tensors, { format: 'x' }));
    expect(read.metadata).toEqual({ format: 'x' });
    expect(read.tensors.get('a')).toMatchObject({ type: 'F32', shape: [2, 1] });
    expect([...floatsOf(read.tensors.get('a')!)]).toEqual([0.5, 1.5]);
    expect([...floatsOf(read.tensors.get('b')!)]).toEqual([1, -1, 3]);
  });

  it('may be a part of a larger memory, a Buffer or shared', () => {
    const file = encodeTensors({ a: f32([1], () => 7) }, {});
    const pool = Buffer.alloc(file.length + 3, 9);
    pool.set(file, 3);
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    for (const bytes of [pool.subarray(3), shared]) {
      expect([...floatsOf(readTensors(bytes).tensors.get('a')!)]).toEqual([7]);
    }
  });

  it('may hold half-precision numbers', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0x8000, 0x7c00, 0xfc00, 0x7e00);
    const bytes = new Uint8Array(halves.buffer);
    const read = readTensors(encodeTensors({ a: { type: 'F16', shape: [9], bytes } }, {}));
    expect([...floatsOf(read.tensors.get('a')!)]).toEqual([
      1,
      -2,
      0.333251953125,
      2 ** -24,
      65504,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

describe('a file is refused', () => {
  it.each([
    ['when it is too short for a header', new Uint8Array(7), 'found 7 bytes'],
    [
      'when the header is longer than the file',
      fileOf('{}').subarray(0, 9),
      'header of at most 1 bytes, found 2',
    ],
    ['when the header is no JSON', fileOf('{"a"'), 'JSON object'],
    ['when the header is no object', fileOf('[]'), 'JSON object'],
    ['when the header is not UTF-8', fileOf('{}').with(8, 0xff), 'JSON object'],
    ['when a type is not one of ours', json({ a: place({ dtype: 'BF16' }) }, two), 'tensor a'],
    ['when a shape is not whole', json({ a: place({ shape: [1.5] }) }, two), 'tensor a'],
    ['when a length is nought', json({ a: place({ shape: [0] }) }, two), 'tensor a'],
    ['when a place is negative', json({ a: place({ data_offsets: [-2, 0] }) }, two), 'tensor a'],
    ['when a tensor says more than it should', json({ a: place({ more: 1 }) }, two), 'tensor a'],
    [
      'when place and shape disagree',
      json({ a: place({ shape: [3] }) }, two),
      'expected 3 bytes of the tensor a, found 2',
    ],
    ['when shapes overflow', json({ a: place({ shape: [2 ** 40, 2 ** 40] }) }, two), 'tensor a, found 2'],
    [
      'when tensors overlap',
      json({ a: place(), b: place({ data_offsets: [1, 3] }) }, two, two),
      'tensor b at byte 2',
    ],
    [
      'when tensors leave a gap',
      json({ a: place(), b: place({ data_offsets: [3, 5] }) }, two, two),
      'tensor b at byte 2',
    ],
    [
      'when a tensor lies behind the end',
      json({ a: place() }, new Uint8Array(1)),
      'expected 2 bytes of tensors, found 1',
    ],
    ['when bytes are left over', json({ a: place() }, two, two), 'expected 2 bytes of tensors, found 4'],
    ['when its metadata is no text', json({ __metadata__: { a: 1 }, a: place() }, two), 'metadata'],
  ])('%s', (_why, file, message) => {
    expect(() => readTensors(file)).toThrow(refusal(message));
  });

  it('when the header is longer than the limit, and not when it has just that length', () => {
    const header = (length: number) => fileOf(`{${' '.repeat(length - 2)}}`);
    expect(readTensors(header(LIMITS.tensorHeaderBytes)).tensors.size).toBe(0);
    expect(() => readTensors(header(LIMITS.tensorHeaderBytes + 1))).toThrow(refusal('header of at most'));
  });

  it('with a coded error, whatever its bytes', () => {
    const good = encodeTensors({ a: f32([2], (i) => i), b: f32([1], () => 3) }, { format: 'x' });
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, end) => {
        try {
          readTensors(good.with(at, byte).subarray(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(AssayError);
        }
      }),
    );
  });
});
