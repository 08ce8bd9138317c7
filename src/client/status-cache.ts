/**
 * Status lists a verifier holds. A list is asked for again after its ttl, in the shared cache first and then of the
 * issuer; one that is not newer than the held one is refused (a rolled-back list would bring revoked tokens back), also
 * when the held one had to make room meanwhile; without a network what is held is used, and its age is told.
 */
import { LIMITS } from '../../schemas/limits.js';
import { type Fetch, fetchText, type VerifierCache } from './fetch.js';
import { since } from './since.js';
import { readStatusList, type StatusList } from './status-list.js';
import type { KnownIssuer } from './trust.js';

/** Least milliseconds between two tries when a list cannot be had. */
const RETRY_MS = 5_000;

interface Held {
  uri: string;
  list: StatusList | null;
  askedMs: number;
}

/** How new a list was that made room. */
interface Floor {
  iat: number;
  digest: string;
}

export class StatusCache {
  /** By issuer and address: what one issuer signed says nothing of another's tokens. */
  private readonly held = new Map<string, Held>();
  private readonly running = new Map<string, Promise<StatusList | null>>();
  private readonly floors = new Map<string, Floor>();
  private heldBytes = 0;
  /** Rises with every `expire`: an answer that was asked for before it counts as old. */
  private expiries = 0;

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
    const key = `${issuer.iss}\n${uri}`;
    const held = this.held.get(key);
    if (held !== undefined && !this.isDue(held, now, acceptedAgeS)) return this.unexpired(held.list, now);
    const running = this.running.get(key) ?? this.renew(key, uri, issuer, now);
    return running.then((list) => this.unexpired(list, now));
  }

  /** Forgets how fresh the lists are: the next look asks again. What is held stays, so an older list is still refused. */
  expire(uri?: string): void {
    this.expiries++;
    this.running.clear();
    for (const held of this.held.values())
      if (uri === undefined || held.uri === uri) held.askedMs = Number.NEGATIVE_INFINITY;
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

  private renew(key: string, uri: string, issuer: KnownIssuer, now: number): Promise<StatusList | null> {
    const running = this.look(key, uri, issuer, now).finally(() => {
      if (this.running.get(key) === running) this.running.delete(key);
    });
    this.running.set(key, running);
    return running;
  }

  private async look(key: string, uri: string, issuer: KnownIssuer, now: number): Promise<StatusList | null> {
    const { expiries } = this;
    const take = async (jwt: string | null | undefined): Promise<boolean> => {
      if (jwt === null || jwt === undefined) return false;
      const list = await readStatusList(jwt, uri, issuer, Math.floor(now / 1000));
      if (list === null || !(await this.isAbove(this.floors.get(key), list))) return false;
      // Of two lists of one second nobody can tell which came first: the one that is held stays.
      const held = this.held.get(key)?.list;
      if (held && held.iat >= list.iat) return false;
      this.hold(key, { uri, list, askedMs: Number.NEGATIVE_INFINITY });
      return true;
    };
    await take(await this.cache?.get(uri));
    const jwt = this.fetch ? await fetchText(this.fetch, uri, LIMITS.statusListTextBytes) : null;
    if (await take(jwt)) await this.cache?.set(uri, jwt!);
    const list = this.held.get(key)?.list ?? null;
    const askedMs = this.expiries === expiries ? now : Number.NEGATIVE_INFINITY;
    this.hold(key, { uri, list, askedMs });
    await this.makeRoom(key);
    return list;
  }

  private async isAbove(floor: Floor | undefined, list: StatusList): Promise<boolean> {
    if (floor === undefined || list.iat > floor.iat) return true;
    return list.iat === floor.iat && (await digestOf(list)) === floor.digest;
  }

  /** At the end of the order: what was asked for longest ago makes room first. */
  private hold(key: string, held: Held): void {
    this.heldBytes += (held.list?.bytes.length ?? 0) - (this.held.get(key)?.list?.bytes.length ?? 0);
    this.held.delete(key);
    this.held.set(key, held);
  }

  private async makeRoom(kept: string): Promise<void> {
    for (const [key, held] of this.held) {
      const fits = this.held.size <= LIMITS.statusListsHeld && this.heldBytes <= LIMITS.statusListsHeldBytes;
      if (fits || key === kept) return;
      const { list } = held;
      if (list !== null) await this.remember(key, list);
      if (this.held.get(key) !== held) continue;
      this.held.delete(key);
      this.heldBytes -= list?.bytes.length ?? 0;
    }
  }

  private async remember(key: string, list: StatusList): Promise<void> {
    const floor = { iat: list.iat, digest: await digestOf(list) };
    this.floors.delete(key);
    this.floors.set(key, floor);
    if (this.floors.size > LIMITS.statusListsRemembered) this.floors.delete(this.floors.keys().next().value!);
  }
}

async function digestOf({ bytes }: StatusList): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return String.fromCharCode(...new Uint8Array(digest));
}
