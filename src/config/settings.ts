/**
 * Every setting of Assay: name, default, meaning, and how its text becomes a value. Nothing else in the repository reads
 * the environment, so this table is complete; `assay doctor` prints it and `.env.example` is made from it.
 */
import { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import type { TenantTopics } from '../../streams/topics.js';
import type { AudienceGrant } from '../attest/platform.js';
import { exceptionKey } from '../egress/target.js';
import { parseAudiences } from './audiences.js';
import { entriesOf } from './entries.js';
import { type IntakeQuotas, parseIntakeQuotas } from './intake-quotas.js';
import { parseRoles, ROLES, type Role } from './roles.js';
import { parseTenants } from './tenants.js';

export interface Setting<T = unknown> {
  /** Text used when the environment says nothing; null leaves the setting empty. */
  fallback: string | null;
  description: string;
  /** Never printed, never logged. */
  secret?: boolean;
  schema: z.ZodType<T, string>;
}

const setting = <T>(entry: Setting<T>): Setting<T> => entry;

const integer = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.number().min(min).max(max));

const list = z.string().transform(entriesOf);

/** A text that `parse` reads, or says why not. */
const parsed = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });

const tenants = parsed<TenantTopics[]>(parseTenants);
const audiences = parsed<AudienceGrant[]>(parseAudiences);
const intakeQuotas = parsed<IntakeQuotas>(parseIntakeQuotas);
const roles = parsed<Role[]>(parseRoles);

const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: 'expected an origin such as https://assay.example, without path or trailing slash',
});

const brokers = list.pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'expected host:port')));

const places = list.pipe(
  z.array(
    z.string().transform((text, context) => {
      try {
        return exceptionKey(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
  ),
);

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values) as z.ZodType<T[number], string>;

export const SETTINGS = {
  ASSAY_HOME: setting({
    fallback: '.assay',
    description: 'Folder of the embedded log, store and blobs; one process at a time uses it.',
    schema: z.string().min(1),
  }),
  HOST: setting({
    fallback: '127.0.0.1',
    description: 'Address the HTTP server listens on; 0.0.0.0 for all.',
    schema: z.string().min(1),
  }),
  PORT: setting({
    fallback: '8080',
    description: 'Port the HTTP server listens on; 0 lets the system choose.',
    schema: integer(0, 65_535),
  }),
  ASSAY_ROLES: setting({
    fallback: ROLES.join(','),
    description:
      'What this process runs: any of api, score, gather, announce, console, separated by commas. Fewer than all need KAFKA_BROKERS, MONGO_URL and ASSAY_PUBLIC_URL (docs/operations.md).',
    schema: roles,
  }),
  ASSAY_PUBLIC_URL: setting({
    fallback: null,
    description:
      'Origin under which browsers and verifiers reach this service; issuer of its attestations. Default: http://HOST:PORT, with localhost for the addresses of this machine only.',
    schema: origin,
  }),
  KAFKA_BROKERS: setting({
    fallback: null,
    description: 'Brokers as host:port, separated by commas. Empty: the embedded log.',
    schema: brokers,
  }),
  KAFKA_TLS: setting({
    fallback: 'off',
    description: 'Whether brokers are reached over TLS: on or off.',
    schema: choice(['on', 'off']),
  }),
  KAFKA_TLS_CA: setting({
    fallback: null,
    description:
      'PEM file of the authority that signed the brokers’ certificates. Empty: the ones Node trusts.',
    schema: z.string().min(1),
  }),
  KAFKA_TLS_CERT: setting({
    fallback: null,
    description: 'PEM file of the certificate that this client shows the brokers.',
    schema: z.string().min(1),
  }),
  KAFKA_TLS_KEY: setting({
    fallback: null,
    description: 'PEM file of the private key of KAFKA_TLS_CERT.',
    schema: z.string().min(1),
  }),
  KAFKA_SASL: setting({
    fallback: null,
    description:
      'How this client proves who it is: plain, scram-sha-256, scram-sha-512 or oauthbearer. Empty: not at all.',
    schema: choice(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer']),
  }),
  KAFKA_USERNAME: setting({
    fallback: null,
    description: 'Name for KAFKA_SASL; with KAFKA_TOKEN_URL the client’s id.',
    schema: z.string().min(1),
  }),
  KAFKA_PASSWORD: setting({
    fallback: null,
    description: 'Password for KAFKA_SASL; with KAFKA_TOKEN_URL the client’s secret.',
    secret: true,
    schema: z.string().min(1),
  }),
  KAFKA_TOKEN_FILE: setting({
    fallback: null,
    description: 'File that holds the token for oauthbearer, read anew at each connection.',
    schema: z.string().min(1),
  }),
  KAFKA_TOKEN_URL: setting({
    fallback: null,
    description:
      'Endpoint that gives tokens for oauthbearer (client credentials); https, or http on loopback.',
    schema: z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
      message: 'expected the address of a token endpoint, https://…',
    }),
  }),
  KAFKA_TOKEN_SCOPE: setting({
    fallback: null,
    description: 'Scope asked for at KAFKA_TOKEN_URL.',
    schema: z.string().min(1),
  }),
  MONGO_URL: setting({
    fallback: null,
    description: 'Connection string of MongoDB. Empty: the embedded store.',
    secret: true,
    schema: z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'expected mongodb://… or mongodb+srv://…'),
  }),
  ASSAY_SECRET: setting({
    fallback: null,
    description:
      'Seals the signing keys in the store; at least 32 characters. `openssl rand -base64 32` makes one.',
    secret: true,
    schema: z.string().min(32, 'expected at least 32 characters'),
  }),
  ASSAY_TENANTS: setting({
    fallback: 'default=posts/emails',
    description:
      'Tenants and their intake topics, separated by commas: name=postsTopic/emailsTopic, or name alone for posts.name and emails.name.',
    schema: tenants,
  }),
  ASSAY_AUDIENCES: setting({
    fallback: null,
    description:
      'Platforms that tenants may register without proving a domain, and nobody else then: tenant=name/name, separated by commas. Names that are no domain, `mail` among them, are registered in no other way.',
    schema: audiences,
  }),
  ASSAY_KEY_HOLDER: setting({
    fallback: null,
    description:
      'Module that holds the signing keys outside of the store, for instance ./key-holder.js (docs/attestation.md, section 7). Empty: keys are sealed in the store. Keys that are sealed already stay there until they are rotated.',
    schema: z.string().min(1),
  }),
  ASSAY_TRUST: setting({
    fallback: null,
    description: 'Trust list of other issuers whose attestations count here too: a file such as trust.json.',
    schema: z.string().min(1),
  }),
  ASSAY_CREDENTIAL_TRUST: setting({
    fallback: null,
    description:
      'Issuers whose presented credentials prove one person (unq 2): a file in the form of trust.json (docs/evidence.md). Empty: nobody’s.',
    schema: z.string().min(1),
  }),
  ASSAY_METADATA: setting({
    fallback: null,
    description:
      'FIDO metadata blob, a file or an https address such as https://mds3.fidoalliance.org/; needs ASSAY_METADATA_ROOT. Empty: no authenticator is known, and no signature is more than a registered key’s (prs 1).',
    schema: z
      .string()
      .min(1)
      .refine((text) => !text.startsWith('http:'), 'expected a file or an https address'),
  }),
  ASSAY_METADATA_ROOT: setting({
    fallback: null,
    description: 'Certificate that the metadata blob’s chain must end at: a file in PEM.',
    schema: z.string().min(1),
  }),
  ASSAY_AUTHOR_QUOTA: setting({
    fallback: String(LIMITS.attestationsPerAuthorDay),
    description: 'Attestations of one author in a day.',
    schema: integer(1, 1_000_000),
  }),
  ASSAY_PLATFORM_QUOTA: setting({
    fallback: String(LIMITS.attestationsPerPlatformHour),
    description: 'Attestations of one platform in an hour.',
    schema: integer(1, 1_000_000_000),
  }),
  ASSAY_PROXIES: setting({
    fallback: '0',
    description:
      'Proxies in front of the service that add the caller to X-Forwarded-For. Limits by address go by what the first of them saw; too high a number lets callers name any address.',
    schema: integer(0, 16),
  }),
  ASSAY_INTAKE_QUOTA: setting({
    fallback: null,
    description:
      'Items that a tenant may send in over HTTP in a minute, counted by each process: a number for every tenant, tenant=number for one, separated by commas. Empty: no bound.',
    schema: intakeQuotas,
  }),
  ASSAY_PARTITIONS: setting({
    fallback: '6',
    description: 'Partitions of each topic when it is created; the most workers that can share the work.',
    schema: integer(1, 1_024),
  }),
  ASSAY_BATCH: setting({
    fallback: '500',
    description: 'Records a worker takes at a time, at most.',
    schema: integer(1, 10_000),
  }),
  ASSAY_DEGRADE_ABOVE: setting({
    fallback: null,
    description:
      'Records waiting to be scored above which texts get the first stage only, until a quarter of them is left; they are judged again by the whole detector afterwards. Empty: never.',
    schema: integer(100, 100_000_000),
  }),
  ASSAY_PRIOR: setting({
    fallback: '0.5',
    description:
      'Share of machine-written texts expected among those that come in, above 0 and below 1; moves every probability, and no band.',
    schema: z
      .string()
      .regex(/^\d?(\.\d+)?$/, 'expected a number such as 0.5')
      .transform(Number)
      .pipe(z.number().gt(0).lt(1)),
  }),
  ASSAY_DETECTOR: setting({
    fallback: 'cascade',
    description:
      'Who judges: cascade (first stage, and the encoder for what that leaves open) or first-stage (faster, finds less).',
    schema: choice(['cascade', 'first-stage']),
  }),
  ASSAY_EGRESS_ALLOW: setting({
    fallback: null,
    description:
      'Places that requests of our own (webhooks, issuers) may reach although they are not public: host:port, separated by commas; over https, and on loopback over http too. Any tenant may name them.',
    schema: places,
  }),
  ASSAY_ENGINE: setting({
    fallback: 'auto',
    description: 'Inference engine: auto, onnx or tfjs.',
    schema: choice(['auto', 'onnx', 'tfjs']),
  }),
  ASSAY_DEVICE: setting({
    fallback: 'auto',
    description: 'Inference device: auto, gpu or cpu.',
    schema: choice(['auto', 'gpu', 'cpu']),
  }),
  ASSAY_PRECISION: setting({
    fallback: 'exact',
    description:
      'How the encoder computes: exact, or fast (in whole numbers, on ONNX Runtime; needs a model that is calibrated for it).',
    schema: choice(['exact', 'fast']),
  }),
  ASSAY_SCORING_THREADS: setting({
    fallback: null,
    description: 'Worker threads that compute the encoder on the CPU. Empty: one for each core.',
    schema: integer(1, 256),
  }),
  ASSAY_LOG_LEVEL: setting({
    fallback: 'info',
    description: 'Least level that is logged: fatal, error, warn, info, debug, trace or silent.',
    schema: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
  ASSAY_MIN_FREE_MB: setting({
    fallback: '256',
    description: 'Megabytes that must be free in ASSAY_HOME for the service to start and to be ready.',
    schema: integer(0, 1_000_000),
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The typed value of a setting; null where it was left empty. */
export type SettingValue<N extends SettingName> =
  | z.output<(typeof SETTINGS)[N]['schema']>
  | ((typeof SETTINGS)[N]['fallback'] extends null ? null : never);
