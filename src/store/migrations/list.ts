/** Every migration there was, oldest first; none is ever changed or taken away once it was released. */
import type { ItemDoc } from '../../../schemas/store/documents.js';
import type { Doc } from '../../../schemas/store/port.js';
import type { Migration } from './runner.js';

const step = <T extends Doc>(migration: Migration<T>): Migration => migration as unknown as Migration;

export const MIGRATIONS: readonly Migration[] = [
  step<ItemDoc>({
    version: 2,
    name: 'items say which language their platform gave, null where nobody knows any more',
    collection: ({ items }) => items,
    change: (docs) =>
      docs
        .filter(({ lang }) => lang === undefined)
        // A missing field equals null, so what a running service has written meanwhile stays.
        .map(({ _id }) => ({ update: { id: _id, guard: { lang: null }, change: { set: { lang: null } } } })),
  }),
];
