/**
 * The labelled texts in `ASSAY_DATA`, brought to canonical form once. Only what the card of the data allows to be used as two
 * classes is read: human and machine texts in English; mixed, unlabelled and other languages stay out.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { canonicalise } from '../detectors/canonical/canonicalise.js';

export type Split = 'train' | 'valid' | 'calib' | 'extra';

export interface Sample {
  id: string;
  source: string;
  domain: string;
  machine: boolean;
  generator: string | null;
  attack: string | null;
  group: string;
  nonnative: boolean | null;
  licence: string;
  split: Split;
  /** Canonical text. */
  text: string;
  kind: 'post' | 'email';
}

interface Line extends Omit<Sample, 'machine' | 'kind'> {
  label: string | null;
  lang: string;
  words: number;
}

/** Folder of the labelled texts. @throws {Error} when ASSAY_DATA is not set */
export function dataFolder(): string {
  const folder = process.env['ASSAY_DATA'];
  if (folder === undefined || folder === '') throw new Error('ASSAY_DATA names no folder of labelled texts');
  return folder;
}

/** Raw lines of all files, in order of file name. */
export function* readLines(folder: string): Generator<Line> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz'));
  for (const file of files.sort()) {
    const lines = gunzipSync(readFileSync(join(folder, file))).toString('utf8');
    for (const line of lines.split('\n')) if (line !== '') yield JSON.parse(line) as Line;
  }
}

/** English two-class samples, canonical, in a fixed order. */
export function readCorpus(folder: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of readLines(folder)) {
    if ((line.label !== 'human' && line.label !== 'ai') || line.lang !== 'en') continue;
    const kind = line.domain === 'email' ? 'email' : 'post';
    samples.push({
      id: line.id,
      source: line.source,
      domain: line.domain,
      machine: line.label === 'ai',
      generator: line.generator,
      attack: line.attack,
      group: line.group,
      nonnative: line.nonnative,
      licence: line.licence,
      split: line.split,
      text: canonicalise(line.text, { kind }).text,
      kind,
    });
  }
  return samples;
}
