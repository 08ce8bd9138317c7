/** From the settings to what the log's client is given: files read, the token's source bound. */
import { readFile } from 'node:fs/promises';
import { AssayError } from '../../schemas/errors.js';
import type { KafkaLogOptions } from '../../streams/log/kafka.js';
import type { Config, Secrets } from '../config/config.js';
import type { KafkaAccess } from '../config/kafka-access.js';
import type { Clock } from '../context.js';
import { openEgress } from '../egress/egress.js';
import { placeOfUrl } from '../egress/target.js';
import { type TokenSource, tokenFromEndpoint, tokenFromFile } from './oauth-token.js';

type Access = Pick<KafkaLogOptions, 'tls' | 'sasl'>;

async function pem(setting: string, path: string | null): Promise<string | undefined> {
  if (path === null) return undefined;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AssayError('config.invalid', `${setting} cannot be read`, { cause });
  });
  if (text.includes('-----BEGIN ')) return text;
  throw new AssayError('config.invalid', `${setting}: expected a PEM file, found something else`);
}

async function tlsOf({ tls }: KafkaAccess): Promise<KafkaLogOptions['tls']> {
  if (tls === null) return false;
  const [ca, cert, key] = await Promise.all([
    pem('KAFKA_TLS_CA', tls.ca),
    pem('KAFKA_TLS_CERT', tls.cert),
    pem('KAFKA_TLS_KEY', tls.key),
  ]);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

function tokens(access: KafkaAccess, password: string, clock: Clock): TokenSource {
  const { tokenFile, tokenUrl, tokenScope, username } = access;
  if (tokenFile !== null) return tokenFromFile(tokenFile);
  const url = tokenUrl ?? '';
  return tokenFromEndpoint({
    url,
    clientId: username ?? '',
    clientSecret: password,
    scope: tokenScope,
    // The operator himself has named it, so it may stand where the public does not reach.
    egress: openEgress({ allow: [placeOfUrl(new URL(url))] }),
    clock,
  });
}

function saslOf(access: KafkaAccess, password: string, clock: Clock): KafkaLogOptions['sasl'] {
  const { sasl: mechanism, username } = access;
  if (mechanism === null) return undefined;
  if (mechanism === 'oauthbearer') return { mechanism, oauthBearerProvider: tokens(access, password, clock) };
  return { mechanism, username: username ?? '', password } as NonNullable<KafkaLogOptions['sasl']>;
}

/** @throws {AssayError} `config.invalid` when a file of TLS is not one */
export async function clientAccess(
  { kafka }: Pick<Config, 'kafka'>,
  { kafkaPassword }: Pick<Secrets, 'kafkaPassword'>,
  clock: Clock,
): Promise<Access> {
  const sasl = saslOf(kafka, kafkaPassword ?? '', clock);
  return { tls: await tlsOf(kafka), ...(sasl === undefined ? {} : { sasl }) };
}
