/**
 * What was opened, closed in reverse order: at the end of a run, and when opening fails half way. A part that fails to
 * close does not keep the others open.
 */
export class Closing {
  readonly #steps: { name: string; close: () => Promise<void> | void }[] = [];
  #closed: Promise<void> | null = null;

  /** Notes how to close a part that was just opened. */
  add(name: string, close: () => Promise<void> | void): void {
    this.#steps.push({ name, close });
  }

  /**
   * Closes everything, last opened first. Idempotent.
   * @param onError told of parts that failed to close
   */
  close(onError: (error: unknown, part: string) => void = () => undefined): Promise<void> {
    this.#closed ??= (async () => {
      for (const { name, close } of this.#steps.reverse()) {
        try {
          await close();
        } catch (error) {
          onError(error, name);
        }
      }
    })();
    return this.#closed;
  }
}
