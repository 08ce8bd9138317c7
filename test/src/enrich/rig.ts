/** Posts on a topic, an enricher's parts, and what it wrote; the same for both logs. */
import { pino } from 'pino';
import type { DeadLetterDoc } from '../../../schemas/store/documents.js';
import { createVerifier } from '../../../src/client/html.js';
import type { EnricherParts } from '../../../src/enrich/enricher.js';
import type { Log, LogRecord } from '../../../streams/log/port.js';
import { openMemoryStore } from '../../streams/harness/parts.js';
import { type Kit, LIST, NOW, network, TEXT } from '../client/kit.js';

export const post = (change: object = {}) => ({
  platform: 'forum',
  id: 'p1',
  author: { id: 'ann' },
  text: TEXT,
  publishedAt: new Date(NOW - 1_000).toISOString(),
  ...change,
});

/** Puts one event on a topic; a value that is text goes as it is. */
export async function put(
  log: Log,
  topic: string,
  value: object | string | Buffer,
  headers: Record<string, string> = {},
  key = 'k',
): Promise<void> {
  const bytes = Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value);
  await log.send(topic, [
    {
      key,
      value: Buffer.from(bytes as string),
      headers: {
        ce_type: 'post.created',
        ce_id: 'e1',
        ce_source: '/forum',
        ce_specversion: '1.0',
        ...headers,
      },
    },
  ]);
}

export interface Rig {
  parts: EnricherParts;
  letters(): Promise<DeadLetterDoc[]>;
  close(): Promise<void>;
}

export async function openRig(log: Log, kit: Kit, values: Record<number, number> = {}): Promise<Rig> {
  const { store, collections } = openMemoryStore();
  const fetch = network({ [LIST]: await kit.list({ values }) });
  const verifier = createVerifier({ trust: kit.trust, fetch, clock: () => NOW });
  return {
    parts: {
      log,
      verifier,
      deadLetters: collections.deadLetters,
      tenant: 'acme',
      clock: () => NOW,
      logger: pino({ level: 'silent' }),
    },
    letters: async () =>
      (
        await collections.deadLetters.page({
          index: 'by_state',
          where: { tenant: 'acme', state: 'open' },
          limit: 100,
        })
      ).docs,
    close: () => store.close(),
  };
}

/** Everything on a topic. */
export async function written(log: Log, topic: string): Promise<LogRecord[]> {
  const all: LogRecord[] = [];
  for (const { partition, first } of await log.bounds(topic)) {
    all.push(...(await log.read(topic, partition, first, 10_000)));
  }
  return all;
}

// biome-ignore lint/suspicious/noExplicitAny: posts are looked into freely
export const json = ({ value }: LogRecord): any => JSON.parse(String(value));
