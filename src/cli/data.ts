/**
 * The data of a service, opened by a command while no service runs on it. The embedded engines belong to one process;
 * with Kafka and MongoDB such commands work beside a running service.
 */
import { AssayError } from '../../schemas/errors.js';
import type { Config, Secrets } from '../config/config.js';
import type { Context } from '../context.js';
import { openContext } from '../open-context.js';
import { type OpenedStore, openStore } from '../store/open.js';
import { createLogger } from '../telemetry/logger.js';
import type { Io } from './io.js';

const HINT =
  'This command opens the data itself, so it works while no service does; with KAFKA_BROKERS and MONGO_URL it also works beside one.';

/** Says what to do about a lock. */
async function explained<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof AssayError) || !/^(?:log|store)\.locked$/.test(error.code)) throw error;
    throw new AssayError(error.code, `${error.message} ${HINT}`, { cause: error });
  }
}

export type StoreOnly = Pick<Context, 'clock'> & Pick<OpenedStore, 'collections'>;

/** Runs `work` on the store alone. @throws {AssayError} `store.locked`, `store.unavailable` */
export async function withStore<T>(
  config: Config,
  secrets: Secrets,
  work: (parts: StoreOnly) => Promise<T>,
): Promise<T> {
  const opened = await explained(() => openStore({ mongoUrl: secrets.mongoUrl, dataFolder: config.home }));
  try {
    return await work({ clock: Date.now, collections: opened.collections });
  } finally {
    await opened.store.close();
  }
}

/** Runs `work` on log and store. @throws {AssayError} as `openContext` */
export async function withContext<T>(
  io: Io,
  config: Config,
  secrets: Secrets,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const logger = createLogger('error', io.err);
  const opened = await explained(() => openContext(config, secrets, { clock: Date.now, logger }));
  try {
    return await work(opened.context);
  } finally {
    await opened.close();
  }
}

/**
 * The tenant a command is about: the one named, or the only one there is.
 * @throws {AssayError} `config.invalid` when there is no such tenant, or none was named among several
 */
export function tenantOf({ tenants }: Config, named: string | undefined): string {
  const names = tenants.map(({ tenant }) => tenant);
  const tenant = named ?? (names.length === 1 ? names[0] : undefined);
  if (tenant !== undefined && names.includes(tenant)) return tenant;
  throw new AssayError(
    'config.invalid',
    `expected --tenant with one of ${names.join(', ')}, found ${named ?? 'none'}`,
  );
}
