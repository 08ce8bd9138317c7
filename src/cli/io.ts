/**
 * What a command touches of the process, in one place, so that tests can bring streams of their own. Results go to
 * `out`, progress and complaints to `err`, never the other way round.
 */
import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export interface Io {
  in: Readable;
  out: Writable;
  err: Writable;
  env: Readonly<Record<string, string | undefined>>;
  /** Path of the `.env` file that is read beside the environment. */
  envFile: string;
  signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Ends the process at once. */
  exit: (code: number) => void;
}

export const processIo = (): Io => ({
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  envFile: '.env',
  signals: process,
  exit: (code) => process.exit(code),
});

/** Writes, and waits while the reader is slower than we are. Resolves also when the reader is gone: see `quietAfterEpipe`. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (stream.destroyed || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}

/** One JSON object a line. */
export const writeJson = (stream: Writable, value: unknown): Promise<void> =>
  write(stream, `${JSON.stringify(value)}\n`);

/** `assay … | head` ends when head has seen enough, without a complaint. */
export function quietAfterEpipe(io: Io): void {
  const gone = (error: unknown): void => {
    if ((error as { code?: string }).code === 'EPIPE') io.exit(0);
    else throw error;
  };
  io.out.on('error', gone);
  io.err.on('error', gone);
}
