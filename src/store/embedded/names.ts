/** Names in SQLite: of columns, and of indexes and side tables. */
import type { CollectionSpec } from '../../../schemas/store/port.js';

/** A name as an SQL identifier, whatever is in it. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Column of an indexed path; `_id` keeps its name. */
export const column = (path: string): string => quote(path === '_id' ? path : `k.${path}`);

/** Index or side table of a declared index; `_id` names the primary key. */
export const indexName = (spec: CollectionSpec, index: string): string => quote(`${spec.name}/${index}`);
