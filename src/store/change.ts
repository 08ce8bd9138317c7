/** Carries out a change on a document in memory, with MongoDB's meaning of each operator: the embedded engine's update. */
import { AssayError } from '../../schemas/errors.js';
import type { Change, Doc, Scalar } from '../../schemas/store/port.js';
import { isObject, type Json } from './path.js';

function misfit(detail: string): never {
  throw new AssayError('store.change', detail);
}

/** Operators in the order they are carried out; no two may touch the same path. */
const OPERATORS = ['setOnInsert', 'set', 'unset', 'inc', 'push', 'pull'] as const;

/**
 * The paths a change touches.
 * @throws {AssayError} `store.change` when two of them are equal or one lies inside another, or one is `_id`
 */
export function pathsOf(change: Change): Set<string> {
  const paths = new Set<string>();
  for (const operator of OPERATORS) {
    const operand = change[operator];
    if (operand === undefined) continue;
    for (const path of Array.isArray(operand) ? (operand as readonly string[]) : Object.keys(operand)) {
      if (path === '_id') misfit('A change may not touch _id');
      if (paths.has(path)) misfit(`A change may not touch ${path} twice`);
      paths.add(path);
    }
  }
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      const parent = path.slice(0, dot);
      if (paths.has(parent)) misfit(`A change may not touch both ${parent} and ${path}`);
    }
  }
  return paths;
}

/** The object or array that holds the last part of a path; missing objects on the way are created, or undefined is returned. */
function holder(doc: Json, path: string, create: boolean): { parent: Json; part: string } | undefined {
  const parts = path.split('.');
  let parent: Json = doc;
  for (const part of parts.slice(0, -1)) {
    let next = Object.hasOwn(parent, part) ? parent[part] : undefined;
    if (next === undefined) {
      if (!create) return undefined;
      next = {};
      parent[part] = next;
    }
    if (typeof next !== 'object' || next === null) {
      if (!create) return undefined;
      misfit(`${path} leads through ${part}, which is not an object`);
    }
    parent = next as Json;
  }
  return { parent, part: parts[parts.length - 1]! };
}

function place(doc: Json, path: string, next: (old: unknown) => unknown): void {
  const { parent, part } = holder(doc, path, true)!;
  const value = next(Object.hasOwn(parent, part) ? parent[part] : undefined);
  if (value !== undefined) parent[part] = value;
}

function increase(old: unknown, by: number, path: string): number {
  if (old === undefined) return by;
  return typeof old === 'number'
    ? old + by
    : misfit(`inc of ${path} found a ${typeof old}, expected a number`);
}

function append(old: unknown, element: unknown, path: string): unknown[] {
  if (old === undefined) return [element];
  return Array.isArray(old)
    ? [...old, element]
    : misfit(`push to ${path} found a ${typeof old}, expected an array`);
}

function without(old: unknown, fields: Readonly<Record<string, Scalar>>, path: string): unknown {
  if (old === undefined) return undefined;
  if (!Array.isArray(old)) misfit(`pull from ${path} found a ${typeof old}, expected an array`);
  return old.filter(
    (element) =>
      !isObject(element) ||
      !Object.entries(fields).every(([field, wanted]) => (element[field] ?? null) === wanted),
  );
}

/**
 * Changes `doc` in place.
 * @param created whether an upsert has just made the document (then `setOnInsert` counts)
 * @throws {AssayError} `store.change` when the change contradicts itself or does not fit; the document may then be half changed
 */
export function applyChange<T extends Doc>(doc: T, change: Change, created: boolean): T {
  pathsOf(change);
  const target = doc as unknown as Json;
  const entries = <V>(part: Readonly<Record<string, V>> | undefined) => Object.entries(part ?? {});
  if (created) for (const [path, value] of entries(change.setOnInsert)) place(target, path, () => value);
  for (const [path, value] of entries(change.set)) place(target, path, () => value);
  for (const path of change.unset ?? []) {
    const found = holder(target, path, false);
    if (found) delete found.parent[found.part];
  }
  for (const [path, by] of entries(change.inc)) place(target, path, (old) => increase(old, by, path));
  for (const [path, element] of entries(change.push))
    place(target, path, (old) => append(old, element, path));
  for (const [path, fields] of entries(change.pull)) {
    const found = holder(target, path, false);
    if (found) place(target, path, (old) => without(old, fields, path));
  }
  return doc;
}
