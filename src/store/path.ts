/** Dotted paths into a document: how an index key, a condition and a change find their value. */
import { AssayError } from '../../schemas/errors.js';
import type { Doc, Scalar } from '../../schemas/store/port.js';

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function at(doc: Doc, path: string): unknown {
  let value: unknown = doc;
  for (const part of path.includes('.') ? path.split('.') : [path]) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return null;
    value = value[part];
  }
  return value ?? null;
}

function refuse(path: string): never {
  throw new AssayError('store.change', `The indexed field ${path} holds something else than a scalar.`);
}

/**
 * The value of an index key; missing is `null`.
 * @throws {AssayError} `store.change` when there is an array or an object
 */
export function keyAt(doc: Doc, path: string): Scalar {
  const value = at(doc, path);
  return isScalar(value) ? value : refuse(path);
}

/**
 * The distinct values of a multikey: one per element, none for an empty array; a scalar counts as its only element.
 * @throws {AssayError} `store.change` when an element is not a scalar
 */
export function keysAt(doc: Doc, path: string): Scalar[] {
  const value = at(doc, path);
  if (!Array.isArray(value)) return [isScalar(value) ? value : refuse(path)];
  return [...new Set(value.map((element) => (isScalar(element) ? element : refuse(path))))];
}

function collect(value: unknown, parts: readonly string[], from: number, found: unknown[]): void {
  if (from === parts.length) {
    if (Array.isArray(value)) found.push(...value);
    else found.push(value);
    return;
  }
  const part = parts[from]!;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(part)) collect(value[Number(part)], parts, from + 1, found);
    for (const element of value) if (isObject(element)) collect(element, parts, from, found);
    return;
  }
  const next = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  if (isObject(next) || Array.isArray(next)) collect(next, parts, from + 1, found);
  else if (from + 1 === parts.length) found.push(next);
  else found.push(undefined);
}

/** Every value a condition may look at, MongoDB's way: through arrays on the path, and each element of an array at its end. */
export function valuesAt(doc: Doc, path: string): unknown[] {
  const found: unknown[] = [];
  collect(doc, path.split('.'), 0, found);
  return found;
}
