/**
 * The platforms this issuer speaks for: those that are told to everybody in the discovery document, which verifiers read
 * up to a length, and those that its own verifier meets beside them. What is known is read again after a moment, so that
 * a platform which lost its authority is outside here as soon as everywhere else.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { PlatformDoc } from '../../schemas/store/documents.js';
import type { Page } from '../../schemas/store/port.js';
import type { Context } from '../context.js';
import { hasAuthority, holderOf, type PlatformRoom, platformId } from './platform.js';

/** For so many milliseconds what was read of the platforms counts. */
export const AUDIENCES_SEEN_MS = 2_000;

export interface Told {
  /** At most LIMITS.audiencesTold names, the operator's first, each group by name. */
  names: string[];
  /** Whether these are all. */
  complete: boolean;
}

/** The names to tell: what the operator gave is not crowded out by domains that anybody may prove. */
export async function audiences(room: PlatformRoom): Promise<Told> {
  const names = new Set(await grantedNames(room));
  let after: string | undefined;
  do {
    const page: Page<PlatformDoc> = await room.collections.platforms.page({
      index: 'by_aud',
      limit: LIMITS.batchItems,
      ...(after === undefined ? {} : { after }),
    });
    for (const doc of page.docs) if (hasAuthority(room, doc)) names.add(doc.aud);
    after = page.next ?? undefined;
  } while (after !== undefined && names.size <= LIMITS.audiencesTold);
  return {
    names: [...names].slice(0, LIMITS.audiencesTold),
    complete: names.size <= LIMITS.audiencesTold,
  };
}

/** Names of the operator's list whose tenants have registered them. */
async function grantedNames({ collections, granted }: PlatformRoom): Promise<string[]> {
  const given = [...granted].map(([aud, tenant]) => ({ aud, id: platformId(tenant, aud) }));
  const registered: string[] = [];
  for (let at = 0; at < given.length; at += LIMITS.batchItems) {
    const some = given.slice(at, at + LIMITS.batchItems);
    const docs = await collections.platforms.getMany(some.map(({ id }) => id));
    registered.push(...some.filter((_each, nth) => docs[nth] !== null).map(({ aud }) => aud));
  }
  return registered.sort();
}

/** A name that was looked for by itself. */
interface Look {
  counts: Promise<boolean>;
  atMs: number;
}

/** The platforms as a process knows them. */
export class Audiences {
  /** Every name that is known to count; the same array until that changes. */
  known: readonly string[] = [];
  private told: Told = { names: [], complete: true };
  private readonly looks = new Map<string, Look>();
  private readonly beside = new Set<string>();
  private seenMs = Number.NEGATIVE_INFINITY;
  private running: Promise<void> | undefined;

  constructor(
    private readonly room: PlatformRoom,
    private readonly logger?: Pick<Context['logger'], 'warn'>,
  ) {}

  /** The names to tell, at most `AUDIENCES_SEEN_MS` old. */
  async tell(): Promise<string[]> {
    await this.refresh();
    return this.told.names;
  }

  /** Reads the platforms when what is known is older than `AUDIENCES_SEEN_MS`, or at once. */
  async refresh(atOnce = false): Promise<void> {
    if (!atOnce && this.isFresh(this.seenMs)) return;
    // A look that began before it was asked for may not have seen what the asker knows of.
    if (atOnce) await this.running?.catch(() => undefined);
    this.running ??= this.read().finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  /** Whether a name counts that is not among the known ones; each is looked for once in `AUDIENCES_SEEN_MS`. */
  look(aud: string): Promise<boolean> {
    let look = this.looks.get(aud);
    if (look === undefined || !this.isFresh(look.atMs)) {
      look = { counts: this.find(aud), atMs: this.room.clock() };
      this.looks.set(aud, look);
    }
    return look.counts;
  }

  private async find(aud: string): Promise<boolean> {
    const holder = await holderOf(this.room, aud);
    if (holder === null || !hasAuthority(this.room, holder)) return false;
    this.beside.add(aud);
    if (!this.known.includes(aud)) this.known = [...this.known, aud];
    return true;
  }

  private async read(): Promise<void> {
    const now = this.room.clock();
    const told = await audiences(this.room);
    if (!told.complete && this.told.complete) {
      const tells = { told: told.names.length };
      this.logger?.warn(tells, 'more platforms are registered than the discovery document names');
    }
    this.told = told;
    this.seenMs = now;
    // What was just looked for stays for its time: whoever asked is about to use it.
    for (const [aud, { atMs }] of this.looks) {
      if (this.isFresh(atMs)) continue;
      this.looks.delete(aud);
      this.beside.delete(aud);
    }
    const names = [...new Set([...told.names, ...this.beside])];
    const same = names.length === this.known.length && names.every((name, at) => name === this.known[at]);
    if (!same) this.known = names;
  }

  private isFresh(atMs: number): boolean {
    return Math.abs(this.room.clock() - atMs) < AUDIENCES_SEEN_MS;
  }
}
