/**
 * One page of a replay: the texts of stored items are judged by another detector, compared with what stands, and, when
 * promoting, recorded as new revisions on the way every verdict goes. Idempotent: the run's id is part of its verdicts' ids.
 */
import { verdictId } from '../../schemas/ids.js';
import type { ItemDoc, VerdictDoc } from '../../schemas/store/documents.js';
import { judgeAll } from '../2-score.js';
import { type Decided, decideAll, type Run } from '../3-decide.js';
import { record } from '../4-record.js';
import type { AdmittedText } from '../admit/admitted.js';
import type { PipelineParts } from '../records.js';
import { type Before, before } from './before.js';
import { type Compared, lengthSlice } from './comparison.js';
import { storedText } from './stored-text.js';

export type ReplayParts = Pick<
  PipelineParts,
  'clock' | 'collections' | 'decide' | 'judge' | 'logger' | 'outboxShards'
>;

/** What one page came to. */
export interface JudgedPage {
  compared: Compared[];
  withoutText: number;
  promoted: number;
  overtaken: number;
  unchangedEvidence: number;
}

interface Text {
  doc: ItemDoc;
  item: AdmittedText;
}

const compare = ({ doc }: Text, { verdict }: Decided, was: Before): Compared => ({
  itemId: doc._id,
  tenant: doc.tenant,
  from: was.band,
  to: verdict.band,
  llrBefore: was.llr,
  llrAfter: verdict.llr,
  slices: {
    kind: doc.kind,
    platform: doc.platform,
    length: lengthSlice(verdict.words),
    tenant: doc.tenant,
    language: verdict.language,
  },
});

/**
 * @param docs items as read
 * @param run what the verdicts are recorded as
 * @param promote whether they are recorded at all
 */
export async function judgeAgain(
  docs: readonly ItemDoc[],
  run: Run,
  promote: boolean,
  parts: ReplayParts,
): Promise<JudgedPage> {
  const { verdicts } = parts.collections;
  const texts = docs.flatMap((doc): Text[] => {
    const item = storedText(doc);
    return item === null ? [] : [{ doc, item }];
  });
  const evidence = await judgeAll(
    texts.map(({ item }) => item),
    parts,
  );
  const scored = texts.map(({ doc, item }) => ({
    item,
    verdictId: verdictId(item.itemId, item.version, item.contentHash, run.kind, run.id),
    evidence: evidence.get(item)!,
    hal: doc.hal,
    stored: null,
  }));
  const decided = decideAll(scored, parts.decide, parts.clock(), run);
  const current: (VerdictDoc | null)[] = promote
    ? await verdicts.getMany(texts.map(({ doc }) => doc.verdictId))
    : [];
  const was = await Promise.all(
    texts.map(({ doc }, at) =>
      before(doc, promote ? decided[at]!.verdictId : null, current[at] ?? null, verdicts),
    ),
  );
  const compared = texts.map((text, at) => compare(text, decided[at]!, was[at]!));
  const page = { compared, withoutText: docs.length - texts.length };
  if (!promote) return { ...page, promoted: 0, overtaken: 0, unchangedEvidence: 0 };
  const fresh = decided.filter((one, at) => one.evidence.evidenceId !== was[at]!.evidenceId);
  const recorded = await record(fresh, new Map(docs.map((doc) => [doc._id, doc])), parts);
  return {
    ...page,
    promoted: recorded.length,
    overtaken: fresh.length - recorded.length,
    unchangedEvidence: decided.length - fresh.length,
  };
}
