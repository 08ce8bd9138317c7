/**
 * Stage 2 of 5: texts become evidence. Scoring is stateless; a text whose verdict is already recorded (the record came
 * twice) is not judged again, its stored verdict is carried on so that the stages after can finish what was begun.
 */
import type { Evidence } from '../schemas/evidence.js';
import { verdictId } from '../schemas/ids.js';
import type { ItemDoc, VerdictDoc } from '../schemas/store/documents.js';
import type { AdmittedBatch } from './1-admit.js';
import type { Admitted, AdmittedText } from './admit/admitted.js';
import { deletionEvidence, evidenceOf } from './evidence-of.js';
import type { PipelineParts } from './records.js';

export interface Scored {
  item: Admitted;
  verdictId: string;
  evidence: Evidence;
  /** hal of the attestation that came with the text: -1 none or invalid, else 0…3. */
  hal: number;
  /** Set when this verdict was recorded before. */
  stored: VerdictDoc | null;
}

type ScoreParts = Pick<PipelineParts, 'collections' | 'judge' | 'verifyAttestation'>;

const idOf = (item: Admitted): string =>
  verdictId(item.itemId, item.version, item.contentHash, item.deletion ? 'delete' : 'ingest');

/** Verdicts that exist already; only items the store knows can have one. */
async function recorded(
  admitted: readonly Admitted[],
  known: ReadonlyMap<string, ItemDoc>,
  parts: ScoreParts,
): Promise<Map<string, VerdictDoc>> {
  const ids = [...new Set(admitted.filter((item) => known.has(item.itemId)).map(idOf))];
  const docs = ids.length === 0 ? [] : await parts.collections.verdicts.getMany(ids);
  return new Map(docs.flatMap((doc) => (doc === null ? [] : [[doc._id, doc]])));
}

async function halOf(item: AdmittedText, parts: ScoreParts): Promise<number> {
  if (item.attestation === null || item.format === 'raw') return -1;
  return parts.verifyAttestation({
    tenant: item.tenant,
    token: item.attestation,
    platform: item.platform,
    authorId: item.authorId,
    [item.format]: item.content,
    facets: item.facets,
  });
}

/** Evidence of each text, from one call of the judge. */
export async function judgeAll(
  texts: readonly AdmittedText[],
  parts: Pick<ScoreParts, 'judge'>,
): Promise<Map<AdmittedText, Evidence>> {
  const judgements = await parts.judge.judge(
    texts.map((item) => ({
      kind: item.kind,
      format: item.format,
      content: item.content,
      contentHash: item.contentHash,
      facets: item.facets,
      ...(item.lang === null ? {} : { lang: item.lang }),
    })),
  );
  const { detectorSet } = parts.judge;
  return new Map(
    texts.map((item, at) => {
      const judgement = judgements[at];
      if (judgement === undefined)
        throw new Error(`expected ${texts.length} judgements, found ${judgements.length}`);
      return [item, evidenceOf(item, judgement, detectorSet)];
    }),
  );
}

/** Scores a batch, in the order given; records that say the same twice are carried once. */
export async function score({ admitted, known }: AdmittedBatch, parts: ScoreParts): Promise<Scored[]> {
  const unique = new Map(admitted.map((item) => [idOf(item), item]));
  const stored = await recorded(admitted, known, parts);
  const texts: AdmittedText[] = [];
  for (const [id, item] of unique) if (!item.deletion && !stored.has(id)) texts.push(item);
  const fresh = await judgeAll(texts, parts);
  return Promise.all(
    [...unique].map(async ([id, item]) => {
      if (item.deletion) {
        const at = known.get(item.itemId);
        const place = {
          conversationId: at?.conversationId || item.externalId,
          authorId: at?.authorId ?? '',
          inReplyTo: at?.inReplyTo ?? null,
        };
        return {
          item,
          verdictId: id,
          evidence: deletionEvidence(item, place),
          hal: -1,
          stored: stored.get(id) ?? null,
        };
      }
      const before = stored.get(id) ?? null;
      const evidence = fresh.get(item) ?? before?.evidence;
      if (evidence == null) throw new Error(`verdict ${id} was recorded without evidence`);
      return { item, verdictId: id, evidence, hal: await halOf(item, parts), stored: before };
    }),
  );
}
