/** Deadlines: a call ends when its client is gone or its time is up, and whatever works for it is told by a signal. */
import type { Response } from 'express';
import { AssayError } from '../../schemas/errors.js';

/** Milliseconds a call may take unless its endpoint says otherwise. */
export const DEADLINE_MS = 30_000;

/**
 * Runs `work` under a signal that is aborted when the client goes away or the deadline passes.
 * @param deadlineMs null: no deadline (streams)
 * @throws {AssayError} `request.timeout` when the deadline passes first; the work's own error otherwise
 */
export async function underDeadline<T>(
  response: Response,
  deadlineMs: number | null,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const gone = () => controller.abort(new AssayError('request.timeout', 'The client went away.'));
  response.once('close', gone);
  // A client may be gone already while it is asked who it is: then there is no event to come.
  if (response.closed) gone();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    if (deadlineMs === null) return;
    timer = setTimeout(() => {
      const error = new AssayError('request.timeout', `expected an answer within ${deadlineMs} ms`);
      controller.abort(error);
      reject(error);
    }, deadlineMs);
  });
  try {
    return await Promise.race([work(controller.signal), expired]);
  } finally {
    clearTimeout(timer);
    if (deadlineMs !== null) response.off('close', gone);
  }
}
