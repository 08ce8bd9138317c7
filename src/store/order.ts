/**
 * The order of keys, the same in every engine: null < numbers < strings by their UTF-8 bytes < booleans.
 * MongoDB sorts so; SQLite is made to (embedded/keys.ts); whatever compares keys in this process uses these functions.
 */
import type { Scalar } from '../../schemas/store/port.js';

export type ScalarType = 'null' | 'number' | 'string' | 'boolean';

/** The types in ascending order. */
export const TYPES: readonly ScalarType[] = ['null', 'number', 'string', 'boolean'];

export function typeOf(value: Scalar): ScalarType {
  return value === null ? 'null' : (typeof value as ScalarType);
}

/** Surrogates (U+10000 and above) sort after U+E000…U+FFFF, as their UTF-8 bytes do. */
const weight = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;

/** Order of two texts by their UTF-8 bytes (= by code points): negative, 0 or positive. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return weight(x) - weight(y);
  }
  return a.length - b.length;
}

/** Order of two keys: negative, 0 or positive. */
export function compareKeys(a: Scalar, b: Scalar): number {
  const type = typeOf(a);
  const other = typeOf(b);
  if (type !== other) return TYPES.indexOf(type) - TYPES.indexOf(other);
  if (type === 'string') return compareText(a as string, b as string);
  return type === 'null' ? 0 : Number(a) - Number(b);
}
