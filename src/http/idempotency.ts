/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the first request with a key claims it by an insert and
 * stores its answer; the same request again gets that answer, a different body is refused, and one that comes while the
 * first is still being handled is told to wait. Failures on our side are not remembered: trying again is the point.
 */
import { createHash } from 'node:crypto';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import { LIMITS } from '../../schemas/limits.js';
import type { IdempotencyDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import type { Principal, Reply } from '../api/endpoint.js';
import type { Clock } from '../context.js';

export interface IdempotencyStore {
  clock: Clock;
  collections: { idempotency: Collection<IdempotencyDoc> };
}

/** A first request that has not answered after this long belonged to a process that died. */
const ABANDONED_MS = 120_000;
const KEY = /^[\x21-\x7e]{1,255}$/;

const remembered = ({ status, body }: IdempotencyDoc): Reply => ({
  status: status as number,
  body: JSON.parse(body as string),
  headers: { 'Idempotency-Replayed': 'true' },
});

/** Claims the key. @returns null when it is ours now, else the answer that was stored */
async function claim({ clock, collections }: IdempotencyStore, doc: IdempotencyDoc): Promise<Reply | null> {
  const { did } = await collections.idempotency.insert(doc);
  if (did === 'inserted') return null;
  const old = await collections.idempotency.get(doc._id);
  const now = clock();
  if (old === null) throw new AssayError('idempotency.busy', undefined, { retryAfterS: 1 });
  const abandoned = old.state === 'running' && now - old.createdMs > ABANDONED_MS;
  if (abandoned || now - old.createdMs > LIMITS.idempotencyMs) {
    const { _id, ...fields } = doc;
    const guard = { state: old.state, createdMs: old.createdMs };
    const taken = await collections.idempotency.update(_id, { set: fields }, { guard });
    if (taken.did === 'updated') return null;
    throw new AssayError('idempotency.busy', undefined, { retryAfterS: 1 });
  }
  if (old.bodyHash !== doc.bodyHash) throw new AssayError('idempotency.mismatch');
  if (old.state === 'running') throw new AssayError('idempotency.busy', undefined, { retryAfterS: 1 });
  return remembered(old);
}

/**
 * Handles a request at most once per key.
 * @param route names the endpoint, so that one key may be used at two of them
 * @throws {AssayError} `idempotency.mismatch`, `idempotency.busy`, `request.invalid` for a malformed key
 */
export async function onceFor(
  parts: IdempotencyStore,
  request: { key: string; route: string; principal: Principal; body: Buffer },
  handle: () => Promise<Reply>,
): Promise<Reply> {
  const { key, route, principal, body } = request;
  if (!KEY.test(key)) {
    throw new AssayError(
      'request.invalid',
      'expected an Idempotency-Key of 1 to 255 visible ASCII characters',
    );
  }
  const id = hashId('idempotency', principal.tenant, principal.id, route, key);
  const { idempotency } = parts.collections;
  const createdMs = parts.clock();
  const stored = await claim(parts, {
    _id: id,
    tenant: principal.tenant,
    bodyHash: createHash('sha256').update(body).digest('base64url'),
    state: 'running',
    status: null,
    body: null,
    createdMs,
  });
  if (stored !== null) return stored;
  // One that was taken for dead and comes back late leaves the claim of its successor alone.
  const ours = { state: 'running', createdMs };
  try {
    const reply = await handle();
    const done = { state: 'done', status: reply.status, body: JSON.stringify(reply.body ?? null) };
    await idempotency.update(id, { set: done }, { guard: ours });
    return reply;
  } catch (error) {
    await idempotency.delete(id, ours);
    throw error;
  }
}

/** Forgets answers older than LIMITS.idempotencyMs, at most `limit` a call. @returns how many */
export async function sweepIdempotency(
  { clock, collections }: IdempotencyStore,
  limit = LIMITS.pageScan,
): Promise<number> {
  const { docs } = await collections.idempotency.page({
    index: 'by_created',
    where: { createdMs: { lte: clock() - LIMITS.idempotencyMs } },
    limit,
  });
  await collections.idempotency.bulk(docs.map(({ _id }) => ({ delete: { id: _id } })));
  return docs.length;
}
