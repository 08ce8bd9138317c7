/** A whole service for tests: HTTP, embedded log and store, and the real pipeline between them, with a judge that reads one word. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeQuota } from '../../../src/access/intake-quota.js';
import type { ApiContext } from '../../../src/api/context.js';
import { ENDPOINTS } from '../../../src/api/table.js';
import { verdictView } from '../../../src/api/verdict-view.js';
import type { AudienceGrant } from '../../../src/attest/platform.js';
import { verifyPost } from '../../../src/attest/verify-post.js';
import { NO_QUOTAS } from '../../../src/config/intake-quotas.js';
import { VerdictFeed } from '../../../src/live/verdict-feed.js';
import { Admission } from '../../../streams/admission.js';
import { Intake } from '../../../streams/intake.js';
import { openEmbeddedLog } from '../../../streams/log/embedded.js';
import type { Log } from '../../../streams/log/port.js';
import type { PipelineParts } from '../../../streams/records.js';
import { topicSpecs } from '../../../streams/topics.js';
import { Worker } from '../../../streams/worker.js';
import { decide, judge, readLetter } from '../../streams/harness/parts.js';
import { startService, type TestService } from './service.js';

const TENANTS = [
  { tenant: 'default', posts: 'posts', emails: 'emails' },
  { tenant: 'rival', posts: 'posts.rival', emails: 'emails.rival' },
];
const PARTITIONS = 3;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
export type Answer = { status: number; body: any; headers: Headers };

export interface WholeService extends TestService {
  log: Log;
  worker: Worker;
  live: VerdictFeed;
  /** Resolves when everything taken in so far is recorded and announced. */
  settle(): Promise<void>;
  get(path: string, headers: Record<string, string>): Promise<Answer>;
  /** Sends JSON, or NDJSON where `body` is a list of lines; bytes go as they are. */
  post(path: string, body: unknown, headers: Record<string, string>): Promise<Answer>;
}

const answer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
};

/** @param parts of the context that differ @param pipeline parts of the pipeline that differ @param grants the operator's list of platforms */
export async function startWhole(
  parts: Partial<ApiContext> = {},
  pipeline: Partial<PipelineParts> = {},
  grants?: readonly AudienceGrant[],
): Promise<WholeService> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-whole-'));
  const log = openEmbeddedLog({ folder });
  await log.ensureTopics(topicSpecs(TENANTS, PARTITIONS));
  const service = await startService({ log, ...parts }, ENDPOINTS, grants);
  const { context } = service;
  const { clock, collections, blobs, logger } = context;
  const admission = new Admission({ log, tenants: TENANTS, clock, quota: intakeQuota(NO_QUOTAS, clock) });
  context.admission = parts.admission ?? admission;
  context.intake = parts.intake ?? new Intake({ log, blobs, clock, tenants: TENANTS, admission });
  const live = new VerdictFeed({ log, logger, view: (verdict) => verdictView(verdict, context) });
  context.live = live;
  const worker = new Worker({
    log,
    collections,
    blobs,
    clock,
    logger,
    tenants: TENANTS,
    judge,
    decide,
    readLetter,
    verifyAttestation: verifyPost(context.issuer),
    outboxShards: 2,
    ...pipeline,
  });
  await worker.start();
  return {
    ...service,
    log,
    worker,
    live,
    settle: () => worker.settle(),
    get: async (path, headers) => answer(await fetch(service.url + path, { headers })),
    async post(path, body, headers) {
      const lines = Array.isArray(body);
      const type = lines ? 'application/x-ndjson' : 'application/json';
      const sent = Buffer.isBuffer(body)
        ? new Uint8Array(body)
        : lines
          ? body.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
          : JSON.stringify(body);
      const init = { method: 'POST', headers: { 'content-type': type, ...headers }, body: sent };
      return answer(await fetch(service.url + path, init));
    },
    async close() {
      await worker.stop();
      await live.close();
      await service.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
