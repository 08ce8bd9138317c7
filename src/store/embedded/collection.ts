/** One collection of the embedded store: the port's operations over rows, walker and group commit. */
import { AssayError } from '../../../schemas/errors.js';
import type {
  BulkOp,
  BulkOutcome,
  Change,
  Collection,
  Doc,
  Filter,
  Page,
  Query,
} from '../../../schemas/store/port.js';
import type { Db } from '../../../streams/log/sqlite.js';
import { applyChange } from '../change.js';
import { matches } from '../filter.js';
import { readPage } from '../page.js';
import { planQuery } from '../plan.js';
import type { GroupCommit } from './commit.js';
import { Walker } from './query.js';
import { Rows } from './rows.js';
import type { Table } from './table.js';

type Update = Extract<BulkOp<Doc>, { update: unknown }>['update'];

export class EmbeddedCollection<T extends Doc> implements Collection<T> {
  readonly #rows: Rows<T>;
  readonly #walker: Walker<T>;
  readonly #commit: GroupCommit;

  constructor(db: Db, table: Table, commit: GroupCommit) {
    this.#rows = new Rows(db, table);
    this.#walker = new Walker(db, table);
    this.#commit = commit;
  }

  get spec() {
    return this.#rows.table.spec;
  }

  async get(id: string): Promise<T | null> {
    return this.#commit.read(() => this.#rows.read(id));
  }

  async getMany(ids: readonly string[]): Promise<(T | null)[]> {
    return this.#commit.read(() => ids.map((id) => this.#rows.read(id)));
  }

  insert(doc: T): Promise<BulkOutcome> {
    return this.#commit.run(() => this.#insert(doc));
  }

  update(
    id: string,
    change: Change,
    options: { guard?: Filter; upsert?: boolean } = {},
  ): Promise<BulkOutcome> {
    return this.#commit.run(() => this.#update({ id, change, ...options }).outcome);
  }

  async findAndUpdate(id: string, change: Change, guard?: Filter): Promise<T | null> {
    const { outcome, doc } = await this.#commit.run(() => this.#update({ id, change, guard }));
    if (outcome.did === 'duplicate')
      throw new AssayError('store.conflict', `Unique index ${outcome.index} is taken.`);
    return doc;
  }

  delete(id: string, guard?: Filter): Promise<BulkOutcome> {
    return this.#commit.run(() => this.#delete(id, guard));
  }

  async bulk(ops: readonly BulkOp<T>[]): Promise<BulkOutcome[]> {
    const { outcomes, misfits } = await this.#commit.run(() => {
      const misfits: unknown[] = [];
      const outcomes = ops.map((op) => {
        try {
          return this.#execute(op);
        } catch (error) {
          if (!(error instanceof AssayError && error.code === 'store.change')) throw error;
          misfits.push(error);
          return { did: 'unmatched' } as const;
        }
      });
      return { outcomes, misfits };
    });
    if (misfits.length > 0) throw misfits[0];
    return outcomes;
  }

  page(query: Query): Promise<Page<T>> {
    return readPage(this.spec, query, (plan, count) =>
      this.#commit.read(() => this.#walker.fetch(plan, count)),
    );
  }

  async count(query: Omit<Query, 'after' | 'order'>): Promise<number> {
    if (query.residual !== undefined) return (await this.page(query)).docs.length;
    const plan = planQuery(this.spec, query);
    return this.#commit.read(() => this.#walker.count(plan, query.limit));
  }

  async explain(query: Query): Promise<{ usesIndex: boolean; plan: string }> {
    const plan = planQuery(this.spec, query);
    return this.#commit.read(() => this.#walker.explain(plan));
  }

  #execute(op: BulkOp<T>): BulkOutcome {
    if ('insert' in op) return this.#insert(op.insert);
    if ('update' in op) return this.#update(op.update).outcome;
    return this.#delete(op.delete.id, op.delete.guard);
  }

  #insert(doc: T): BulkOutcome {
    const taken = this.#rows.insert(doc);
    return taken === null ? { did: 'inserted' } : { did: 'duplicate', index: taken };
  }

  #update({ id, guard, change, upsert }: Update): { outcome: BulkOutcome; doc: T | null } {
    const old = this.#rows.read(id);
    if (old === null) {
      if (!upsert) return { outcome: { did: 'unmatched' }, doc: null };
      const doc = applyChange({ _id: id } as T, change, true);
      return { outcome: this.#insert(doc), doc };
    }
    if (!matches(old, guard)) return { outcome: { did: 'unmatched' }, doc: null };
    const before = this.#rows.trace(old);
    const doc = applyChange(old, change, false);
    const taken = this.#rows.replace(before, doc);
    if (taken !== null) return { outcome: { did: 'duplicate', index: taken }, doc: null };
    return { outcome: { did: 'updated' }, doc };
  }

  #delete(id: string, guard: Filter | undefined): BulkOutcome {
    const doc = this.#rows.read(id);
    if (doc === null || !matches(doc, guard)) return { did: 'unmatched' };
    this.#rows.remove(doc);
    return { did: 'deleted' };
  }
}
