/**
 * Follows the announcements of a load test: which verdicts were announced, how long after their posts were due, and what
 * came twice. Remembers only what is on its way, so that a long run stays flat.
 */
import { createHistogram } from 'node:perf_hooks';
import type { LogRecord } from '../../streams/log/port.js';

export interface Latency {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export class Follower {
  readonly #due = new Map<string, number>();
  readonly #micros = createHistogram();
  readonly #now: () => number;
  #announced = 0;
  #repeated = 0;

  /** @param now milliseconds that only rise; the clock that due times are on */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Verdicts announced, each once. */
  get announced(): number {
    return this.#announced;
  }

  /** Announcements beyond the first: delivery is at least once. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Verdicts expected and not yet announced. */
  get waiting(): number {
    return this.#due.size;
  }

  /** Expects a verdict. @param dueMs when its post was to be appended */
  expect(verdictId: string, dueMs: number): void {
    this.#due.set(verdictId, dueMs);
  }

  /** Takes records of the verdicts topic. @param ours whether a record is of this run */
  see(records: readonly LogRecord[], ours: (record: LogRecord) => boolean): void {
    const now = this.#now();
    for (const record of records) {
      if (!ours(record)) continue;
      const id = record.headers['ce_id'] ?? '';
      const dueMs = this.#due.get(id);
      if (dueMs === undefined) {
        this.#repeated += 1;
        continue;
      }
      this.#due.delete(id);
      this.#announced += 1;
      this.#micros.record(Math.max(1, Math.round((now - dueMs) * 1_000)));
    }
  }

  /** Milliseconds; zeros where nothing was announced. */
  latency(): Latency {
    if (this.#announced === 0) return { p50: 0, p95: 0, p99: 0, max: 0 };
    const ms = (micros: number): number => Math.round(micros / 100) / 10;
    const at = (percentile: number): number => ms(this.#micros.percentile(percentile));
    return { p50: at(50), p95: at(95), p99: at(99), max: ms(this.#micros.max) };
  }
}
