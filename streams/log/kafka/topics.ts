/** Creates the topics that are missing, and refuses those that exist with other settings. */
import { AssayError } from '../../../schemas/errors.js';
import type { TopicSpec } from '../port.js';
import { TOPIC_RESOURCE } from './client.js';
import type { Questions } from './questions.js';

const CLEANUP = 'cleanup.policy';
const cleanupOf = ({ compact }: TopicSpec): string => (compact ? 'compact' : 'delete');

/** @throws {AssayError} `log.topic_mismatch`, `log.unavailable` */
export async function ensureTopics(questions: Questions, specs: readonly TopicSpec[]): Promise<void> {
  const existing = new Set(await questions.ask((admin) => admin.listTopics()));
  for (const spec of specs.filter(({ name }) => existing.has(name))) await assertSame(questions, spec);
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length === 0) return;
  await questions.ask((admin) =>
    admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((spec) => ({
        topic: spec.name,
        numPartitions: spec.partitions,
        configEntries: [
          { name: CLEANUP, value: cleanupOf(spec) },
          { name: 'retention.ms', value: String(spec.retentionMs ?? -1) },
        ],
      })),
    }),
  );
}

async function assertSame(questions: Questions, spec: TopicSpec): Promise<void> {
  const { topics } = await questions.ask((admin) => admin.fetchTopicMetadata({ topics: [spec.name] }));
  const partitions = topics[0]?.partitions.length;
  const { resources } = await questions.ask((admin) =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC_RESOURCE, name: spec.name, configNames: [CLEANUP] }],
    }),
  );
  const cleanup = resources[0]?.configEntries.find(({ configName }) => configName === CLEANUP)?.configValue;
  if (partitions !== spec.partitions || cleanup !== cleanupOf(spec))
    throw new AssayError(
      'log.topic_mismatch',
      `Topic ${spec.name} has ${partitions} partitions and ${CLEANUP} ${cleanup}, expected ${spec.partitions} and ${cleanupOf(spec)}.`,
    );
}
