/** Every document of every collection, as text: what a test greps for what should not be there. */
import type { MetaDoc } from '../../../schemas/store/documents.js';
import type { Collection } from '../../../schemas/store/port.js';
import type { Rig } from './rig.js';

export async function everything({ opened }: Pick<Rig, 'opened'>): Promise<{ name: string; text: string }[]> {
  const found: { name: string; text: string }[] = [];
  for (const [name, collection] of Object.entries(opened.collections)) {
    let after: string | null | undefined;
    while (after !== null) {
      const query = { index: '_id', limit: 200, ...(after === undefined ? {} : { after }) };
      const { docs, next } = await (collection as Collection<MetaDoc>).page(query);
      found.push(...docs.map((doc) => ({ name, text: JSON.stringify(doc) })));
      after = next;
    }
  }
  return found;
}
