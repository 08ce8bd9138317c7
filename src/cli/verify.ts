/**
 * `assay verify`: checks attestations offline, against a trust list and kept status lists, with the verifier library
 * that readers use. Nothing is fetched. A token that does not hold is a result, not an error; the exit code tells them apart.
 */
import type { Readable } from 'node:stream';
import { InvalidArgumentError, Option } from 'commander';
import type { FilterPolicy, VerifyResult } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { readNamedFile, readTrust } from '../attest/trust-file.js';
import { createVerifier, labelOf, type Verifier } from '../client/html.js';
import type { AddCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { asText, openInput, readAll } from './input.js';
import { type Io, write, writeJson } from './io.js';
import { readLines } from './lines.js';
import { jsonOption, wholeNumber } from './settings.js';
import { complaintsTo, LineVerifier, statusFolder } from './verify-lines.js';

export interface VerifyFlags {
  json?: boolean;
  jsonl?: boolean;
  token?: string;
  tokenFile?: string;
  html?: boolean;
  author?: string;
  platform?: string;
  trust: string;
  status?: string;
  minHal: number;
  acceptStale?: boolean;
  at?: number;
  maxStatusAge?: number;
}

async function verifierOf(io: Io, flags: VerifyFlags): Promise<Verifier> {
  const { trust, status, minHal, acceptStale, at, maxStatusAge } = flags;
  const policy: Partial<FilterPolicy> = {
    minHal,
    onStale: acceptStale ? 'open' : 'closed',
    ...(maxStatusAge === undefined ? {} : { maxStatusAgeS: maxStatusAge }),
  };
  const cache =
    status === undefined
      ? undefined
      : statusFolder(status, complaintsTo(io, Boolean(flags.json || flags.jsonl)));
  return createVerifier({
    trust: await readTrust(trust),
    policy,
    ...(cache ? { cache } : {}),
    ...(at === undefined ? {} : { clock: () => at }),
  });
}

function inWords(result: VerifyResult): string {
  const { valid, lvl, author, content, status, statusAsOf, stale, errors, reported } = result;
  const facts = [
    `author ${author}, content ${content}`,
    `status ${status}${statusAsOf === null ? '' : ` as of ${statusAsOf}`}${stale ? ' (stale)' : ''}`,
    ...(reported.length === 0 ? [] : [`reported ${reported.join(', ')}`]),
  ];
  const verdict = valid ? `valid: ${labelOf(lvl ?? { prs: 0, unq: 0 })}` : `not valid: ${errors.join(', ')}`;
  return `${verdict}\n${facts.join('\n')}\nnot proven: ${result.notProven.join(', ')}\n`;
}

async function verifyOne(io: Io, file: string, verifier: Verifier, flags: VerifyFlags): Promise<number> {
  const { token, tokenFile, author, platform } = flags;
  if ((token === undefined) === (tokenFile === undefined)) {
    throw new AssayError('config.invalid', 'expected exactly one of --token and --token-file');
  }
  const found = token ?? (await readNamedFile(tokenFile as string)).toString('utf8');
  const text = asText(await readAll(await openInput(io, file), LIMITS.batchBodyBytes));
  const result = await verifier.verify(found.trim(), {
    [flags.html ? 'html' : 'text']: text,
    ...(author === undefined ? {} : { author }),
    ...(platform === undefined ? {} : { platform }),
  });
  await (flags.json ? writeJson(io.out, result) : write(io.out, inWords(result)));
  return result.valid ? EXIT.ok : EXIT.failed;
}

/** A line is answered by a line, a bad one too. */
async function verifyLines(io: Io, source: Readable, verifier: Verifier): Promise<number> {
  const lines = new LineVerifier(verifier);
  let code: number = EXIT.ok;
  for await (const input of readLines(source, LIMITS.batchBodyBytes)) {
    const answer =
      'tooLong' in input
        ? { line: input.line, error: { code: 'request.too_large', message: `found ${input.tooLong} bytes` } }
        : await lines.answer(input.bytes, input.line);
    if (!('valid' in answer) || !answer.valid) code = EXIT.failed;
    await writeJson(io.out, answer);
  }
  return code;
}

/** A time as RFC 3339 with a zone, or as seconds since the epoch. */
export function parseTime(text: string): number {
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) * 1000 : Number.NaN;
  const dated = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text);
  const ms = dated ? Date.parse(text) : seconds;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('expected a time such as 2030-01-15T00:00:00Z, or seconds since 1970.');
}

export async function verify(io: Io, file: string, flags: VerifyFlags): Promise<number> {
  const verifier = await verifierOf(io, flags);
  if (!flags.jsonl) return verifyOne(io, file, verifier, flags);
  return verifyLines(io, await openInput(io, file), verifier);
}

export const addVerify: AddCommand = (program, { io, act }) => {
  program
    .command('verify')
    .description('check an attestation against the text it is said to be for, offline')
    .argument('[file]', 'file with the text; - for standard input', '-')
    .requiredOption('--trust <file>', 'trust list: issuers with their keys (trust.json)')
    .option('--status <folder>', 'folder of status lists, <sha256 of the uri>.jwt each')
    .addOption(new Option('--token <jws>', 'the token').conflicts(['tokenFile', 'jsonl']))
    .addOption(new Option('--token-file <file>', 'file with the token').conflicts('jsonl'))
    .option('--html', 'the text is HTML')
    .option('--author <id>', 'account id under which the text stands')
    .option('--platform <name>', 'platform on which it stands')
    .option('--min-hal <level>', 'least level to accept, 0 to 3', wholeNumber(0, 3), 0)
    .option('--accept-stale', 'accept a token whose status list is old or missing')
    .option('--at <time>', 'verify as of this time (default: now)', parseTime)
    .option(
      '--max-status-age <seconds>',
      'greatest accepted age of a status list (default 300)',
      wholeNumber(0, 1_000_000_000),
    )
    .option('--jsonl', 'one JSON object a line {id, token, text | html, author, platform} in and out')
    .addOption(jsonOption())
    .action(act((file: string, flags: VerifyFlags) => verify(io, file, flags)));
};
