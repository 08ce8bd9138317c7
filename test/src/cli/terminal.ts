/** A process for commands under test: streams that are kept, an environment of its own, and signals made by hand. */
import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { Io } from '../../../src/cli/io.js';
import { main, type Parts } from '../../../src/cli/main.js';
import { judgingDouble } from '../judging-double.js';

export interface Outcome {
  code: number;
  out: string;
  err: string;
  /** Lines of `out` as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  json: any[];
}

export interface Terminal {
  io: Io;
  signals: EventEmitter;
  exits: number[];
  outcome(code: number): Outcome;
  /** What stands in `out` so far. */
  readonly written: string;
}

export function terminal(input: string | Buffer | Readable = '', env: Record<string, string> = {}): Terminal {
  const kept = { out: '', err: '' };
  const keep = (name: 'out' | 'err') => {
    const stream = new PassThrough({ encoding: 'utf8' });
    stream.on('data', (text: string) => {
      kept[name] += text;
    });
    return stream;
  };
  const signals = new EventEmitter();
  const exits: number[] = [];
  const io: Io = {
    in: input instanceof Readable ? input : Readable.from([Buffer.from(input)]),
    out: keep('out'),
    err: keep('err'),
    env,
    envFile: '/nonexistent/.env',
    signals,
    exit: (code) => void exits.push(code),
  };
  return {
    io,
    signals,
    exits,
    get written() {
      return kept.out;
    },
    outcome: (code) => ({
      code,
      ...kept,
      get json() {
        return kept.out
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
      },
    }),
  };
}

/** Runs `assay` to its end, with a detector that reads one word. */
export async function assay(
  argv: readonly string[],
  {
    input = '',
    env = {},
    ...parts
  }: Partial<Parts> & { input?: Parameters<typeof terminal>[0]; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const { io, outcome } = terminal(input, env);
  const code = await main(argv, { io, openJudging: judgingDouble().open, ...parts });
  // What was written last is read in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  return outcome(code);
}
