/** Where a replay keeps how far it came: one JSON file, replaced as a whole, so that kill -9 leaves the old or the new one. */
import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import type { ReplayQuestion, ReplayState } from '../../streams/replay/replay.js';
import { flushFolder, writeDurably } from '../durable-file.js';

const unusable = (file: string, why: string, cause?: unknown): AssayError =>
  new AssayError('config.invalid', `${file} ${why}`, { cause });

/** @returns null where there is no file. @throws {AssayError} `config.invalid` when it is no state of a replay */
export async function readState(file: string): Promise<ReplayState | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw unusable(file, `cannot be read (${code}).`, error);
  }
  try {
    const state = JSON.parse(text) as ReplayState;
    if (state.schemaVersion === 1 && typeof state.runId === 'string' && typeof state.done === 'boolean')
      return state;
  } catch {
    // Said below.
  }
  throw unusable(file, 'is not the state of a replay: give another file with --state.');
}

/** Resolves when the state is on disk. @throws {AssayError} `config.invalid`, `disk.full` */
export async function writeState(file: string, state: ReplayState): Promise<void> {
  const folder = dirname(resolve(file));
  const part = `${file}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await writeDurably(part, JSON.stringify(state), 'w');
    await rename(part, file);
    await flushFolder(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new AssayError('disk.full', 'There is not enough disk space left to keep the state.', {
        cause: error,
      });
    throw unusable(file, `cannot be written (${code}).`, error);
  }
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** The first thing in which an unfinished replay differs from what is asked now, in words; null where it is the same one. */
export function differs(state: ReplayState, asked: ReplayQuestion): string | null {
  const pairs: [string, string, string][] = [
    ['--from', instant(state.fromMs), instant(asked.fromMs)],
    ['--to', instant(state.toMs), instant(asked.toMs)],
    ['tenants', state.tenants.join(', '), asked.tenants.join(', ')],
    ['--promote', state.promote ? 'given' : 'not given', asked.promote ? 'given' : 'not given'],
    ['the detector', state.detectorSet, asked.detectorSet],
  ];
  const found = pairs.find(([, kept, now]) => kept !== now);
  return found === undefined ? null : `${found[0]}: it has ${found[1]}, this command ${found[2]}`;
}
