/**
 * The way in for texts that do not come over the log: checks them, computes their ids and appends them to the tenant's
 * topic. Once appended they are safe; everything after reads the log. Refuses with `overload.queue_full` while too much
 * waits to be scored, and with `overload.tenant` while it is
 * this tenant that sends too much.
 */
import { AssayError } from '../schemas/errors.js';
import type { BlobStore } from '../schemas/store/port.js';
import type { Admission } from './admission.js';
import { type Ready, readyDeletion, readyEmail, readyPost } from './intake/ready.js';
import type { Log } from './log/port.js';
import type { TenantTopics } from './topics.js';

export interface IntakeParts {
  log: Log;
  blobs: BlobStore;
  clock: () => number;
  tenants: readonly TenantTopics[];
  admission: Pick<Admission, 'admit'>;
}

/** Outcome per item of a batch, in the order given. */
export type Taken = { itemId: string } | { error: AssayError };

type Make = (value: unknown) => Ready | Promise<Ready>;

export class Intake {
  readonly #parts: IntakeParts;
  readonly #topics: ReadonlyMap<string, TenantTopics>;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#topics = new Map(parts.tenants.map((topics) => [topics.tenant, topics]));
  }

  #topicsOf(tenant: string): TenantTopics {
    const topics = this.#topics.get(tenant);
    if (topics === undefined) throw new AssayError('auth.invalid', 'This tenant takes no texts in here.');
    return topics;
  }

  async #takeAll(tenant: string, topic: string, values: readonly unknown[], make: Make): Promise<Taken[]> {
    const results: (Ready | { error: AssayError })[] = [];
    for (const value of values) {
      try {
        results.push(await make(value));
      } catch (error) {
        if (!(error instanceof AssayError) || !error.code.startsWith('item.')) throw error;
        results.push({ error });
      }
    }
    const records = results.flatMap((result) => ('record' in result ? [result.record] : []));
    if (records.length > 0) {
      await this.#parts.admission.admit(records.length, tenant);
      await this.#parts.log.send(topic, records);
    }
    return results.map((result) => ('record' in result ? { itemId: result.itemId } : result));
  }

  async #takeOne(tenant: string, topic: string, value: unknown, make: Make): Promise<{ itemId: string }> {
    const [taken] = await this.#takeAll(tenant, topic, [value], make);
    if (taken === undefined || 'error' in taken) throw taken?.error ?? new AssayError('internal');
    return taken;
  }

  /** What says when it was deleted is a deletion, everything else a post. */
  #post(tenant: string): Make {
    return (value) =>
      typeof value === 'object' && value !== null && 'deletedAt' in value
        ? readyDeletion(tenant, value, this.#parts.clock())
        : readyPost(tenant, value, this.#parts.clock());
  }

  #email(tenant: string): Make {
    const { blobs, clock } = this.#parts;
    return (value) => readyEmail(tenant, value, { now: clock(), blobs });
  }

  /**
   * Takes one post (created, or edited where it says editedAt), or the deletion of one (it says deletedAt).
   * @param value unchecked JSON
   * @throws {AssayError} `item.*` with JSON pointers, `overload.queue_full`, `overload.tenant`, `log.unavailable`
   */
  async post(tenant: string, value: unknown): Promise<{ itemId: string }> {
    return this.#takeOne(tenant, this.#topicsOf(tenant).posts, value, this.#post(tenant));
  }

  /** Takes one mail; long raw mail goes to the blob store. @throws {AssayError} as `post`, and `item.mail_too_large` */
  async email(tenant: string, value: unknown): Promise<{ itemId: string }> {
    return this.#takeOne(tenant, this.#topicsOf(tenant).emails, value, this.#email(tenant));
  }

  /** Takes a batch of posts and deletions; bad ones are answered one by one and do not hold up the rest. */
  async posts(tenant: string, values: readonly unknown[]): Promise<Taken[]> {
    return this.#takeAll(tenant, this.#topicsOf(tenant).posts, values, this.#post(tenant));
  }

  /** Takes a batch of mails, as `posts`. */
  async emails(tenant: string, values: readonly unknown[]): Promise<Taken[]> {
    return this.#takeAll(tenant, this.#topicsOf(tenant).emails, values, this.#email(tenant));
  }
}
