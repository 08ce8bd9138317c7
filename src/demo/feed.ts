/**
 * Hands the stream in, in order, as a platform and a mail operator would: posts and letters in batches through the same
 * intake that HTTP uses, at a visible pace or as fast as the pipeline takes them.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../../schemas/errors.js';
import type { Taken } from '../../streams/intake.js';
import type { TextIntake } from '../api/context.js';
import { instant } from '../api/instant.js';
import type { Collections } from '../context.js';
import { handleOf } from './corpus/pseudonym.js';
import { noteSent, type Progress } from './progress.js';
import { DEMO_PLATFORM, type DemoItem, type MailItem, type PostItem } from './stream.js';

export interface FeedParts {
  tenant: string;
  intake: TextIntake;
  collections: Pick<Collections, 'meta'>;
  clock: () => number;
}

export interface FeedOptions {
  /** Items a second; null: as fast as they are taken. */
  pace: number | null;
  signal: AbortSignal;
  onSent: (sent: number) => void;
}

/** Items of one step when there is no pace. */
const STEP = 200;
/** Length of one step when there is, ms. */
const TICK_MS = 200;
/** Pause when the queue is full, ms. */
const FULL_MS = 100;

/** A post as the demo's platform sends it. */
export const postOf = (item: PostItem, { anchorMs, tokens }: Progress) => ({
  platform: DEMO_PLATFORM,
  id: item.id,
  author: { id: item.account, handle: handleOf(item.account) },
  conversationId: item.conversationId,
  ...(item.inReplyTo === null ? {} : { inReplyTo: item.inReplyTo }),
  text: item.text,
  publishedAt: instant(anchorMs + item.atMs),
  ...(tokens[item.id] === undefined ? {} : { attestation: tokens[item.id] }),
});

const mailOf = async (item: MailItem, now: number) => ({
  id: item.id,
  receivedAt: instant(now),
  ...(await item.read()),
});

/** Waits while the service is at its limit. */
async function patiently(signal: AbortSignal, take: () => Promise<Taken[]>): Promise<void> {
  while (!signal.aborted) {
    try {
      const refused = (await take()).find((taken) => 'error' in taken);
      if (refused !== undefined && 'error' in refused) throw refused.error;
      return;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'overload.queue_full') throw error;
      await sleep(FULL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** @returns true when the queue took all of them, false when the signal came first */
async function send(items: readonly DemoItem[], progress: Progress, parts: FeedParts, signal: AbortSignal) {
  const { tenant, intake, clock } = parts;
  const posts = items.filter((item) => item.kind === 'post').map((item) => postOf(item, progress));
  const mails = await Promise.all(
    items.filter((item) => item.kind === 'email').map((item) => mailOf(item, clock())),
  );
  if (posts.length > 0) await patiently(signal, () => intake.posts(tenant, posts));
  if (mails.length > 0) await patiently(signal, () => intake.emails(tenant, mails));
  return !signal.aborted;
}

/** Hands in what has not been handed in yet. Ends early, between two steps, when the signal comes. */
export async function feed(
  items: readonly DemoItem[],
  progress: Progress,
  parts: FeedParts,
  { pace, signal, onSent }: FeedOptions,
): Promise<void> {
  let sent = progress.sent;
  let due = sent;
  let at = performance.now();
  while (sent < items.length && !signal.aborted) {
    if (pace === null) due = sent + STEP;
    else {
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
      const now = performance.now();
      // A machine that slept does not get everything at once.
      due = Math.min(due + (pace * (now - at)) / 1_000, sent + STEP);
      at = now;
    }
    const step = items.slice(sent, Math.floor(due));
    if (step.length === 0) continue;
    if (!(await send(step, progress, parts, signal))) return;
    sent += step.length;
    await noteSent(parts.collections, sent);
    onSent(sent);
  }
}
