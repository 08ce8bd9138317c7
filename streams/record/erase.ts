/** What a deletion takes away beside the item's own text: the texts in its history, and the places (spans) in its verdicts. */
import type { EvidenceSymbol } from '../../schemas/evidence.js';
import type { VerdictDoc } from '../../schemas/store/documents.js';
import type { RecordCollections } from '../records.js';

const PAGE = 100;

const withoutSpans = (symbols: readonly EvidenceSymbol[]): EvidenceSymbol[] =>
  symbols.map(({ spans, ...rest }) => rest);

const hasSpans = ({ verdict, evidence }: VerdictDoc): boolean =>
  [...verdict.reasons, ...(evidence?.symbols ?? [])].some((symbol) => symbol.spans !== undefined);

async function eraseHistory(
  itemId: string,
  upTo: number,
  versions: RecordCollections['itemVersions'],
): Promise<void> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof versions.page>> = await versions.page({
      index: 'by_item',
      where: { itemId, version: { lte: upTo } },
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    const withText = page.docs.filter(
      (doc) => doc.text !== null || doc.html !== null || doc.subject !== null,
    );
    if (withText.length > 0) {
      const change = { set: { text: null, html: null, subject: null } };
      await versions.bulk(withText.map((doc) => ({ update: { id: doc._id, change } })));
    }
    after = page.next;
  } while (after !== null);
}

async function eraseSpans(
  itemId: string,
  upTo: number,
  verdicts: RecordCollections['verdicts'],
): Promise<void> {
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof verdicts.page>> = await verdicts.page({
      index: 'by_item_revision',
      where: { itemId },
      limit: PAGE,
      ...(after === null ? {} : { after }),
    });
    const withSpans = page.docs.filter((doc) => doc.version <= upTo && hasSpans(doc));
    if (withSpans.length > 0) {
      await verdicts.bulk(
        withSpans.map((doc) => ({
          update: {
            id: doc._id,
            change: {
              set: {
                'verdict.reasons': withoutSpans(doc.verdict.reasons),
                ...(doc.evidence === null ? {} : { 'evidence.symbols': withoutSpans(doc.evidence.symbols) }),
              },
            },
          },
        })),
      );
    }
    after = page.next;
  } while (after !== null);
}

/** Removes texts and spans of an item's versions up to and including `upTo`. Idempotent. */
export async function eraseTexts(
  itemId: string,
  upTo: number,
  collections: Pick<RecordCollections, 'itemVersions' | 'verdicts'>,
): Promise<void> {
  await eraseHistory(itemId, upTo, collections.itemVersions);
  await eraseSpans(itemId, upTo, collections.verdicts);
}
