/**
 * What a loop waits on between two looks: somebody calls, the time is up, or it is told to stop. A call while the loop is at
 * work is kept, so that nothing that came meanwhile waits for the time.
 */
export class Alarm {
  #rung = false;
  #wake: () => void = () => undefined;

  /** Says that there may be something to do. */
  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Forgets calls so far: what they were about is looked at now. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves after `ms`, at a call, or when the signal is aborted; at once when there was a call since {@link reset}. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const now = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', now);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(now, ms);
      this.#wake = now;
      signal.addEventListener('abort', now);
    });
  }
}
