/** One line of progress on stderr: rewritten in place on a terminal, now and then a new line elsewhere. */
import type { Writable } from 'node:stream';

const TERMINAL_EVERY_MS = 200;
const LINES_EVERY_MS = 5_000;

export class StatusLine {
  readonly #err: Writable & { isTTY?: boolean };
  readonly #line: () => string;
  readonly #timer: NodeJS.Timeout;

  /** @param line asked for whenever it is written */
  constructor(err: Writable, line: () => string) {
    this.#err = err;
    this.#line = line;
    this.#timer = setInterval(
      () => this.#write(),
      this.#err.isTTY === true ? TERMINAL_EVERY_MS : LINES_EVERY_MS,
    );
    this.#timer.unref();
  }

  #write(): void {
    const line = this.#line();
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
