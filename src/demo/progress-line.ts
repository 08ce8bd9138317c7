/** The demo's one line of progress on stderr: rewritten in place on a terminal, now and then a new line elsewhere. */
import type { Writable } from 'node:stream';

export interface Counts {
  /** Items of the whole stream. */
  all: number;
  sent: number;
  /** Judged since this start. */
  judged: number;
  /** Of those, in band `machine`. */
  flagged: number;
}

const TERMINAL_EVERY_MS = 200;
const LINES_EVERY_MS = 5_000;

const number = (value: number): string => value.toLocaleString('en-US');

export class ProgressLine {
  readonly #err: Writable & { isTTY?: boolean };
  readonly #counts: () => Counts;
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(err: Writable, counts: () => Counts) {
    this.#err = err;
    this.#counts = counts;
    this.#timer = setInterval(
      () => this.#write(),
      this.#err.isTTY === true ? TERMINAL_EVERY_MS : LINES_EVERY_MS,
    );
    this.#timer.unref();
  }

  #write(): void {
    const { all, sent, judged, flagged } = this.#counts();
    const seconds = (performance.now() - this.#begun) / 1_000;
    const rate = seconds > 0 ? Math.round(judged / seconds) : 0;
    const line = `${number(sent)} of ${number(all)} in · ${number(judged)} judged · ${number(flagged)} flagged · ${number(rate)}/s`;
    // Carriage return, then "erase to the end of the line", as the next line may be shorter.
    this.#err.write(this.#err.isTTY === true ? `\r${line}\u001b[K` : `${line}\n`);
  }

  /** Writes the last state and leaves the line. */
  end(): void {
    clearInterval(this.#timer);
    this.#write();
    if (this.#err.isTTY === true) this.#err.write('\n');
  }
}
