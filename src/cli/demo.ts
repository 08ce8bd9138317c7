/** `assay demo`: the whole service over a recorded stream of posts and letters, with a moderator's link to the console. */

import { Option } from 'commander';
import type { DemoOptions } from '../demo/run.js';
import { SIGNAL_CODES, SIGNALS } from '../main.js';
import type { AddCommand, Cli } from './command.js';
import { asSetting, homeOption, jsonOption, wholeNumber } from './settings.js';

export type RunDemo = (options: DemoOptions) => Promise<number>;

export interface DemoFlags {
  home?: string;
  once?: boolean;
  port: string;
  json?: boolean;
  pace?: number;
}

/** The demo's own code is loaded when it is asked for: it carries a corpus. */
export const runDemo: RunDemo = async (options) => (await import('../demo/run.js')).runDemo(options);

/** The first signal ends the demo in order, a second one at once. */
export async function demo(
  { io, runDemo: run }: Pick<Cli, 'io' | 'runDemo'>,
  flags: DemoFlags,
): Promise<number> {
  const { home, once = false, port, json = false, pace } = flags;
  const ending = new AbortController();
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      if (ending.signal.aborted) io.exit(SIGNAL_CODES[signal]);
      ending.abort();
    };
    io.signals.on(signal, listener);
    return { signal, listener };
  });
  try {
    const { signal } = ending;
    return await run({
      home,
      once,
      port: Number(port),
      json,
      pace,
      signal,
      out: io.out,
      err: io.err,
      env: { ...io.env },
    });
  } finally {
    for (const { signal, listener } of listeners) io.signals.off(signal, listener);
  }
}

export const addDemo: AddCommand = (program, cli) => {
  program
    .command('demo')
    .description('run the service over a recorded stream of posts and letters, and print where to look')
    .option('--once', 'take the whole stream at full speed, print a summary and end')
    .addOption(homeOption().default('.assay-demo'))
    .addOption(
      new Option('--port <number>', 'port to listen on; the next free one when it is taken')
        .default('8080')
        .argParser(asSetting('PORT')),
    )
    .option('--pace <number>', 'items per second', wholeNumber(1, 100_000))
    .addOption(jsonOption())
    .action(cli.act((flags: DemoFlags) => demo(cli, flags)));
};
