/** The largest record both engines take: Kafka's default `message.max.bytes` with room for the batch around it. */
import { AssayError } from '../../schemas/errors.js';
import type { OutgoingRecord } from './port.js';

/** Bytes of key, value and headers together. Records made by Assay stay below LIMITS.recordBytes plus headers. */
export const MAX_RECORD_BYTES = 1_000_000;

/** Key, value and headers of a record. */
export function recordBytes({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = Buffer.byteLength(key) + (value?.length ?? 0);
  for (const [name, text] of Object.entries(headers))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/** @throws {AssayError} `log.record_too_large`, before anything is sent */
export function assertRecordSizes(topic: string, records: readonly OutgoingRecord[]): void {
  for (const record of records) {
    const bytes = recordBytes(record);
    if (bytes > MAX_RECORD_BYTES)
      throw new AssayError(
        'log.record_too_large',
        `A record for ${topic} has ${bytes} bytes, expected at most ${MAX_RECORD_BYTES}.`,
      );
  }
}
