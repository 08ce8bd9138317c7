/** How the brokers are reached: TLS and SASL as the settings say, checked together before anything is opened. */
import type { SettingName, SettingValue } from './settings.js';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer';

/** Holds paths and names, and no secret: the password is among the secrets. */
export interface KafkaAccess {
  /** Null: no TLS. Paths of PEM files; null where there is none. */
  tls: { ca: string | null; cert: string | null; key: string | null } | null;
  sasl: SaslMechanism | null;
  username: string | null;
  /** Where an OAuth token lies, or where it is asked for. */
  tokenFile: string | null;
  tokenUrl: string | null;
  tokenScope: string | null;
}

type Names = Extract<SettingName, `KAFKA_${string}`>;
export type KafkaValues = { [N in Names]: SettingValue<N> };

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/;

export const kafkaAccess = (values: KafkaValues): KafkaAccess => ({
  tls:
    values.KAFKA_TLS === 'on'
      ? { ca: values.KAFKA_TLS_CA, cert: values.KAFKA_TLS_CERT, key: values.KAFKA_TLS_KEY }
      : null,
  sasl: values.KAFKA_SASL,
  username: values.KAFKA_USERNAME,
  tokenFile: values.KAFKA_TOKEN_FILE,
  tokenUrl: values.KAFKA_TOKEN_URL,
  tokenScope: values.KAFKA_TOKEN_SCOPE,
});

function saslProblems(values: KafkaValues): string[] {
  const { KAFKA_SASL: sasl, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = values;
  const { KAFKA_TOKEN_FILE: file, KAFKA_TOKEN_URL: url } = values;
  const named = username !== null && password !== null;
  if (sasl === null) {
    const given = username !== null || password !== null || file !== null || url !== null;
    return given ? ['KAFKA_SASL is not set, and a name, password or token for it is'] : [];
  }
  if (sasl !== 'oauthbearer') {
    if (file !== null || url !== null)
      return ['KAFKA_TOKEN_FILE and KAFKA_TOKEN_URL belong to KAFKA_SASL=oauthbearer'];
    return named ? [] : [`KAFKA_SASL=${sasl} needs KAFKA_USERNAME and KAFKA_PASSWORD`];
  }
  if ((file === null) === (url === null))
    return ['KAFKA_SASL=oauthbearer needs one of KAFKA_TOKEN_FILE and KAFKA_TOKEN_URL'];
  if (url !== null && !named) {
    return ['KAFKA_TOKEN_URL needs KAFKA_USERNAME and KAFKA_PASSWORD, the client’s id and secret'];
  }
  return [];
}

/** What does not fit together, one line each; names settings and never a value of a secret. */
export function kafkaProblems(values: KafkaValues): string[] {
  const problems = saslProblems(values);
  const { KAFKA_BROKERS: brokers, KAFKA_TLS: tls, KAFKA_SASL: sasl } = values;
  const files = [values.KAFKA_TLS_CA, values.KAFKA_TLS_CERT, values.KAFKA_TLS_KEY];
  if (tls === 'off' && files.some((file) => file !== null))
    problems.push('KAFKA_TLS_CA, KAFKA_TLS_CERT and KAFKA_TLS_KEY need KAFKA_TLS=on');
  if ((values.KAFKA_TLS_CERT === null) !== (values.KAFKA_TLS_KEY === null))
    problems.push('KAFKA_TLS_CERT and KAFKA_TLS_KEY belong together');
  if (brokers === null) {
    if (tls === 'on' || sasl !== null) problems.push('KAFKA_TLS and KAFKA_SASL need KAFKA_BROKERS');
  } else if (
    tls === 'off' &&
    (sasl === 'plain' || sasl === 'oauthbearer') &&
    !brokers.every((broker) => LOOPBACK.test(broker))
  ) {
    problems.push(`KAFKA_SASL=${sasl} sends the secret as it is, so it needs KAFKA_TLS=on`);
  }
  return problems;
}
