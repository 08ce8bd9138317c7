/** Steps 2 and 3 of 3: settings checked and typed, all problems reported together, secrets kept apart. */
import { AssayError } from '../../schemas/errors.js';
import type { TenantTopics } from '../../streams/topics.js';
import type { AudienceGrant } from '../attest/platform.js';
import type { Quotas } from '../attest/quota.js';
import { type RawSettings, readEnvironment } from './environment.js';
import { type IntakeQuotas, NO_QUOTAS } from './intake-quotas.js';
import { type KafkaAccess, kafkaAccess, kafkaProblems } from './kafka-access.js';
import type { Role } from './roles.js';
import { SETTINGS, type SettingName, type SettingValue } from './settings.js';

/** What the service runs with. Holds no secret, so it may be logged. */
export interface Config {
  home: string;
  host: string;
  port: number;
  publicUrl: string | null;
  /** What this process runs. */
  roles: readonly Role[];
  kafkaBrokers: readonly string[] | null;
  kafka: KafkaAccess;
  tenants: readonly TenantTopics[];
  /** Platforms that the operator gives to tenants. */
  audiences: readonly AudienceGrant[];
  /** Path of a module that holds signing keys. */
  keyHolder: string | null;
  /** Path of a trust list of other issuers. */
  trust: string | null;
  /** Path of a list of issuers whose credentials prove one person. */
  credentialTrust: string | null;
  /** FIDO metadata: path or https address of the blob, and path of its root. */
  metadata: { source: string; rootFile: string } | null;
  quotas: Quotas;
  /** How much each tenant may send in over HTTP. */
  intakeQuotas: IntakeQuotas;
  /** Proxies in front whose word about the caller's address is taken. */
  proxies: number;
  partitions: number;
  batch: number;
  /** Records waiting above which texts get the first stage only; null: never. */
  degradeAbove: number | null;
  /** Prior probability of machine authorship. */
  prior: number;
  detector: SettingValue<'ASSAY_DETECTOR'>;
  /** Places outside of the public internet that requests of our own may reach, as host:port. */
  egressAllow: readonly string[];
  engine: SettingValue<'ASSAY_ENGINE'>;
  device: SettingValue<'ASSAY_DEVICE'>;
  precision: SettingValue<'ASSAY_PRECISION'>;
  /** Worker threads of the encoder on the CPU; null: one for each core. */
  scoringThreads: number | null;
  logLevel: SettingValue<'ASSAY_LOG_LEVEL'>;
  minFreeMb: number;
}

/** Secrets; passed only to those who need them, never logged. */
export interface Secrets {
  mongoUrl: string | null;
  sealing: string | null;
  kafkaPassword: string | null;
}

type Values = { [N in SettingName]: SettingValue<N> };

function checkAll(raw: RawSettings): Values {
  const problems: string[] = [];
  const values = Object.entries(raw).map(([name, { text, source }]) => {
    if (text === null) return [name, null];
    const result = SETTINGS[name as SettingName].schema.safeParse(text);
    if (result.success) return [name, result.data];
    const details = result.error.issues.map(({ message }) => message).join('; ');
    problems.push(`${name} (${source}): ${details}`);
    return [name, null];
  });
  if (problems.length > 0) throw new AssayError('config.invalid', problems.join('\n'));
  return Object.fromEntries(values);
}

/** A name given to a tenant that is not there would silently be nobody's. */
function checkTenants({ ASSAY_TENANTS, ASSAY_AUDIENCES, ASSAY_INTAKE_QUOTA }: Values): void {
  const known = new Set(ASSAY_TENANTS.map(({ tenant }) => tenant));
  const strangers = (ASSAY_AUDIENCES ?? []).filter(({ tenant }) => !known.has(tenant));
  const problems = strangers.map(
    ({ tenant, aud }) => `ASSAY_AUDIENCES: ${aud} is given to ${tenant}, which ASSAY_TENANTS does not name`,
  );
  for (const tenant of Object.keys(ASSAY_INTAKE_QUOTA?.tenants ?? {})) {
    if (!known.has(tenant))
      problems.push(`ASSAY_INTAKE_QUOTA: ${tenant} has a quota, and ASSAY_TENANTS does not name it`);
  }
  if (problems.length === 0) return;
  throw new AssayError('config.invalid', problems.join('\n'));
}

/** A blob without a root it must be signed under would be anybody's. */
function metadataOf({ ASSAY_METADATA: source, ASSAY_METADATA_ROOT: rootFile }: Values): Config['metadata'] {
  if (source !== null && rootFile !== null) return { source, rootFile };
  if (source === null && rootFile === null) return null;
  throw new AssayError('config.invalid', 'ASSAY_METADATA and ASSAY_METADATA_ROOT go together');
}

/**
 * The typed configuration.
 * @throws {AssayError} `config.invalid`, one line per problem
 */
export function loadConfig(raw: RawSettings = readEnvironment()): { config: Config; secrets: Secrets } {
  const values = checkAll(raw);
  checkTenants(values);
  const problems = kafkaProblems(values);
  if (problems.length > 0) throw new AssayError('config.invalid', problems.join('\n'));
  const config: Config = {
    home: values.ASSAY_HOME,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.ASSAY_PUBLIC_URL,
    roles: values.ASSAY_ROLES,
    kafkaBrokers: values.KAFKA_BROKERS,
    kafka: kafkaAccess(values),
    tenants: values.ASSAY_TENANTS,
    audiences: values.ASSAY_AUDIENCES ?? [],
    keyHolder: values.ASSAY_KEY_HOLDER,
    trust: values.ASSAY_TRUST,
    credentialTrust: values.ASSAY_CREDENTIAL_TRUST,
    metadata: metadataOf(values),
    quotas: { perAuthorDay: values.ASSAY_AUTHOR_QUOTA, perPlatformHour: values.ASSAY_PLATFORM_QUOTA },
    intakeQuotas: values.ASSAY_INTAKE_QUOTA ?? NO_QUOTAS,
    proxies: values.ASSAY_PROXIES,
    partitions: values.ASSAY_PARTITIONS,
    batch: values.ASSAY_BATCH,
    degradeAbove: values.ASSAY_DEGRADE_ABOVE,
    prior: values.ASSAY_PRIOR,
    detector: values.ASSAY_DETECTOR,
    egressAllow: values.ASSAY_EGRESS_ALLOW ?? [],
    engine: values.ASSAY_ENGINE,
    device: values.ASSAY_DEVICE,
    precision: values.ASSAY_PRECISION,
    scoringThreads: values.ASSAY_SCORING_THREADS,
    logLevel: values.ASSAY_LOG_LEVEL,
    minFreeMb: values.ASSAY_MIN_FREE_MB,
  };
  return {
    config,
    secrets: {
      mongoUrl: values.MONGO_URL,
      sealing: values.ASSAY_SECRET,
      kafkaPassword: values.KAFKA_PASSWORD,
    },
  };
}
