/** How a command is declared: it adds itself to the program, and its act answers with an exit code. */
import type { Command } from 'commander';
import type { OpenJudging } from '../judging.js';
import type { RunDemo } from './demo.js';
import type { Io } from './io.js';

export interface Cli {
  io: Io;
  /** How the detector is loaded. */
  openJudging: OpenJudging;
  runDemo: RunDemo;
  /** Wraps an act as a commander action; its exit code becomes the program's. */
  act<Args extends unknown[]>(act: (...args: Args) => Promise<number>): (...args: Args) => Promise<void>;
}

export type AddCommand = (program: Command, cli: Cli) => void;
