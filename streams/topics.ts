/**
 * The topics of Assay and which tenant each intake topic belongs to. The tenant of a record follows from the topic it
 * lies on, never from what the record says (design section 4).
 */
import { LIMITS } from '../schemas/limits.js';
import type { TopicSpec } from './log/port.js';

/** Topics that every tenant shares; records on them name their tenant. */
export const VERDICTS_TOPIC = 'verdicts';
export const EVIDENCE_TOPIC = 'evidence';
export const DEAD_LETTERS_TOPIC = 'dead-letters';

/** Consumer group of the scoring pipeline. */
export const SCORE_GROUP = 'assay-score';

/** Where a tenant's texts come in. */
export interface TenantTopics {
  tenant: string;
  posts: string;
  emails: string;
}

const DAY_MS = 24 * 3_600_000;

/** How long intake records stay on the log: long enough to repair an outage over a holiday. */
const INTAKE_RETENTION_MS = 7 * DAY_MS;
/** How long verdicts and evidence stay on the log for consumers to come back. */
const ANNOUNCED_RETENTION_MS = 30 * DAY_MS;

/** Every topic the pipeline reads or writes, with partitions and retention. */
export function topicSpecs(tenants: readonly TenantTopics[], partitions: number): TopicSpec[] {
  const intake = tenants.flatMap(({ posts, emails }) => [posts, emails]);
  return [
    ...intake.map((name) => ({ name, partitions, retentionMs: INTAKE_RETENTION_MS })),
    { name: VERDICTS_TOPIC, partitions, retentionMs: ANNOUNCED_RETENTION_MS },
    { name: EVIDENCE_TOPIC, partitions, retentionMs: ANNOUNCED_RETENTION_MS },
    { name: DEAD_LETTERS_TOPIC, partitions: 1, retentionMs: LIMITS.deadLetterMs },
  ];
}

/** What an intake topic carries, and for whom. */
export interface IntakeTopic {
  tenant: string;
  kind: 'post' | 'email';
}

/** Topic → tenant and kind. */
export function intakeTopics(tenants: readonly TenantTopics[]): ReadonlyMap<string, IntakeTopic> {
  const topics = new Map<string, IntakeTopic>();
  for (const { tenant, posts, emails } of tenants) {
    topics.set(posts, { tenant, kind: 'post' });
    topics.set(emails, { tenant, kind: 'email' });
  }
  return topics;
}
