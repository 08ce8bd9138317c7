/** Puts recorded verdicts and their evidence on their topics, as CloudEvents with stable ids. */
import { cloudEvent } from '../../schemas/envelope.js';
import type { Evidence } from '../../schemas/evidence.js';
import type { VerdictDoc } from '../../schemas/store/documents.js';
import type { Verdict } from '../../schemas/verdict.js';
import type { Log, OutgoingRecord } from '../log/port.js';
import { EVIDENCE_TOPIC, VERDICTS_TOPIC } from '../topics.js';

export const EVENT_SOURCE = 'assay';

/** Keyed by item: the verdicts of an item stay in order. */
const verdictRecord = (verdict: Verdict): OutgoingRecord => ({
  key: verdict.itemId,
  value: Buffer.from(JSON.stringify(verdict)),
  headers: cloudEvent('verdict.recorded', verdict.verdictId, EVENT_SOURCE, Date.parse(verdict.decidedAt)),
});

/** Keyed by conversation: whoever gathers a thread reads one partition. */
const evidenceRecord = (evidence: Evidence, atMs: number): OutgoingRecord => ({
  key: `${evidence.tenant}:${evidence.platform}:${evidence.conversationId}`,
  value: Buffer.from(JSON.stringify(evidence)),
  headers: cloudEvent('evidence.recorded', evidence.evidenceId, EVENT_SOURCE, atMs),
});

const owes = (doc: VerdictDoc, to: 'verdict' | 'evidence'): boolean =>
  doc.pending.some((entry) => entry.to === to);

/** Sends what these documents owe to the topics; resolves when the log has it for good. At least once. */
export async function deliver(docs: readonly VerdictDoc[], log: Log): Promise<void> {
  const ordered = [...docs].sort((a, b) =>
    a.itemId === b.itemId ? a.revision - b.revision : a.decidedMs - b.decidedMs,
  );
  const verdicts = ordered.filter((doc) => owes(doc, 'verdict')).map((doc) => verdictRecord(doc.verdict));
  const evidence = ordered.flatMap((doc) =>
    doc.evidence !== null && owes(doc, 'evidence') ? [evidenceRecord(doc.evidence, doc.decidedMs)] : [],
  );
  if (verdicts.length > 0) await log.send(VERDICTS_TOPIC, verdicts);
  if (evidence.length > 0) await log.send(EVIDENCE_TOPIC, evidence);
}
