/**
 * Pages of every list: how many, and where to go on. A cursor is bound to its caller's tenant, its endpoint and its
 * filters, so that one from elsewhere is refused instead of silently skipping what it should show.
 */
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';

/** A number as it stands in a query string; an empty one is refused, not zero. */
export const numberText = (range: z.ZodType<number, number>) =>
  z
    .string()
    .regex(/^-?\d{1,15}(\.\d{1,15})?$/, 'expected a number')
    .transform(Number)
    .pipe(range)
    .meta({ type: 'number' });

/** Query parameters of a list. */
export const PAGE_QUERY = {
  limit: numberText(z.number().int().min(1).max(LIMITS.pageMax))
    .optional()
    .describe(`1 to ${LIMITS.pageMax}; default ${LIMITS.pageDefault}`),
  cursor: z
    .string()
    .max(4_096)
    .optional()
    .describe('`next` of the page before, with the same filters; opaque'),
};

/** `next` of an answer. */
export const Next = z
  .string()
  .nullable()
  .describe(
    'Cursor of the next page, null at the end. A page may be short, even empty, and still have a next one',
  );

const BINDING_LENGTH = 12;

const bindingOf = (scope: readonly unknown[]): string =>
  hashId('page', JSON.stringify(scope)).slice(0, BINDING_LENGTH);

/** @param scope tenant, endpoint and filters of the list */
export const bindCursor = (scope: readonly unknown[], next: string | null): string | null =>
  next === null ? null : `${bindingOf(scope)}${next}`;

/**
 * The store's cursor out of the caller's.
 * @throws {AssayError} `request.cursor` when it was given out for another list
 */
export function unbindCursor(scope: readonly unknown[], cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  if (!cursor.startsWith(bindingOf(scope))) throw new AssayError('request.cursor');
  return cursor.slice(BINDING_LENGTH);
}
