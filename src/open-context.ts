/**
 * Opens the engines a process works on, log and store, as the settings choose them, and makes sure that the topics are
 * there. The whole of what an offline command needs; `service.ts` builds the rest of the service on it.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openEmbeddedLog } from '../streams/log/embedded.js';
import type { Log } from '../streams/log/port.js';
import { topicSpecs } from '../streams/topics.js';
import { Closing } from './closing.js';
import type { Config, Secrets } from './config/config.js';
import type { Clock, Context } from './context.js';
import { openStore } from './store/open.js';
import { requireRoom } from './telemetry/disk.js';

export interface OpenedContext {
  context: Context;
  /** Closes store and log, in this order of opening reversed. Idempotent. */
  close(): Promise<void>;
}

async function openLog(config: Config, secrets: Secrets, clock: Clock, logger: Logger): Promise<Log> {
  if (config.kafkaBrokers === null) return openEmbeddedLog({ folder: join(config.home, 'log'), clock });
  // Loaded only when it is used, as the MongoDB adapter is.
  const [{ openKafkaLog }, { clientAccess }] = await Promise.all([
    import('../streams/log/kafka.js'),
    import('./kafka/client-access.js'),
  ]);
  return openKafkaLog({
    brokers: config.kafkaBrokers,
    ...(await clientAccess(config, secrets, clock)),
    onLog: ({ level, message }) => logger[level]({ part: 'kafka', what: message }, 'the log client says'),
  });
}

/** True where something of this process's data lies in the home folder. */
export const usesHome = (config: Config, secrets: Secrets): boolean =>
  config.kafkaBrokers === null || secrets.mongoUrl === null;

/**
 * @throws {AssayError} `disk.full`; `log.locked` or `store.locked` when another process has the folder;
 * `log.unavailable` or `store.unavailable` when a server cannot be reached; `log.topic_mismatch`
 */
export async function openContext(
  config: Config,
  secrets: Secrets,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<OpenedContext> {
  if (usesHome(config, secrets)) await requireRoom(config.home, config.minFreeMb);
  const closing = new Closing();
  try {
    const log = await openLog(config, secrets, clock, logger);
    closing.add('log', () => log.close());
    const opened = await openStore({ mongoUrl: secrets.mongoUrl, dataFolder: config.home });
    closing.add('store', () => opened.store.close());
    await log.ensureTopics(topicSpecs(config.tenants, config.partitions));
    return { context: { clock, logger, log, ...opened }, close: () => closing.close() };
  } catch (error) {
    await closing.close();
    throw error;
  }
}
