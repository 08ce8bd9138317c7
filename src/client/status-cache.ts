/**
 * Status lists a verifier holds. A list is asked for again after its ttl, in the shared cache first and then of the
 * issuer; one that is not newer than the held one is refused (a rolled-back list would bring revoked tokens back), also
 * when the held one had to make room meanwhile; without a network what is held is used, and its age is told. A list counts
 * as long as the key that signed it is trusted: once that is taken out, what it signed is neither used nor compared with.
 */
import { LIMITS } from '../../schemas/limits.js';
import { type Fetch, fetchText, type VerifierCache } from './fetch.js';
import { since } from './since.js';
import { readStatusList, type StatusList } from './status-list.js';
import { type Held, type Look, StatusShelf } from './status-shelf.js';
import type { KnownIssuer } from './trust.js';

/** Least milliseconds between two tries when a list cannot be had. */
const RETRY_MS = 5_000;

export class StatusCache {
  /** By issuer. */
  private readonly shelves = new Map<string, StatusShelf>();

  /** @param maxAgeS ask again after this many seconds even when the list's ttl is longer */
  constructor(
    private readonly fetch: Fetch | undefined,
    private readonly cache: VerifierCache | undefined,
    private readonly maxAgeS: number,
  ) {}

  /**
   * The newest acceptable list for a uri whose origin has been checked, or null when there is none.
   * @param acceptedAgeS how old a list this reader accepts: a longer ttl does not keep it from asking for a newer one
   */
  get(
    uri: string,
    issuer: KnownIssuer,
    now: number,
    acceptedAgeS = Number.POSITIVE_INFINITY,
  ): StatusList | null | Promise<StatusList | null> {
    const shelf = this.shelfOf(issuer);
    const held = standing(shelf, uri, issuer);
    if (held !== undefined && !this.isDue(held, now, acceptedAgeS)) return this.unexpired(held.list, now);
    const running = shelf.running.get(uri)?.list ?? this.renew(shelf, uri, issuer, now);
    return running.then((list) => this.unexpired(list, now));
  }

  /** Forgets how fresh a list is, or each: the next look asks again. What is held stays, so an older list is still refused. */
  expire(uri?: string): void {
    for (const shelf of this.shelves.values()) shelf.expire(uri);
  }

  private shelfOf({ iss }: KnownIssuer): StatusShelf {
    const shelf = this.shelves.get(iss) ?? new StatusShelf();
    this.shelves.set(iss, shelf);
    return shelf;
  }

  private isDue({ list, askedMs }: Held, now: number, acceptedAgeS: number): boolean {
    const asked = since(askedMs, now);
    if (list === null) return asked >= RETRY_MS;
    const tooOld = now - list.iat * 1000 > acceptedAgeS * 1000;
    return asked >= Math.min(list.ttl, this.maxAgeS) * 1000 || (tooOld && asked >= RETRY_MS);
  }

  private unexpired(list: StatusList | null, now: number): StatusList | null {
    return list !== null && list.exp * 1000 > now - 60_000 ? list : null;
  }

  private renew(
    shelf: StatusShelf,
    uri: string,
    issuer: KnownIssuer,
    now: number,
  ): Promise<StatusList | null> {
    const look: Look = { list: Promise.resolve(null), isExpired: false };
    shelf.running.set(uri, look);
    look.list = this.look(shelf, look, uri, issuer, now).finally(() => {
      if (shelf.running.get(uri) === look) shelf.running.delete(uri);
    });
    return look.list;
  }

  private async look(
    shelf: StatusShelf,
    look: Look,
    uri: string,
    issuer: KnownIssuer,
    now: number,
  ): Promise<StatusList | null> {
    const take = async (jwt: string | null | undefined): Promise<boolean> => {
      if (jwt === null || jwt === undefined) return false;
      const list = await readStatusList(jwt, uri, issuer, Math.floor(now / 1000));
      if (list === null || !(await shelf.isAbove(uri, list, issuer))) return false;
      // Of two lists of one second nobody can tell which came first: the one that is held stays.
      const held = standing(shelf, uri, issuer)?.list;
      if (held && held.iat >= list.iat) return false;
      shelf.hold(uri, { list, askedMs: Number.NEGATIVE_INFINITY });
      return true;
    };
    await take(await this.cache?.get(uri));
    const jwt = this.fetch ? await fetchText(this.fetch, uri, LIMITS.statusListTextBytes) : null;
    if (await take(jwt)) await this.cache?.set(uri, jwt!);
    const list = standing(shelf, uri, issuer)?.list ?? null;
    shelf.hold(uri, { list, askedMs: look.isExpired ? Number.NEGATIVE_INFINITY : now });
    await this.makeRoom(shelf, uri);
    return list;
  }

  /** Of the issuer that takes the most: who takes less than an even share never has to. */
  private async makeRoom(shelf: StatusShelf, kept: string): Promise<void> {
    for (;;) {
      const shelves = [...this.shelves.values()];
      const of = (size: (each: StatusShelf) => number) => {
        const largest = shelves.reduce((most, each) => (size(each) > size(most) ? each : most));
        return { largest, all: shelves.reduce((sum, each) => sum + size(each), 0) };
      };
      const lists = of((each) => each.held.size);
      const bytes = of((each) => each.bytes);
      const isFull = lists.all > LIMITS.statusListsHeld;
      if (!isFull && bytes.all <= LIMITS.statusListsHeldBytes) return;
      const { largest } = isFull ? lists : bytes;
      if (!(await largest.drop(largest === shelf ? kept : null))) return;
    }
  }
}

/** What is held of a list, unless the key that signed it is out of trust. */
function standing(shelf: StatusShelf, uri: string, { statusKeys }: KnownIssuer): Held | undefined {
  const held = shelf.held.get(uri);
  return held?.list && !statusKeys.has(held.list.kid) ? undefined : held;
}
