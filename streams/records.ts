/** The collections the pipeline writes to, and the settings every stage shares. */
import type { Logger } from 'pino';
import type {
  CounterDoc,
  DeadLetterDoc,
  ItemDoc,
  ItemVersionDoc,
  MetaDoc,
  VerdictDoc,
  WebhookDeliveryDoc,
  WebhookDoc,
} from '../schemas/store/documents.js';
import type { BlobStore, Collection } from '../schemas/store/port.js';
import type { Decide, Judge, ReadLetter, VerifyAttestation } from './judge.js';
import type { Log } from './log/port.js';
import type { TenantTopics } from './topics.js';

/** Satisfied by `Context['collections']`. */
export interface RecordCollections {
  items: Collection<ItemDoc>;
  itemVersions: Collection<ItemVersionDoc>;
  verdicts: Collection<VerdictDoc>;
  counters: Collection<CounterDoc>;
  deadLetters: Collection<DeadLetterDoc>;
  webhooks: Collection<WebhookDoc>;
  webhookDeliveries: Collection<WebhookDeliveryDoc>;
  meta: Collection<MetaDoc>;
}

/** Everything a pipeline is made of. */
export interface PipelineParts {
  log: Log;
  collections: RecordCollections;
  blobs: BlobStore;
  clock: () => number;
  logger: Logger;
  tenants: readonly TenantTopics[];
  judge: Judge;
  decide: Decide;
  readLetter: ReadLetter;
  verifyAttestation: VerifyAttestation;
  /** Shards new outbox entries are spread over, 1…OUTBOX_SHARDS_MAX; each is drained by one owner. */
  outboxShards: number;
}

/** Shards that are always looked after, however few are written to; so the setting may change between starts. */
export const OUTBOX_SHARDS_MAX = 8;
