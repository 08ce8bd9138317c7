/**
 * Field names on their way into MongoDB and back. Headers and other maps carry names that strangers chose: a dot, a
 * leading `$` or a NUL would be refused or read as an operator, so they are percent-escaped in the store.
 */
import { isObject, type Json } from '../path.js';

const ESCAPED = { '%': '%25', '.': '%2E', '\0': '%00' } as const;

function escapeName(name: string): string {
  if (!/[%.\0]|^\$/.test(name)) return name;
  return name.replace(/[%.\0]/g, (c) => ESCAPED[c as keyof typeof ESCAPED]).replace(/^\$/, '%24');
}

const unescapeName = (name: string): string =>
  name.includes('%')
    ? name.replace(/%(25|2E|00|24)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : name;

/** Renames every field below `value`; gives the same object back where no name changes. */
function rename(value: unknown, name: (name: string) => string): unknown {
  if (Array.isArray(value)) {
    const renamed = value.map((element) => rename(element, name));
    return renamed.every((element, i) => element === value[i]) ? value : renamed;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([field, old]): [string, unknown] => {
    const entry: [string, unknown] = [name(field), rename(old, name)];
    changed ||= entry[0] !== field || entry[1] !== old;
    return entry;
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** A value as it is stored. */
export const toStored = <T>(value: T): T => rename(value, escapeName) as T;

/** A stored document as it was given. */
export const fromStored = <T>(doc: T): T => rename(doc, unescapeName) as T;

/** A dotted path as it is stored: its dots lead into objects, everything else is part of a name. */
export const toStoredPath = (path: string): string => path.split('.').map(escapeName).join('.');

/** A record of paths with its values, as stored. */
export const toStoredPaths = (record: Readonly<Json>, value: (value: unknown) => unknown = toStored): Json =>
  Object.fromEntries(Object.entries(record).map(([path, each]) => [toStoredPath(path), value(each)]));
