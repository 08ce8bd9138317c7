/** A pipeline for tests: the embedded store in memory, a log that keeps what is sent, and a judge that reads one word. */
import { pino } from 'pino';
import type { Evidence, Judgement } from '../../../schemas/evidence.js';
import { COLLECTIONS } from '../../../schemas/store/collections.js';
import type { BlobStore, CollectionSpec, Store } from '../../../schemas/store/port.js';
import type { Decision } from '../../../schemas/verdict.js';
import { openEmbeddedStore } from '../../../src/store/embedded/open.js';
import type { Judge, Letter } from '../../../streams/judge.js';
import type { Log, LogRecord, OutgoingRecord } from '../../../streams/log/port.js';
import type { PipelineParts, RecordCollections } from '../../../streams/records.js';

export const NOW = Date.UTC(2026, 0, 15, 12);

/** Texts that say `machine` were made by one. */
export const judge: Judge = {
  detectorSet: 'word@1',
  async judge(inputs): Promise<Judgement[]> {
    return inputs.map(({ content, contentHash }) => {
      if (content.includes('poison')) throw new TypeError('this text cannot be judged');
      const llr = content.includes('machine') ? 4 : content.includes('person') ? -4 : 0;
      return {
        contentHash,
        words: content.split(/\s+/).length,
        language: 'en',
        languageCovered: true,
        llr,
        llrError: 0.1,
        symbols: [{ name: 'text.word', contribution: llr, sentence: 'word', spans: [{ start: 0, end: 4 }] }],
        detectors: [{ id: 'word', version: '1', sha256: '', engine: 'js', device: 'cpu' }],
        canonicaliser: 'none',
      };
    });
  },
};

export function decide({ llr, symbols }: Evidence): Decision {
  const probability = 1 / (1 + Math.exp(-llr));
  const band = llr > 2 ? 'machine' : llr < -2 ? 'no_machine_signs' : 'uncertain';
  return {
    band,
    probability,
    interval: [0, 1],
    prior: 0.5,
    llr,
    budget: null,
    reasons: symbols,
    because: 'word',
  };
}

/** Keeps what is sent, and answers nothing else: enough for the stages, which never read the log themselves. */
export class SentLog {
  readonly sent: { topic: string; record: OutgoingRecord }[] = [];

  async send(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) this.sent.push({ topic, record });
  }

  async ping(): Promise<void> {}

  of<T>(topic: string): T[] {
    return this.sent
      .filter((one) => one.topic === topic)
      .map(({ record }) => JSON.parse(String(record.value)) as T);
  }
}

export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Buffer>();

  async put(bytes: Buffer) {
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.blobs.set(sha256, bytes);
    return { sha256, size: bytes.length, ref: sha256 };
  }

  async get(ref: string) {
    return this.blobs.get(ref) ?? null;
  }

  async delete(ref: string) {
    this.blobs.delete(ref);
  }
}

/** Header lines, an empty line, the text: as much of RFC 5322 as these tests write. */
export async function readLetter(raw: Buffer): Promise<Letter> {
  const [head = '', ...body] = raw.toString('utf8').split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1] ?? null;
  return {
    subject: header('subject') ?? '',
    text: body.join('\r\n\r\n'),
    from: header('from'),
    messageId: header('message-id'),
    inReplyTo: header('in-reply-to'),
    references: header('references')?.split(' ') ?? [],
  };
}

export function openMemoryStore(): { store: Store; collections: RecordCollections } {
  const store = openEmbeddedStore({
    file: ':memory:',
    collections: Object.values<CollectionSpec>(COLLECTIONS),
  });
  const collections: RecordCollections = {
    items: store.collection(COLLECTIONS.items),
    itemVersions: store.collection(COLLECTIONS.itemVersions),
    verdicts: store.collection(COLLECTIONS.verdicts),
    counters: store.collection(COLLECTIONS.counters),
    deadLetters: store.collection(COLLECTIONS.deadLetters),
    webhooks: store.collection(COLLECTIONS.webhooks),
    webhookDeliveries: store.collection(COLLECTIONS.webhookDeliveries),
    meta: store.collection(COLLECTIONS.meta),
  };
  return { store, collections };
}

export const silent = pino({ level: 'silent' });

export function testParts(
  collections: RecordCollections,
  log: SentLog,
  more: Partial<PipelineParts> = {},
): PipelineParts {
  return {
    log: log as unknown as Log,
    collections,
    blobs: new MemoryBlobs(),
    clock: () => NOW,
    logger: silent,
    tenants: [{ tenant: 'acme', posts: 'posts', emails: 'emails' }],
    judge,
    decide,
    readLetter,
    verifyAttestation: async ({ token }) => (token === 'good' ? 2 : -1),
    outboxShards: 2,
    ...more,
  };
}

/** Gives records places on a topic, in the order they are made. */
export function recordMaker(topic = 'posts') {
  let offset = 0;
  return (value: unknown, type: string, headers: Record<string, string> = {}): LogRecord => ({
    topic,
    partition: 0,
    offset: offset++,
    key: 'any',
    value: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
    headers: { ce_type: type, ce_specversion: '1.0', ce_id: 'x', ce_source: 'test', ...headers },
    timestamp: NOW,
  });
}

export const post = (id: string, version: number, text: string, more: Record<string, unknown> = {}) => ({
  platform: 'forum',
  id,
  version,
  author: { id: 'author-1', handle: 'ann' },
  text,
  publishedAt: new Date(NOW - 60_000).toISOString(),
  ...more,
});

export const deletion = (id: string, version: number) => ({
  platform: 'forum',
  id,
  version,
  deletedAt: new Date(NOW).toISOString(),
});

/** The same object with some methods replaced; the others still work on the original and its private fields. */
export function replacing<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(original, name) {
      const replaced = (methods as Record<string | symbol, unknown>)[name];
      const found = replaced ?? (Reflect.get(original, name, original) as unknown);
      return replaced === undefined && typeof found === 'function' ? found.bind(original) : found;
    },
  });
}
