/**
 * When a status list is said to be signed (`iat`): strictly later than any other list of that address, whichever process
 * signed it. A reader refuses a list that is not newer than the one it holds, since of two lists of one second nobody can
 * tell which came first; the time is therefore claimed in the list's document before the bits are read.
 */
import { setTimeout } from 'node:timers/promises';
import { AssayError } from '../../schemas/errors.js';
import type { StatusListDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import { SKEW_S } from '../client/status-list.js';
import type { Clock } from '../context.js';

/** Seconds a list may be dated ahead of the clock when it changes more than once a second: half of what readers forgive. */
const AHEAD_S = SKEW_S / 2;
/** Milliseconds between two looks for room, and how often: after so long a list is dated further ahead. */
const LOOK_MS = 250;
const LOOKS = 8;
/** Tries to claim a time that another process claims too. */
const TRIES = 50;

export class SigningTimes {
  constructor(
    private readonly lists: Collection<StatusListDoc>,
    private readonly clock: Clock,
  ) {}

  /**
   * Claims the next time for a list.
   * @returns the list as of then, with the claimed `signedS`; null when it is not there any more
   * @throws {AssayError} `store.conflict` when other processes claim all of them
   */
  async claim(found: StatusListDoc): Promise<(StatusListDoc & { signedS: number }) | null> {
    let doc: StatusListDoc | null = found;
    let looks = LOOKS;
    for (let tries = TRIES; tries > 0 && doc !== null; doc = await this.lists.get(found._id)) {
      const nowS = Math.floor(this.clock() / 1000);
      const signedS = nextTime(doc.signedS ?? 0, nowS);
      if (signedS > nowS + AHEAD_S && looks-- > 0) {
        await setTimeout(LOOK_MS);
        continue;
      }
      tries--;
      const guard = { signedS: doc.signedS ?? null };
      const claimed = await this.lists.findAndUpdate(doc._id, { set: { signedS } }, guard);
      if (claimed !== null) return { ...claimed, signedS };
    }
    if (doc === null) return null;
    throw new AssayError('store.conflict');
  }
}

/** No reader holds a list from further ahead than it forgives, so after a clock was set back its time counts again. */
const nextTime = (lastS: number, nowS: number): number =>
  lastS >= nowS + SKEW_S ? nowS : Math.max(nowS, lastS + 1);
