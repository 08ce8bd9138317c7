/**
 * The status lists a verifier holds of one issuer, and how new those were that made room. Each issuer has a shelf of its
 * own: however many lists one publishes, it pushes out its own only, and nobody's memory of what was rolled back.
 */
import { LIMITS } from '../../schemas/limits.js';
import type { StatusList } from './status-list.js';
import type { KnownIssuer } from './trust.js';

export interface Held {
  list: StatusList | null;
  /** When it was asked for; never, where it is due at the next look. */
  askedMs: number;
}

/** A list that is being asked for. */
export interface Look {
  list: Promise<StatusList | null>;
  /** It was expired meanwhile: the answer counts as old. */
  isExpired: boolean;
}

/** How new a list was that made room. */
interface Floor {
  kid: string;
  iat: number;
  digest: string;
}

/** By the list's address: what one issuer signed says nothing of another's tokens. */
export class StatusShelf {
  readonly held = new Map<string, Held>();
  readonly running = new Map<string, Look>();
  private readonly floors = new Map<string, Floor>();
  /** Bytes of all that are held. */
  bytes = 0;

  /** At the end of the order: what was asked for longest ago makes room first. */
  hold(uri: string, held: Held): void {
    this.bytes += sizeOf(held) - sizeOf(this.held.get(uri));
    this.held.delete(uri);
    this.held.set(uri, held);
  }

  /** The next look at a list, or at all of them, asks again; what is under way for it counts as old. */
  expire(uri?: string): void {
    for (const [each, look] of this.running) {
      if (uri !== undefined && each !== uri) continue;
      look.isExpired = true;
      this.running.delete(each);
    }
    for (const [each, held] of this.held)
      if (uri === undefined || each === uri) held.askedMs = Number.NEGATIVE_INFINITY;
  }

  /** Whether a list is not older than one that made room: newer, or that very one. What a key signed that is out of trust counts no more. */
  async isAbove(uri: string, list: StatusList, { statusKeys }: KnownIssuer): Promise<boolean> {
    const floor = this.floors.get(uri);
    if (floor === undefined || !statusKeys.has(floor.kid) || list.iat > floor.iat) return true;
    return list.iat === floor.iat && (await digestOf(list)) === floor.digest;
  }

  /** Lets the list go that was asked for longest ago, but for one. @returns false when there is no other */
  async drop(kept: string | null): Promise<boolean> {
    for (const [uri, held] of this.held) {
      if (uri === kept) continue;
      if (held.list !== null) await this.remember(uri, held.list);
      // Asked for again meanwhile: it is not the oldest any more.
      if (this.held.get(uri) !== held) return true;
      this.held.delete(uri);
      this.bytes -= sizeOf(held);
      return true;
    }
    return false;
  }

  private async remember(uri: string, list: StatusList): Promise<void> {
    const floor = { kid: list.kid, iat: list.iat, digest: await digestOf(list) };
    this.floors.delete(uri);
    this.floors.set(uri, floor);
    if (this.floors.size > LIMITS.statusListsRemembered) this.floors.delete(this.floors.keys().next().value!);
  }
}

const sizeOf = (held: Held | undefined): number => held?.list?.bytes.length ?? 0;

async function digestOf({ bytes }: StatusList): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return String.fromCharCode(...new Uint8Array(digest));
}
