/**
 * Status lists of a million entries: how large one is when 1% is revoked, with and without decoys, how long it takes to
 * publish after a change, and how soon a revocation is seen by who follows the stream, in this process and in another.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { type Issuer, type IssuerOptions, openIssuer } from '../src/attest/issuer.js';
import { inflateList } from '../src/client/status-list.js';
import { openStore } from '../src/store/open.js';
import { type Bench, drawing, type Figures, median, rounded } from './bench.js';

const ENTRIES = 2 ** 20;
const REVOKED_SHARE = 0.01;
const PUBLISHED = 20;
const FOLLOWED = 10;

const millis = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Revokes so many entries that no token has, as far as the list can tell. */
async function revokeMany(issuer: Issuer, list: number, seed: number): Promise<number[]> {
  const draw = drawing(seed);
  const chosen = new Set<number>();
  while (chosen.size < ENTRIES * REVOKED_SHARE) chosen.add(Math.floor(draw() * ENTRIES));
  const entries = [...chosen];
  for (let at = 0; at < entries.length; at += 1_000) {
    await issuer.collections.statusIndices.bulk(
      entries.slice(at, at + 1_000).map((idx) => ({
        insert: { _id: `${list}:${idx}`, list, idx, value: 1, seq: 1, decoy: false },
      })),
    );
  }
  return entries;
}

function withoutDecoys(entries: readonly number[]): number {
  const bytes = Buffer.alloc(ENTRIES / 4);
  for (const idx of entries) bytes[idx >> 2]! |= 1 << ((idx & 3) * 2);
  return deflateSync(bytes, { level: 8 }).length;
}

async function published(issuer: Issuer, list: number): Promise<{ compressed: number; set: number }> {
  const { jwt } = (await issuer.lists.publish(list))!;
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString());
  const { lst } = claims.status_list as { lst: string };
  const bytes = (await inflateList(lst))!;
  let set = 0;
  for (const byte of bytes) for (let at = 0; at < 8; at += 2) if ((byte >> at) & 3) set++;
  return { compressed: Buffer.from(lst, 'base64url').length, set };
}

/** Milliseconds from the change to the event at a reader who follows `readers`' stream. */
async function visible(writer: Issuer, reader: Issuer, list: number, idx: number): Promise<number[]> {
  const gone = new AbortController();
  let told: () => void = () => undefined;
  const sink = {
    write: (frame: string) => {
      if (frame.startsWith('event: list')) told();
      return true;
    },
    room: async () => undefined,
  };
  // From well behind the overlap, so that only what changes from here on is told.
  const followed = reader.events.follow(reader.clock(), sink, gone.signal, 'benchmark');
  // What changed just before the beginning is told first; only what follows is measured.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const found: number[] = [];
  for (let turn = 0; turn < FOLLOWED; turn++) {
    const seen = new Promise<void>((resolve) => {
      told = resolve;
    });
    found.push(
      await millis(async () => {
        await writer.lists.write(list, idx, 1 + (turn % 2), 100 + turn);
        await seen;
        await reader.lists.publish(list);
      }),
    );
  }
  gone.abort();
  await followed;
  return found;
}

export const status: Bench = {
  name: 'status',
  async run({ seed, progress }): Promise<Figures> {
    const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
    const { store, collections } = await openStore({ mongoUrl: null, dataFolder: folder });
    const options: IssuerOptions = {
      iss: 'https://assay.example',
      secret: 'a secret of the benchmark',
      rp: { id: 'assay.example', name: 'Assay', origins: [] },
      statusListSize: ENTRIES,
    };
    try {
      const context = { collections, clock: Date.now };
      const issuer = await openIssuer(context, options);
      const other = await openIssuer(context, options);
      progress(`status: a list of ${ENTRIES} entries`);
      const { list, idx } = await issuer.lists.claim();
      const entries = await revokeMany(issuer, list, seed);
      const fresh = await millis(() => issuer.lists.publish(list));
      const { compressed, set } = await published(issuer, list);
      const times: number[] = [];
      for (let turn = 0; turn < PUBLISHED; turn++) {
        await issuer.lists.write(list, idx, 1 + (turn % 2), 1 + turn);
        times.push(await millis(() => issuer.lists.publish(list)));
      }
      const here = await visible(issuer, issuer, list, idx);
      const elsewhere = await visible(issuer, other, list, entries[0]!);
      return {
        entries: ENTRIES,
        revoked_share: REVOKED_SHARE,
        compressed_bytes: withoutDecoys(entries),
        decoys: set - entries.length,
        compressed_bytes_with_decoys: compressed,
        first_publish_ms: rounded(fresh),
        publish_after_change_ms: rounded(median(times)),
        seen_by_stream_ms: rounded(Math.max(...here)),
        seen_by_stream_elsewhere_ms: rounded(Math.max(...elsewhere)),
      };
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
