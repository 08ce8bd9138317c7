/**
 * The bits of status lists that this process has read, kept up with its own changes, so that publishing a large list
 * does not mean reading it again. Every change raises the list's revision by one: a gap is another process's change, and
 * then the bits are read anew.
 */
import { STATUS_BITS } from '../client/status-list.js';

/** A value that was written, with the number that orders the writes of one entry. */
export interface SetEntry {
  idx: number;
  value: number;
  seq: number;
}

interface Held {
  revision: number;
  bytes: Buffer;
  /** Order of the writes applied here: two at once may come out of order. */
  seqs: Map<number, number>;
}

/** Lists held at once; the one read longest ago goes first. */
const LISTS = 32;
const MASK = 2 ** STATUS_BITS - 1;

export class HeldBits {
  private readonly held = new Map<number, Held>();

  /** The bits as of a revision, or null when they have to be read. */
  get(list: number, revision: number): Buffer | null {
    const held = this.held.get(list);
    return held?.revision === revision ? held.bytes : null;
  }

  put(list: number, revision: number, bytes: Buffer): void {
    this.held.delete(list);
    if (this.held.size >= LISTS) this.held.delete(this.held.keys().next().value!);
    this.held.set(list, { revision, bytes, seqs: new Map() });
  }

  /** Applies what was written, when nothing else was in between; bits that miss something are dropped. */
  apply(list: number, revision: number, entries: readonly SetEntry[]): void {
    const held = this.held.get(list);
    // What was written before the bits were read is in them.
    if (held === undefined || revision <= held.revision) return;
    if (revision !== held.revision + 1) {
      this.held.delete(list);
      return;
    }
    held.revision = revision;
    for (const { idx, value, seq } of entries) {
      if ((held.seqs.get(idx) ?? -1) >= seq) continue;
      held.seqs.set(idx, seq);
      const shift = (idx & 3) * STATUS_BITS;
      held.bytes[idx >> 2] = (held.bytes[idx >> 2]! & ~(MASK << shift)) | (value << shift);
    }
  }
}
