/**
 * Structured logs (one JSON object a line) that hold no text, no token and no secret: fields that carry such things are
 * redacted by name, and errors are reduced to what cannot quote input.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { AssayError } from '../../schemas/errors.js';

/** Names of fields that are never logged, wherever they stand up to three levels deep. */
const NEVER = [
  'text',
  'html',
  'raw',
  'subject',
  'content',
  'value',
  'body',
  'words',
  'token',
  'attestation',
  'authorization',
  'cookie',
  'password',
  'secret',
  'sealing',
  'mongoUrl',
  'csrf',
  'mailFrom',
  'rcptTo',
  'clientIp',
  'handle',
];

const redactPaths = NEVER.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

interface ErrorFacts {
  type: string;
  code?: string;
  message?: string;
  stack?: string;
  cause?: ErrorFacts;
}

/** Frames only: the first lines of a stack repeat the message, which may quote what was read. */
const frames = (stack: string | undefined): string | undefined =>
  stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 10)
    .join('\n');

/** What may be said of an error. Only our own messages are known to quote nothing; of foreign errors the code is kept. */
export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = error.cause !== undefined && depth < 3 ? { cause: errorFacts(error.cause, depth + 1) } : {};
  if (error instanceof AssayError) {
    return { type: error.name, code: error.code, message: error.message, ...cause };
  }
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    stack: frames(error.stack),
    ...cause,
  };
}

/**
 * @param level least level that is written
 * @param destination default: standard error, so that standard output stays free for results
 */
export const createLogger = (level: string, destination: DestinationStream = pino.destination(2)): Logger =>
  pino(
    {
      level,
      base: { service: 'assay', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactPaths, censor: '[redacted]' },
      serializers: { err: (error: unknown) => errorFacts(error) },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
