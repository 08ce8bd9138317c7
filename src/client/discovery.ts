/**
 * Finds an issuer's keys at `<iss>/.well-known/human-author` and keeps them: fresh for ten minutes, so that a removed
 * key is noticed; looked up again early when a token names a key or a platform not seen yet; kept for a day while the
 * issuer cannot be reached.
 */
import type { TrustedIssuer } from '../../schemas/attestation.js';
import { type Fetch, fetchText, type VerifierCache } from './fetch.js';
import { since } from './since.js';
import { importIssuer, type KnownIssuer } from './trust.js';

const FRESH_MS = 10 * 60_000;
const KEPT_MS = 24 * 3_600_000;
/** Least time between two looks at one issuer, whatever tokens ask for. */
const PAUSE_MS = 30_000;
const BYTES = 256 * 1024;
/** UTF-16 units of a document as it is kept: a text in a text, where a character may take six. */
const KEPT_LENGTH = 6 * BYTES + 100;

interface Found {
  issuer: KnownIssuer | null;
  /** When the keys were last confirmed, and when they were last asked for. */
  foundMs: number;
  askedMs: number;
}

/** A directory of issuers given by name only. */
export class Discovery {
  private readonly found = new Map<string, Found>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly names: readonly string[],
    private readonly fetch: Fetch | undefined,
    private readonly cache: VerifierCache | undefined,
  ) {}

  /**
   * The issuers as known now, asking again where they are stale or where none of them is as wanted.
   * @param isWanted whether an issuer has the key a token names or, once its signature holds, speaks for its platform
   */
  async issuers(now: number, isWanted: (issuer: KnownIssuer) => boolean): Promise<KnownIssuer[]> {
    await Promise.all(this.names.map((iss) => this.renewIfStale(iss, now)));
    if (!this.known(now).some(isWanted)) {
      const due = this.names.filter((iss) => since(this.found.get(iss)?.askedMs ?? 0, now) >= PAUSE_MS);
      await Promise.all(due.map((iss) => this.renew(iss, now)));
    }
    return this.known(now);
  }

  private known(now: number): KnownIssuer[] {
    return this.names.flatMap((iss) => {
      const found = this.found.get(iss);
      return found?.issuer && since(found.foundMs, now) <= KEPT_MS ? [found.issuer] : [];
    });
  }

  private renewIfStale(iss: string, now: number): Promise<void> | undefined {
    const found = this.found.get(iss);
    const fresh =
      found !== undefined && (since(found.foundMs, now) < FRESH_MS || since(found.askedMs, now) < PAUSE_MS);
    return fresh ? undefined : this.renew(iss, now);
  }

  private renew(iss: string, now: number): Promise<void> {
    let running = this.running.get(iss);
    if (running === undefined) {
      running = this.look(iss, now).finally(() => this.running.delete(iss));
      this.running.set(iss, running);
    }
    return running;
  }

  private async look(iss: string, now: number): Promise<void> {
    const before = this.found.get(iss);
    const url = `${iss.replace(/\/$/, '')}/.well-known/human-author`;
    const text = this.fetch ? await fetchText(this.fetch, url, BYTES) : null;
    const fetched = text === null ? null : await readDocument(iss, text);
    if (fetched !== null) {
      this.found.set(iss, { issuer: fetched, foundMs: now, askedMs: now });
      await this.cache?.set(url, JSON.stringify({ foundMs: now, text }));
      return;
    }
    // Another process may have found a newer one meanwhile.
    const recalled = await this.recall(iss, url);
    const newest = before?.issuer && !(recalled && isLater(recalled, before, now)) ? before : recalled;
    this.found.set(iss, { issuer: newest?.issuer ?? null, foundMs: newest?.foundMs ?? 0, askedMs: now });
  }

  private async recall(iss: string, url: string): Promise<{ issuer: KnownIssuer; foundMs: number } | null> {
    const stored = await this.cache?.get(url);
    if (typeof stored !== 'string' || stored.length > KEPT_LENGTH) return null;
    try {
      const { foundMs, text } = JSON.parse(stored) as { foundMs: number; text: string };
      const issuer = await readDocument(iss, text);
      return issuer === null ? null : { issuer, foundMs };
    } catch {
      return null;
    }
  }
}

/** Whether one was found after the other. A time that lies ahead counts for nothing. */
const isLater = (one: { foundMs: number }, other: { foundMs: number }, now: number): boolean =>
  since(one.foundMs, now) < since(other.foundMs, now);

/** An issuer's own document, or null when it does not speak for itself or cannot be read. */
async function readDocument(iss: string, text: string): Promise<KnownIssuer | null> {
  try {
    const document = JSON.parse(text) as TrustedIssuer;
    if (document.iss !== iss || !document.status_origins.every(isSafeOrigin)) return null;
    const issuer = await importIssuer(document);
    return [...issuer.tokenKeys.keys()].some((kid) => issuer.statusKeys.has(kid)) ? null : issuer;
  } catch {
    return null;
  }
}

/** https, or this machine. */
const isSafeOrigin = (origin: string): boolean =>
  /^https:\/\//.test(origin) || /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(origin);
