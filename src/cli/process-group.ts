/**
 * Ends a program with everything it started. A child that was spawned `detached` leads a process group; a signal to its
 * shell alone would leave the program behind it running, and holding the pipes.
 */
import type { ChildProcess } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Kills the group that a detached child leads, or the child where the system has no groups; what is gone stays gone. */
export function endGroup(child: Pick<ChildProcess, 'pid' | 'kill'>): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/**
 * Ends the child's group when this process is told to end: Ctrl-C does not reach another group by itself. The signal is
 * then raised again, so that this process ends as it would have.
 * @returns takes the watch off again
 */
export function endWithUs(
  child: Pick<ChildProcess, 'pid' | 'kill'>,
  own: Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'> = process,
): () => void {
  const release = (): void => {
    for (const signal of SIGNALS) own.off(signal, stop);
  };
  const stop = (signal: NodeJS.Signals): void => {
    release();
    endGroup(child);
    own.kill(own.pid, signal);
  };
  for (const signal of SIGNALS) own.on(signal, stop);
  return release;
}
