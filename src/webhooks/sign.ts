/** Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over id, timestamp and body, so that none of them can be changed. */
import { createHmac } from 'node:crypto';

export interface Message {
  /** The same for every try, and for every webhook that is told of it. */
  id: string;
  /** Seconds since the epoch, of this try: receivers refuse what is too old. */
  timestampS: number;
  body: string;
}

const signature = ({ id, timestampS, body }: Message, key: Buffer): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;

/** @param keys the receiver need know only one of them */
export const signedHeaders = (message: Message, keys: readonly Buffer[]): Record<string, string> => ({
  'content-type': 'application/json',
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestampS),
  'webhook-signature': keys.map((key) => signature(message, key)).join(' '),
});
