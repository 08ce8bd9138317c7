/**
 * Status lists a verifier holds. A list is asked for again after its ttl; an answer older than the held list is refused
 * (a rolled-back list would bring revoked tokens back); without a network what is held is used, and its age is told.
 */
import { LIMITS } from '../../schemas/limits.js';
import { type Fetch, fetchText, type VerifierCache } from './fetch.js';
import { since } from './since.js';
import { readStatusList, type StatusList } from './status-list.js';
import type { KnownIssuer } from './trust.js';

/** Base64 of an incompressible list at its cap, with header and signature. */
const JWT_BYTES = Math.ceil((LIMITS.statusListBytes * 4) / 3) + 65_536;
/** Least milliseconds between two tries when a list cannot be had. */
const RETRY_MS = 5_000;
const LISTS = 1_000;

interface Held {
  list: StatusList | null;
  askedMs: number;
}

export class StatusCache {
  private readonly held = new Map<string, Held>();
  private readonly running = new Map<string, Promise<StatusList | null>>();

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
  async get(
    uri: string,
    issuer: KnownIssuer,
    now: number,
    acceptedAgeS = Number.POSITIVE_INFINITY,
  ): Promise<StatusList | null> {
    const held = this.held.get(uri);
    if (held !== undefined && !this.isDue(held, now, acceptedAgeS)) return this.unexpired(held.list, now);
    const running = this.running.get(uri) ?? this.renew(uri, issuer, now);
    return this.unexpired(await running, now);
  }

  /** Forgets how fresh the lists are: the next look asks again. What is held stays, so an older list is still refused. */
  expire(uri?: string): void {
    for (const [name, held] of this.held)
      if (uri === undefined || name === uri) held.askedMs = Number.NEGATIVE_INFINITY;
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

  private renew(uri: string, issuer: KnownIssuer, now: number): Promise<StatusList | null> {
    const running = this.look(uri, issuer, now).finally(() => this.running.delete(uri));
    this.running.set(uri, running);
    return running;
  }

  private async look(uri: string, issuer: KnownIssuer, now: number): Promise<StatusList | null> {
    const before = this.held.get(uri)?.list ?? null;
    let list = before;
    const take = async (jwt: string | null | undefined) => {
      if (jwt === null || jwt === undefined) return false;
      const read = await readStatusList(jwt, uri, issuer, Math.floor(now / 1000));
      if (read === null || (list !== null && read.iat < list.iat)) return false;
      list = read;
      return true;
    };
    if (before === null) await take(await this.cache?.get(uri));
    const jwt = this.fetch ? await fetchText(this.fetch, uri, JWT_BYTES) : null;
    if (await take(jwt)) await this.cache?.set(uri, jwt!);
    if (this.held.size >= LISTS) this.held.delete(this.held.keys().next().value!);
    this.held.set(uri, { list, askedMs: now });
    return list;
  }
}
