/**
 * Keyset cursors: where a page ended, as the values of the index's keys and the `_id` of the last document looked at.
 * A cursor is bound to its collection and index; its content is nothing a caller could not have read in the page.
 */
import { AssayError } from '../../schemas/errors.js';
import type { CollectionSpec, Cursor, Scalar } from '../../schemas/store/port.js';

/** Values of the index's keys in order, then the `_id`. */
export type Position = readonly Scalar[];

const isKey = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

export function encodeCursor(spec: CollectionSpec, index: string, position: Position): Cursor {
  return Buffer.from(JSON.stringify([spec.name, index, ...position])).toString('base64url');
}

/**
 * @param length number of values the position must have: the index's keys and the `_id`
 * @throws {AssayError} `request.cursor` when the cursor is damaged or belongs to another collection or index
 */
export function decodeCursor(spec: CollectionSpec, index: string, length: number, cursor: Cursor): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new AssayError('request.cursor');
  }
  if (!Array.isArray(parts) || parts[0] !== spec.name || parts[1] !== index)
    throw new AssayError('request.cursor');
  const position = parts.slice(2);
  if (position.length !== length || !position.every(isKey) || typeof position.at(-1) !== 'string') {
    throw new AssayError('request.cursor');
  }
  return position;
}
