/** Between kafkajs' messages and the port's records: pure, both ways, and its errors in Assay's words. */
import type { KafkaMessage } from 'kafkajs';
import { AssayError } from '../../../schemas/errors.js';
import type { LogRecord, OutgoingRecord } from '../port.js';
import { MAX_RECORD_BYTES } from '../record-size.js';

/** Vendor errors become `log.unavailable`; our own pass unchanged. */
export const translate = (error: unknown): AssayError =>
  error instanceof AssayError
    ? error
    : new AssayError(
        'log.unavailable',
        `Kafka: ${error instanceof Error ? error.message : 'unknown error'}`,
        { cause: error },
      );

/** Of repeated headers the first counts; a header without a value is empty. */
const headerText = (value: Buffer | string | readonly (Buffer | string)[] | undefined | null): string =>
  String((Array.isArray(value) ? value[0] : value) ?? '');

export const toRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key === null ? null : message.key.toString('utf8'),
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name, headerText(value)]),
  ),
  timestamp: Number(message.timestamp),
});

export const toMessage = ({ key, value, headers }: OutgoingRecord) => ({
  key,
  value,
  headers: { ...headers },
});

/** Splits what is sent at once so that no partition's part of a request passes the broker's limit. */
export function* requests(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let from = 0;
  let bytes = 0;
  for (const [i, { key, value, headers = {} }] of records.entries()) {
    // A UTF-16 unit is at most three bytes.
    const size = key.length * 3 + (value?.length ?? 0) + JSON.stringify(headers).length * 3;
    if (bytes + size > MAX_RECORD_BYTES && i > from) {
      yield records.slice(from, i);
      from = i;
      bytes = 0;
    }
    bytes += size;
  }
  yield records.slice(from);
}
