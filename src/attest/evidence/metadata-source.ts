/**
 * Where the service has its FIDO metadata from: a file, or an https address through the guarded way out. Kept in memory
 * and asked for again once a day, by whoever needs it next; a blob that is older than one that was seen is refused, after
 * a restart too, and while no newer one can be had the old one counts until its own date.
 */

import { AssayError } from '../../../schemas/errors.js';
import type { MetaDoc } from '../../../schemas/store/documents.js';
import type { Collection } from '../../../schemas/store/port.js';
import { readNamedFile } from '../trust-file.js';
import { type Metadata, readMetadata } from './metadata.js';

export interface MetadataSource {
  /** What is known now; null before a first blob was read. Looks for a newer one in the background when that is due. */
  current(): Metadata | null;
  /** @throws {AssayError} `config.invalid` for a blob that cannot be used, `egress.*` */
  refresh(): Promise<void>;
}

export interface MetadataOptions {
  /** Path of the blob, or its https address. */
  source: string;
  /** Trusted roots. */
  rootPem: string;
  /** The guarded way out; not needed for a file. */
  download?: (url: string) => Promise<Buffer>;
}

/** Between two looks at the source, and after one that failed. */
const DAY_MS = 86_400_000;
const AGAIN_MS = 15 * 60_000;
const NUMBER_ID = 'attest.metadata_no';

/** Without options: no metadata, and every key stays at `prs` 1. */
export const noMetadata: MetadataSource = { current: () => null, refresh: async () => undefined };

export function metadataSource(
  { meta, clock }: { meta: Collection<MetaDoc>; clock: () => number },
  { source, rootPem, download }: MetadataOptions,
  onError: (error: Error) => void = () => undefined,
): MetadataSource {
  let held: Metadata | null = null;
  let dueMs = 0;
  let running: Promise<void> | null = null;

  async function read(): Promise<void> {
    const bytes = await (/^https?:/.test(source) ? fetched() : readNamedFile(source));
    const found = await readMetadata(bytes.toString('latin1'), rootPem);
    await raise(meta, found.no);
    held = found;
    dueMs = clock() + DAY_MS;
  }

  async function fetched(): Promise<Buffer> {
    if (download === undefined)
      throw new AssayError('config.invalid', 'The metadata cannot be fetched from here.');
    return download(source);
  }

  const refresh = (): Promise<void> => {
    dueMs = clock() + AGAIN_MS;
    running ??= read().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    current() {
      if (clock() >= dueMs) void refresh().catch((error: Error) => onError(error));
      return held;
    },
    refresh,
  };
}

/** Remembers the highest serial number; whoever brings a lower one brings what others have replaced. */
async function raise(meta: Collection<MetaDoc>, no: number): Promise<void> {
  await meta.insert({ _id: NUMBER_ID, value: no });
  const seen = Number((await meta.get(NUMBER_ID))?.value);
  if (no < seen) {
    throw new AssayError(
      'config.invalid',
      `The metadata blob cannot be used: no ${no} is older than ${seen}, which was seen.`,
    );
  }
  await meta.update(NUMBER_ID, { set: { value: no } }, { guard: { value: { lt: no } } });
}
