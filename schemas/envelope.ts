/**
 * CloudEvents 1.0 in Kafka binary content mode: the event's attributes are headers `ce_*`, the value is the JSON data.
 * (CloudEvents core 1.0.2 section 3, Kafka protocol binding 1.0.2 section 3.2.)
 */
import { z } from 'zod';

export const CE_SPECVERSION = '1.0';
export const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';

/** Attributes Assay reads and writes. `tenant` is never among them: it comes from the topic or the principal. */
export const CloudEventHeaders = z.object({
  ce_specversion: z.literal(CE_SPECVERSION),
  ce_id: z.string().min(1).max(1024),
  ce_type: z.string().min(1).max(256),
  ce_source: z.string().min(1).max(2048),
  ce_time: z.iso.datetime({ offset: true }).optional(),
  'content-type': z.string().optional(),
});
export type CloudEventHeaders = z.infer<typeof CloudEventHeaders>;

/** Headers for an event that Assay itself appends. */
export const cloudEvent = (
  type: string,
  id: string,
  source: string,
  time: number,
): Record<string, string> => ({
  ce_specversion: CE_SPECVERSION,
  ce_id: id,
  ce_type: type,
  ce_source: source,
  ce_time: new Date(time).toISOString(),
  'content-type': JSON_CONTENT_TYPE,
});
