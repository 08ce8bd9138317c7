import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CBOR_DEPTH,
  CBOR_VALUES,
  type Cbor,
  CborError,
  readCbor,
  readCborFirst,
} from '../../../../src/attest/evidence/cbor.js';
import { cbor, map, nested, type Writable } from '../../../evidence/bytes.js';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** What an authenticator may write, and what reading it gives. */
const value: fc.Arbitrary<Writable> = fc.letrec<{ value: Writable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: CBOR_DEPTH - 2, depthSize: 'small' },
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(fc.nat(99), fc.string({ maxLength: 5 })), tie('value')), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map((entries) => map(...(entries as [number | string, Writable][]))),
  ),
})).value;

const plain = (each: Cbor | Writable): unknown => {
  if (each instanceof Uint8Array) return Buffer.from(each).toString('hex');
  if (Array.isArray(each)) return each.map((inner) => plain(inner as Cbor));
  if (each instanceof Map) return [...each].map(([key, inner]) => [key, plain(inner as Cbor)]);
  return each;
};

describe('CBOR of an authenticator', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(value, (written) => {
        expect(plain(readCbor(new Uint8Array(cbor(written))))).toEqual(plain(written));
      }),
    );
  });

  test('is read, or refused by name, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readCborFirst(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CborError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('has one spelling: what is read and written again is the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 12 }), (bytes) => {
        let read: { value: Cbor; end: number };
        try {
          read = readCborFirst(bytes);
        } catch {
          return;
        }
        if (!/true|false|null/.test(JSON.stringify(plain(read.value)) ?? '')) {
          expect(cbor(asWritable(read.value))).toEqual(Buffer.from(bytes.subarray(0, read.end)));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('knows the numbers and simple values of RFC 8949, appendix A, that authenticators write', () => {
    const known: [string, Cbor][] = [
      ['00', 0],
      ['1818', 24],
      ['1903e8', 1_000],
      ['1a000f4240', 1_000_000],
      ['1b000000e8d4a51000', 1_000_000_000_000],
      ['3903e7', -1_000],
      ['f4', false],
      ['f5', true],
      ['f6', null],
      ['62c3bc', 'ü'.normalize('NFC')],
    ];
    for (const [bytes, expected] of known) expect(readCbor(hex(bytes))).toEqual(expected);
  });

  test.each([
    ['a longer spelling of a number', '1817'],
    ['a longer spelling of a length', '590001ff'],
    ['a number beyond 2^53', '1bffffffffffffffff'],
    ['an indefinite list', '9f00ff'],
    ['an indefinite text', '7f6161ff'],
    ['a tag', 'c100'],
    ['a float', 'f93c00'],
    ['undefined', 'f7'],
    ['a key that is a list', 'a18000'],
    ['a key twice', 'a2010001ff'],
    ['text that is not UTF-8', '61ff'],
    ['fewer bytes than announced', '4401'],
    ['more members than bytes', '9affffffff'],
    ['bytes behind it', '0000'],
    ['nothing', ''],
  ])('is refused with %s', (_what, bytes) => {
    expect(() => readCbor(hex(bytes))).toThrow(CborError);
  });

  test('has bounds in depth and in number', () => {
    expect(readCbor(nested(CBOR_DEPTH).bytes)).toBeDefined();
    expect(() => readCbor(nested(CBOR_DEPTH + 1).bytes)).toThrow(CborError);
    const list = (length: number) => new Uint8Array(cbor(Array.from({ length }, () => 0)));
    expect(readCbor(list(CBOR_VALUES - 1))).toHaveLength(CBOR_VALUES - 1);
    expect(() => readCbor(list(CBOR_VALUES))).toThrow(CborError);
  });
});

function asWritable(each: Cbor): Writable {
  if (each instanceof Uint8Array) return Buffer.from(each);
  if (Array.isArray(each)) return each.map(asWritable);
  if (each instanceof Map)
    return map(...[...each].map(([key, inner]) => [key, asWritable(inner)] as [number | string, Writable]));
  return each as number | string;
}
