/**
 * The status lists of this issuer (Token Status List, 2 bits): claims indices at random and never twice, writes values,
 * and signs the list with the status key. Decoys stand among the tokens, and each change of a token comes with another
 * decoy's, so that a copy of the list does not tell which entries are tokens. A decoy changes once: what one can tell who
 * keeps all copies stands in docs/attestation.md, section 9.
 */
import { createHash, randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { StatusIndexDoc, StatusListDoc } from '../../schemas/store/documents.js';
import { STATUS_BITS, STATUS_LIST_TYPE } from '../client/status-list.js';
import type { Context } from '../context.js';
import { LIST_LIFE_S } from './key-schedule.js';
import type { Keys, Signer } from './keys.js';
import { HeldBits, type SetEntry } from './status-bits.js';
import { SigningTimes } from './status-time.js';

/** Entries of a list: 32 KiB before compression. */
export const STATUS_LIST_SIZE = 131_072;
/** Seconds a copy may be used without asking again. */
export const LIST_TTL_S = 60;
/** Milliseconds until signing is tried again when no time was free. */
const POSTPONE_MS = 1_000;
/** One decoy in so many entries of a new list; a list is left when half of it is taken, so a draw succeeds soon. */
const DECOY_SHARE = 512;
const FULL = 0.5;
/** Lists named in the aggregation, the newest of them. */
const LISTS_TOLD = 10_000;

/** Of a million entries with 1% revoked, level 8 makes 15.8 KB in 22 ms, level 9 15.2 KB in 54 ms, level 7 17.1 KB in 9 ms. */
const LEVEL = { level: 8 } as const;

const compress = promisify<Buffer, { level: number }, Buffer>(deflate);

export interface PublishedList {
  jwt: string;
  /** Strong validator of the bytes. */
  etag: string;
}

export class StatusPublisher {
  /** `change` whenever this process has changed a list. */
  readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly published = new Map<
    number,
    PublishedList & { revision: number; signedMs: number; kid: string; postponedMs?: number }
  >();
  private readonly signing = new Map<number, Promise<PublishedList | null>>();
  private readonly held = new HeldBits();
  private readonly times: SigningTimes;
  private opening: { kid: string; list: Promise<StatusListDoc> } | undefined;

  constructor(
    private readonly iss: string,
    private readonly keys: Keys,
    private readonly collections: Pick<Context['collections'], 'statusLists' | 'statusIndices'>,
    private readonly clock: Context['clock'],
    private readonly size: number,
    logger?: Pick<Context['logger'], 'warn'>,
  ) {
    this.times = new SigningTimes(collections.statusLists, clock, (list, aheadS) =>
      logger?.warn({ list, aheadS }, 'a status list was dated by a clock that was wrong, and goes back'),
    );
  }

  uriOf(list: number): string {
    return `${this.iss}/status/${list}`;
  }

  /** Claims a free entry, at random, on a list of the key that signs now, and answers with that key. */
  async claim(): Promise<{ signer: Signer; list: number; idx: number; uri: string }> {
    for (;;) {
      const { signer } = this.keys.token;
      const open = await this.openList(signer.kid);
      if (open.revoked) {
        // Another process has just given the key up.
        await this.keys.refresh(true);
        if (this.keys.token.signer.kid === signer.kid) throw new AssayError('attest.no_signer');
        continue;
      }
      const idx = await this.claimOn(Number(open._id), open.size, 0, false);
      if (idx === null) continue;
      return { signer, list: Number(open._id), idx, uri: this.uriOf(Number(open._id)) };
    }
  }

  /** Marks an entry whose token was never handed out: it stays taken, as a decoy. */
  async abandon(list: number, idx: number): Promise<void> {
    await this.collections.statusIndices.update(`${list}:${idx}`, { set: { decoy: true } });
  }

  /** Writes a token's status unless a later one (`seq`) is already there, and moves a decoy with it. */
  async write(list: number, idx: number, value: number, seq: number): Promise<void> {
    const { statusIndices, statusLists } = this.collections;
    const id = `${list}:${idx}`;
    const changed = await statusIndices.findAndUpdate(id, { set: { value, seq } }, { seq: { lt: seq } });
    // A repetition finds its own write, or a later one, that may have died before the list's revision moved: the bits
    // held here have to learn of it all the same.
    const entry = changed ?? (await statusIndices.get(id));
    const entries: SetEntry[] = entry === null ? [] : [{ idx, value: entry.value, seq: entry.seq }];
    const doc = await statusLists.get(String(list));
    const decoy = decoyValue();
    const at = doc === null ? null : await this.claimOn(list, doc.size, decoy, true);
    if (at !== null) entries.push({ idx: at, value: decoy, seq: 0 });
    const change = { inc: { revision: 1 }, set: { changedMs: this.clock() } };
    const after = await statusLists.findAndUpdate(String(list), change);
    if (after !== null) this.held.apply(list, after.revision, entries);
    this.changes.emit('change');
  }

  /**
   * The signed list, built anew when something changed or the copy is a ttl old; null when there is no such list. The old
   * copy has to do while no time is free for a new one.
   * @throws {AssayError} `attest.no_signer` when there is no old copy either
   */
  async publish(list: number): Promise<PublishedList | null> {
    const doc = await this.collections.statusLists.get(String(list));
    if (doc === null) return null;
    const known = this.published.get(list);
    // What changed may be the keys as well: a copy that a key signed which was given up is told to nobody.
    await this.keys.refresh(known !== undefined && known.revision !== doc.revision);
    for (;;) {
      const copy = this.published.get(list);
      const isFresh =
        copy !== undefined &&
        copy.kid === this.keys.status.signer.kid &&
        Math.abs(this.clock() - copy.signedMs) < LIST_TTL_S * 1000;
      const isPostponed = Math.abs(this.clock() - (copy?.postponedMs ?? 0)) < POSTPONE_MS;
      if (isFresh && (isPostponed || copy.revision >= doc.revision)) return copy;
      const running = this.signing.get(list);
      if (running === undefined) return this.signOnce(list, doc);
      await running.catch(() => undefined);
    }
  }

  /** One signature at a time for each list: whoever asks meanwhile gets it too. */
  private signOnce(list: number, doc: StatusListDoc): Promise<PublishedList | null> {
    const running = this.sign(list, doc).finally(() => this.signing.delete(list));
    this.signing.set(list, running);
    return running;
  }

  private async sign(list: number, found: StatusListDoc): Promise<PublishedList | null> {
    const doc = await this.times.claim(found);
    if (doc === null) return null;
    if (doc === 'later') return this.postpone(list);
    const { signer } = this.keys.status;
    const lst = (await compress(await this.bits(doc), LEVEL)).toString('base64url');
    const jwt = await signer.sign(STATUS_LIST_TYPE, {
      sub: this.uriOf(list),
      token_kid: doc.kid,
      iat: doc.signedS,
      exp: doc.signedS + LIST_LIFE_S,
      ttl: LIST_TTL_S,
      status_list: { bits: STATUS_BITS, lst, aggregation_uri: `${this.iss}/status` },
    });
    const etag = `"${createHash('sha256').update(jwt).digest('base64url').slice(0, 22)}"`;
    const fresh = { jwt, etag, revision: doc.revision, signedMs: this.clock(), kid: signer.kid };
    this.published.set(list, fresh);
    return fresh;
  }

  /** Changes wait together until the clock has caught up. */
  private postpone(list: number): PublishedList {
    const copy = this.published.get(list);
    if (copy?.kid !== this.keys.status.signer.kid) {
      throw new AssayError('attest.no_signer', `list ${list} is dated ahead of this clock`);
    }
    copy.postponedMs = this.clock();
    return copy;
  }

  /** Addresses of all lists (Token Status List, section 9), the newest change first. */
  async uris(): Promise<string[]> {
    const query = { index: 'by_change', order: 'desc', limit: LISTS_TOLD } as const;
    const { docs } = await this.collections.statusLists.page(query);
    return docs.map(({ _id }) => this.uriOf(Number(_id)));
  }

  /** Answers a request for one of this issuer's own lists without a network; undefined for any other URL. */
  fetch(url: string): Promise<Response> | undefined {
    const list = url.startsWith(`${this.iss}/status/`) ? listNumber(url.slice(this.iss.length + 8)) : null;
    if (list === null) return undefined;
    return this.publish(list).then((found) =>
      found ? new Response(found.jwt) : new Response(null, { status: 404 }),
    );
  }

  /** Entries in order, the first in the lowest bits of the first byte. Only entries that are not 0 are read. */
  private async bits({ _id, kid, size, revoked, revision }: StatusListDoc): Promise<Buffer> {
    const list = Number(_id);
    // Of a compromised key every entry is revoked: 01, four times a byte. Who opened the list may have died before it said so.
    if (revoked || (await this.keys.isCompromised(kid)))
      return Buffer.alloc((size * STATUS_BITS) / 8, 0b01010101);
    const held = this.held.get(list, revision);
    if (held !== null) return held;
    const bytes = Buffer.alloc((size * STATUS_BITS) / 8);
    let after: string | undefined;
    do {
      const page = await this.collections.statusIndices.page({
        index: 'by_list',
        where: { list, value: { gt: 0 } },
        limit: LIMITS.batchItems,
        ...(after === undefined ? {} : { after }),
      });
      for (const { idx, value } of page.docs) bytes[idx >> 2]! |= value << ((idx & 3) * STATUS_BITS);
      after = page.next ?? undefined;
    } while (after !== undefined);
    this.held.put(list, revision, bytes);
    return bytes;
  }

  /** The list that takes new tokens, opened when there is none or the newest is half full. */
  private openList(kid: string): Promise<StatusListDoc> {
    if (this.opening?.kid === kid) return this.opening.list;
    const list = this.findOrOpen(kid).finally(() => {
      if (this.opening?.list === list) this.opening = undefined;
    });
    this.opening = { kid, list };
    return list;
  }

  private async findOrOpen(kid: string): Promise<StatusListDoc> {
    const query = { index: 'by_kid', where: { kid }, order: 'desc', limit: 1 } as const;
    const [newest] = (await this.collections.statusLists.page(query)).docs;
    if (newest && (newest.revoked || newest.taken < newest.size * FULL)) return newest;
    for (;;) {
      // A random number: the order of lists, and how many there are, is nobody's business.
      const doc: StatusListDoc = {
        _id: String(randomInt(2 ** 31)),
        kid,
        size: this.size,
        taken: 0,
        createdMs: this.clock(),
        revision: 0,
        changedMs: this.clock(),
      };
      if ((await this.collections.statusLists.insert(doc)).did !== 'inserted') continue;
      // The key may be one that another process has given up: it revoked the lists it found, and this was none of them.
      if (await this.keys.isCompromised(kid)) return this.revoke(doc);
      await this.plantDecoys(Number(doc._id));
      return doc;
    }
  }

  private async revoke({ _id }: StatusListDoc): Promise<StatusListDoc> {
    const change = { set: { revoked: true, changedMs: this.clock() }, inc: { revision: 1 } };
    const revoked = await this.collections.statusLists.findAndUpdate(_id, change);
    if (revoked === null) throw new AssayError('store.conflict');
    return revoked;
  }

  private async plantDecoys(list: number): Promise<void> {
    const chosen = new Set<number>();
    while (chosen.size < Math.floor(this.size / DECOY_SHARE)) chosen.add(randomInt(this.size));
    const docs = [...chosen].map((idx) => entry(list, idx, decoyValue(), true));
    await this.collections.statusIndices.bulk(docs.map((insert) => ({ insert })));
    await this.collections.statusLists.update(String(list), { inc: { taken: docs.length } });
  }

  /** Draws until an insert succeeds; null when the list is too full for that. */
  private async claimOn(list: number, size: number, value: number, decoy: boolean): Promise<number | null> {
    for (let draw = 0; draw < 64; draw++) {
      const idx = randomInt(size);
      const outcome = await this.collections.statusIndices.insert(entry(list, idx, value, decoy));
      if (outcome.did !== 'inserted') continue;
      await this.collections.statusLists.update(String(list), { inc: { taken: 1 } });
      return idx;
    }
    return null;
  }
}

const entry = (list: number, idx: number, value: number, decoy: boolean): StatusIndexDoc => ({
  _id: `${list}:${idx}`,
  list,
  idx,
  value,
  seq: 0,
  decoy,
});

/** Decoys are mostly revoked, some suspended or superseded, as tokens are. */
const decoyValue = (): number => [1, 1, 1, 1, 1, 1, 2, 3, 3, 3][randomInt(10)]!;

/** A list number as it stands in a URL, or null. */
export const listNumber = (text: string): number | null => (/^\d{1,10}$/.test(text) ? Number(text) : null);
