/** Creates the topics that are missing, and refuses those that exist with other settings, all of them in one message. */
import { AssayError } from '../../../schemas/errors.js';
import type { TopicSpec } from '../port.js';
import { TOPIC_RESOURCE } from './client.js';
import type { Questions } from './questions.js';

const CLEANUP = 'cleanup.policy';
const RETENTION = 'retention.ms';

const cleanupOf = ({ compact }: TopicSpec): string => (compact ? 'compact' : 'delete');

/** As the broker writes it: -1 keeps records for ever. */
const retentionOf = ({ retentionMs }: TopicSpec): string => String(retentionMs ?? -1);

/** A topic as the broker has it; settings by name, in the broker's words. */
export interface FoundTopic {
  partitions: number;
  settings: ReadonlyMap<string, string>;
}

/** What is not as it has to be, in words; empty when all is. A compacted topic keeps by key, whatever its retention says. */
export function differences(spec: TopicSpec, { partitions, settings }: FoundTopic): string[] {
  const wanted: [string, string, string][] = [
    ['partitions', String(spec.partitions), String(partitions)],
    [CLEANUP, cleanupOf(spec), settings.get(CLEANUP) ?? 'none'],
  ];
  if (!spec.compact && !spec.anyRetention)
    wanted.push([RETENTION, retentionOf(spec), settings.get(RETENTION) ?? 'none']);
  return wanted
    .filter(([, expected, found]) => expected !== found)
    .map(([name, expected, found]) => `expected ${name} ${expected}, found ${found}`);
}

/** @throws {AssayError} `log.topic_mismatch` naming every topic and setting that differs, `log.unavailable` */
export async function ensureTopics(questions: Questions, specs: readonly TopicSpec[]): Promise<void> {
  const existing = new Set(await questions.ask((admin) => admin.listTopics()));
  const present = specs.filter(({ name }) => existing.has(name));
  const found = await describe(
    questions,
    present.map(({ name }) => name),
  );
  const wrong = present.flatMap((spec) => {
    const differing = differences(spec, found.get(spec.name) as FoundTopic);
    return differing.length === 0 ? [] : [`Topic ${spec.name}: ${differing.join('; ')}.`];
  });
  if (wrong.length > 0) {
    const advice =
      'Change the topics (kafka-configs.sh --alter, kafka-topics.sh --alter), or ASSAY_PARTITIONS and ASSAY_TENANTS.';
    throw new AssayError('log.topic_mismatch', [...wrong, advice].join(' '));
  }
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
          { name: RETENTION, value: retentionOf(spec) },
        ],
      })),
    }),
  );
}

/** Topics as they are, by name, asked for together. */
async function describe(questions: Questions, names: readonly string[]): Promise<Map<string, FoundTopic>> {
  if (names.length === 0) return new Map();
  const { topics } = await questions.ask((admin) => admin.fetchTopicMetadata({ topics: [...names] }));
  const { resources } = await questions.ask((admin) =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: [CLEANUP, RETENTION] })),
    }),
  );
  const settings = new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions.length]));
  return new Map(
    names.map((name) => [
      name,
      { partitions: partitions.get(name) ?? 0, settings: settings.get(name) ?? new Map<string, string>() },
    ]),
  );
}
