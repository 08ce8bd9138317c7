/**
 * When a status list is said to be signed (`iat`): later than any list of that address that says something else, whichever
 * process signed it. A reader refuses a list that is not newer than the one it holds; the time is therefore claimed in the
 * list's document, together with the revision it stands for, before the bits are read. One claim serves every process and
 * every change up to it.
 */
import { setTimeout } from 'node:timers/promises';
import type { StatusListDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import { SKEW_S } from '../client/status-list.js';
import type { Clock } from '../context.js';

/** Seconds a list may be dated ahead of the clock when it changes more than once a second: half of what readers forgive. */
const AHEAD_S = SKEW_S / 2;
/** A stored time further ahead than so many seconds was written by a clock that was wrong: waiting for it would take too long. */
const WRONG_S = 600;
/** Milliseconds between two looks for room, and how often one looks before the old copy has to do. */
const LOOK_MS = 250;
const LOOKS = 8;
/** Tries to claim a time that another process claims too. */
const TRIES = 50;

/** A list as of a claimed time. */
export type DatedList = StatusListDoc & { signedS: number };

export class SigningTimes {
  /** @param onWrong told when a stored time counts for nothing, with the list and by how many seconds it was ahead */
  constructor(
    private readonly lists: Collection<StatusListDoc>,
    private readonly clock: Clock,
    private readonly onWrong: (list: string, aheadS: number) => void = () => undefined,
  ) {}

  /**
   * Claims the next time for a list, or shares the one that another process has claimed for the same revision.
   * Waits up to two seconds for the clock.
   * @returns the list as of then, with its `signedS`; null when it is not there any more; `later` when no time is free yet
   */
  async claim(found: StatusListDoc): Promise<DatedList | 'later' | null> {
    let doc: StatusListDoc | null = found;
    let looks = LOOKS;
    for (let tries = TRIES; tries > 0 && doc !== null; doc = await this.lists.get(found._id)) {
      const nowS = Math.floor(this.clock() / 1000);
      const lastS = doc.signedS ?? 0;
      const isShared = doc.signedRevision === doc.revision && lastS >= nowS && lastS <= nowS + AHEAD_S;
      if (isShared) return { ...doc, signedS: lastS };
      const isWrong = lastS > nowS + WRONG_S;
      const signedS = isWrong ? nowS : Math.max(nowS, lastS + 1);
      const missingS = signedS - nowS - AHEAD_S;
      if (missingS > 0) {
        if (missingS * 1000 > looks * LOOK_MS) return 'later';
        looks--;
        await setTimeout(LOOK_MS);
        continue;
      }
      tries--;
      const change = { set: { signedS, signedRevision: doc.revision } };
      const guard = { signedS: doc.signedS ?? null, revision: doc.revision };
      const claimed = await this.lists.findAndUpdate(doc._id, change, guard);
      if (claimed === null) continue;
      if (isWrong) this.onWrong(doc._id, lastS - nowS);
      return { ...claimed, signedS };
    }
    return doc === null ? null : 'later';
  }
}
