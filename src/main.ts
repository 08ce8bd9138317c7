/**
 * Runs a service until a signal: the first one ends it in order (the batch in hand is finished and recorded), a second
 * one, or a deadline, ends it at once. What is lost then is nothing: the log delivers again what was not committed.
 */
import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';

export const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/** What a shell reports for a process that a signal ended: 128 + its number. */
export const SIGNAL_CODES: Readonly<Record<Signal, number>> = { SIGTERM: 143, SIGINT: 130 };

export interface RunOptions {
  logger: Logger;
  /** Where signals come from; the process, or a double. */
  signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Ends the process at once, whatever is still open. */
  exit: (code: number) => void;
  /** Milliseconds the orderly end may take. */
  deadlineMs?: number;
}

const DEADLINE_MS = 10_000;

/**
 * @param open opens the service; a signal that comes meanwhile ends it as soon as it is open
 * @returns exit code: 0 after an orderly end
 * @throws what `open` throws
 */
export async function runUntilSignal(
  open: () => Promise<{ close(): Promise<void> }>,
  { logger, signals, exit, deadlineMs = DEADLINE_MS }: RunOptions,
): Promise<number> {
  let first: (signal: Signal) => void = () => undefined;
  const signalled = new Promise<Signal>((resolve) => {
    first = resolve;
  });
  let seen = 0;
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      seen += 1;
      first(signal);
      if (seen < 2) return;
      logger.warn({ signal }, 'ending at once');
      exit(SIGNAL_CODES[signal]);
    };
    signals.on(signal, listener);
    return { signal, listener };
  });
  let late: NodeJS.Timeout | undefined;
  try {
    const service = await open();
    const signal = await signalled;
    logger.info({ signal }, 'ending: finishing the batch in hand; a second signal ends at once');
    late = setTimeout(() => {
      logger.error({ deadlineMs }, 'the deadline for an orderly end has passed');
      exit(1);
    }, deadlineMs);
    await service.close();
    logger.info('ended');
    return 0;
  } finally {
    clearTimeout(late);
    for (const { signal, listener } of listeners) signals.off(signal, listener);
  }
}
