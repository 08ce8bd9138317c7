/** Exit codes of `assay`, as documented in docs/cli.md. */
import { AssayError, type ErrorCode } from '../../schemas/errors.js';

export const EXIT = {
  /** Everything asked for was done. */
  ok: 0,
  /** Something could not be done, or was found wanting: a bad line, a token that does not hold, a part that is not ready. */
  failed: 1,
  /** The command line or the settings are wrong; nothing was begun. */
  usage: 2,
} as const;

const USAGE: ReadonlySet<ErrorCode> = new Set(['config.invalid', 'config.port_taken']);

/** @returns the exit code an error stands for */
export const exitCodeOf = (error: unknown): number =>
  error instanceof AssayError && USAGE.has(error.code) ? EXIT.usage : EXIT.failed;
