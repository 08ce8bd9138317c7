/**
 * The kafkajs 2.2.4 client with our timings. They were measured over killed brokers (no record lost, none twice, longest
 * gap 14 s) and differ from kafkajs' defaults for that reason. kafkajs is known in this folder and in `../kafka.ts` only.
 */
import kafkajs, { type Kafka, type Producer, type SASLOptions } from 'kafkajs';

export interface KafkaLogOptions {
  brokers: readonly string[];
  clientId?: string;
  tls?: boolean | { ca?: string; cert?: string; key?: string };
  sasl?: SASLOptions;
  /** Told what kafkajs logs at warning and above; never texts or secrets. */
  onLog?(entry: { level: 'warn' | 'error'; message: string }): void;
}

// kafkajs is CommonJS: Node sees no names in it, only jest does.
const { ConfigResourceTypes, Kafka: KafkaClient, logLevel, Partitioners } = kafkajs;

/** The kind of resource whose settings a topic's are. */
export const TOPIC_RESOURCE = ConfigResourceTypes.TOPIC;

const METADATA_AGE_MS = 3_000;
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 };

/** Of every consumer, beside its group. */
export const CONSUMER = {
  sessionTimeout: 6_000,
  heartbeatInterval: 1_000,
  rebalanceTimeout: 8_000,
  maxWaitTimeInMs: 500,
  metadataMaxAge: METADATA_AGE_MS,
  retry: RETRY,
} as const;

/** A member that has put by what it fetched asks again soon: it sleeps so long while all its partitions are full. */
export const MEMBER_WAIT_MS = 100;

/** Connects when first used. */
export const createClient = ({ brokers, clientId, tls, sasl, onLog }: KafkaLogOptions): Kafka =>
  new KafkaClient({
    clientId: clientId ?? 'assay',
    brokers: [...brokers],
    ssl: tls ?? false,
    sasl,
    retry: RETRY,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) =>
      onLog?.({
        level: entry.level === logLevel.ERROR ? 'error' : 'warn',
        message: entry.log.message,
      }),
  });

/** A producer that neither reorders nor repeats, however often the broker is asked. */
export const createProducer = (kafka: Kafka): Producer =>
  kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
    metadataMaxAge: METADATA_AGE_MS,
  });
