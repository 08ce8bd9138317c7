/** Stage 3 of 5: evidence becomes a verdict. Pure: no clock but the one given, no store, no randomness. */
import type { Verdict } from '../schemas/verdict.js';
import type { Scored } from './2-score.js';
import type { Decide } from './judge.js';

/** A verdict that has no revision yet: that is assigned when it is recorded. */
export interface Decided extends Scored {
  verdict: Omit<Verdict, 'revision'>;
}

/** Bands of a tombstone say nothing; it exists to tell consumers that the text is gone. */
const TOMBSTONE = {
  band: 'insufficient',
  probability: 0.5,
  interval: [0, 1] as [number, number],
  prior: 0.5,
  llr: 0,
  budget: null,
  reasons: [],
  because: 'deleted',
} as const;

/** A run that judges stored texts again; its id is part of the ids of its verdicts. */
export interface Run {
  kind: 'rescore' | 'promote';
  id: string;
}

function verdictOf(
  scored: Scored,
  decide: Decide,
  decidedAt: string,
  run: Run | null,
): Omit<Verdict, 'revision'> {
  const { item, evidence } = scored;
  const decision = item.deletion ? { ...TOMBSTONE, reasons: [] } : decide(evidence);
  return {
    ...decision,
    schemaVersion: 1,
    verdictId: scored.verdictId,
    itemId: item.itemId,
    tenant: item.tenant,
    kind: item.deletion ? 'tombstone' : item.kind,
    itemKind: item.kind,
    platform: item.platform,
    externalId: item.externalId,
    conversationId: evidence.conversationId,
    authorId: evidence.authorId === '' ? null : evidence.authorId,
    version: item.version,
    contentHash: item.contentHash,
    cause: item.deletion ? { kind: 'delete', id: '' } : (run ?? { kind: 'ingest', id: '' }),
    words: evidence.words,
    language: evidence.language,
    detectors: evidence.detectors,
    canonicaliser: evidence.canonicaliser,
    decidedAt,
  };
}

/**
 * @param now milliseconds since the epoch, the verdicts' decidedAt
 * @param run why stored texts are judged again; null for what comes in
 */
export function decideAll(
  scored: readonly Scored[],
  decide: Decide,
  now: number,
  run: Run | null = null,
): Decided[] {
  const decidedAt = new Date(now).toISOString();
  return scored.map((one) => ({
    ...one,
    verdict: one.stored?.verdict ?? verdictOf(one, decide, decidedAt, run),
  }));
}
