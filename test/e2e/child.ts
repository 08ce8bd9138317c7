/** An `assay` process that a test may kill: what it prints is kept, and what it is called is given by the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
/** A busy machine may take its time; a child that says nothing for so long is stuck. */
const PATIENCE_MS = 120_000;

export interface Child {
  readonly pid: number;
  readonly out: string;
  readonly err: string;
  /** Resolves with the first match in standard output. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** As a power cut would: kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and resolves with its exit code. */
  end(): Promise<number | null>;
  /** Resolves with its exit code when it ends by itself. */
  readonly ended: Promise<number | null>;
}

/** Built once beforehand, so that children started together do not build side by side. */
export function prepare(): void {
  execFileSync(process.execPath, [pathOf('scripts/build.js')], { stdio: 'pipe' });
}

/** @param argv arguments after `assay` @param env beside PATH, nothing else is handed down */
export function start(argv: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Child {
  const process_: ChildProcess = spawn(process.execPath, [pathOf('bin/assay.js'), ...argv], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kept = { out: '', err: '' };
  let look: () => void = () => undefined;
  for (const [name, stream] of [
    ['out', process_.stdout],
    ['err', process_.stderr],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept[name] += text;
      look();
    });
  }
  const ended = once(process_, 'close').then(([code]) => code as number | null);
  ended.then(() => look());
  return {
    pid: process_.pid as number,
    ended,
    get out() {
      return kept.out;
    },
    get err() {
      return kept.err;
    },
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const give = (why: string): void => {
          clearTimeout(timer);
          reject(new Error(`${why} before it said ${pattern}:\n${kept.out}${kept.err}`));
        };
        const timer = setTimeout(() => give('time was up'), PATIENCE_MS);
        look = () => {
          const found = pattern.exec(kept.out);
          if (found !== null) {
            clearTimeout(timer);
            resolve(found);
          } else if (process_.exitCode !== null || process_.signalCode !== null) give('the process ended');
        };
        look();
      }),
    async kill() {
      process_.kill('SIGKILL');
      await ended;
    },
    async end() {
      process_.kill('SIGTERM');
      return ended;
    },
  };
}
