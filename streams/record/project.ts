/**
 * Brings the items up to date with their recorded verdicts. Only the current verdict shapes its item, older texts go to
 * the history first and the item changes by compare-and-set, so a crash or another writer in between loses no version
 * and no late writer wins. Idempotent.
 */
import { AssayError } from '../../schemas/errors.js';
import type { ItemDoc, ItemVersionDoc, VerdictDoc } from '../../schemas/store/documents.js';
import type { BulkOp } from '../../schemas/store/port.js';
import type { Decided } from '../3-decide.js';
import type { RecordCollections } from '../records.js';
import { pause } from '../retry.js';
import { endFromChain } from './chain.js';
import type { Committed } from './commit.js';
import { eraseTexts } from './erase.js';
import { itemDoc, lateVersion, replacedVersion } from './item-doc.js';

const MAX_ROUNDS = 20;

type ProjectCollections = Pick<RecordCollections, 'items' | 'itemVersions' | 'verdicts'>;

interface Step {
  decided: Decided;
  doc: VerdictDoc;
  history: ItemVersionDoc | null;
  change: BulkOp<ItemDoc> | null;
  /** A deletion that has to be noted on an item which its writer has not brought into being yet. */
  early: boolean;
}

const newer = (doc: VerdictDoc, item: ItemDoc): boolean =>
  doc.version > item.version || (doc.version === item.version && doc.revision > item.revision);

/** Another verdict on the text that the item shows: there is nothing to put into its history. */
const sameText = ({ version, verdict }: VerdictDoc, item: ItemDoc): boolean =>
  version === item.version && verdict.contentHash === item.contentHash;

/** What one verdict asks of its item as it stands now. */
function stepFor(decided: Decided, doc: VerdictDoc, item: ItemDoc | null): Step {
  const text = decided.item.deletion ? null : decided.item;
  const step: Step = { decided, doc, history: null, change: null, early: false };
  const current = doc.head.verdictId === doc._id && (item === null || newer(doc, item));
  if (!current) {
    const isTheItem = item !== null && sameText(doc, item);
    const gone = item !== null && doc.version <= item.deletedVersion;
    if (text !== null && !isTheItem && !gone) step.history = lateVersion(text);
    step.early = text === null && item === null;
    if (text === null && item !== null && item.deletedVersion < doc.version) {
      const guard = { deletedVersion: item.deletedVersion };
      step.change = { update: { id: item._id, guard, change: { set: { deletedVersion: doc.version } } } };
    }
    return step;
  }
  const next = itemDoc(doc, text, decided.hal, item);
  if (item === null) return { ...step, change: { insert: next } };
  const { _id, reviewState, ...fields } = next;
  if (item.contentHash !== '' && !sameText(doc, item))
    step.history = replacedVersion(item, item.version <= next.deletedVersion);
  const opens = reviewState !== item.reviewState;
  const guard = {
    version: item.version,
    revision: item.revision,
    deletedVersion: item.deletedVersion,
    ...(opens ? { reviewState: item.reviewState } : {}),
  };
  const set = opens ? { ...fields, reviewState } : fields;
  return { ...step, change: { update: { id: _id, guard, change: { set } } } };
}

const succeeded = (did: string | undefined): boolean => did === 'inserted' || did === 'updated';

/**
 * Projects committed verdicts of DIFFERENT items.
 * @param known items as last read; refreshed here where others write at the same time
 * @throws {AssayError} `store.conflict` when 20 rounds were lost to other writers
 */
export async function project(
  committed: readonly Committed[],
  known: Map<string, ItemDoc>,
  collections: ProjectCollections,
): Promise<void> {
  const { items, itemVersions, verdicts } = collections;
  let open: Pick<Step, 'decided' | 'doc'>[] = committed.flatMap(({ decided, doc }) =>
    doc === null ? [] : [{ decided, doc }],
  );
  /** Items whose history a deletion may have passed by: a text was put there, and the item itself did not confirm it. */
  const suspects = new Set(
    committed.flatMap(({ decided, doc }) => (doc === null ? [decided.item.itemId] : [])),
  );
  for (let round = 0; open.length > 0; round += 1) {
    if (round === MAX_ROUNDS) {
      throw new AssayError(
        'store.conflict',
        `lost ${MAX_ROUNDS} rounds for ${open.length} items to other writers`,
      );
    }
    if (round > 0) {
      await pause(round);
      const ids = open.map(({ doc }) => doc.itemId);
      await refresh(ids, known, items);
    }
    const steps = open.map(({ decided, doc }) => stepFor(decided, doc, known.get(doc.itemId) ?? null));
    const history = steps.flatMap((step) => (step.history === null ? [] : [{ insert: step.history }]));
    if (history.length > 0) await itemVersions.bulk(history);
    const changes = steps.flatMap((step) => (step.change === null ? [] : [step.change]));
    const outcomes = changes.length === 0 ? [] : await items.bulk(changes);
    let at = 0;
    open = [];
    for (const step of steps) {
      const confirmed = step.change !== null && succeeded(outcomes[at++]?.did);
      if (step.history !== null && !confirmed) suspects.add(step.doc.itemId);
      if (step.early || (step.change !== null && !confirmed)) open.push(step);
    }
  }
  for (const { decided, doc } of committed) {
    if (doc !== null && decided.item.deletion) await eraseTexts(doc.itemId, doc.version, collections);
  }
  for (const itemId of suspects) {
    const { head } = await endFromChain(verdicts, itemId);
    if (head !== null && head.deletedVersion >= 0) await eraseTexts(itemId, head.deletedVersion, collections);
  }
}

async function refresh(
  ids: readonly string[],
  known: Map<string, ItemDoc>,
  items: RecordCollections['items'],
): Promise<void> {
  for (const [at, doc] of (await items.getMany(ids)).entries()) {
    const id = ids[at] as string;
    if (doc === null) known.delete(id);
    else known.set(id, doc);
  }
}
