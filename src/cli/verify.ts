/**
 * `assay verify`: checks attestations offline, against a trust list and kept status lists, with the verifier library
 * that readers use. Nothing is fetched. A token that does not hold is a result, not an error; the exit code tells them apart.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Option } from 'commander';
import { type FilterPolicy, TrustList, VerifyRequest, type VerifyResult } from '../../schemas/attestation.js';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { parseAs } from '../../schemas/problem.js';
import { createVerifier, labelOf, type Verifier } from '../client/html.js';
import type { AddCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { asText, openInput, readAll } from './input.js';
import { type Io, write, writeJson } from './io.js';
import { readLines } from './lines.js';
import { jsonOption, wholeNumber } from './settings.js';

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
}

async function readFileOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AssayError('config.invalid', `${path} cannot be read (${code}).`, { cause });
  }
}

async function readTrust(path: string): Promise<TrustList> {
  try {
    return parseAs(TrustList, parseJson(await readFileOf(path)), 'request.invalid');
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
    const where = error.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    const found = where === '' ? error.message : where;
    throw new AssayError('config.invalid', `${path} is not a trust list: ${found}`, { cause: error });
  }
}

/** Status lists as files, named by the SHA-256 of their uri; one that is missing is simply not known. */
const statusFolder = (folder: string) => ({
  async get(uri: string): Promise<string | null> {
    const name = `${createHash('sha256').update(uri).digest('hex')}.jwt`;
    return readFile(join(folder, name), 'utf8').then(
      (text) => text.trim(),
      () => null,
    );
  },
  async set(): Promise<void> {},
});

async function verifierOf({ trust, status, minHal, acceptStale }: VerifyFlags): Promise<Verifier> {
  const policy: Partial<FilterPolicy> = { minHal, onStale: acceptStale ? 'open' : 'closed' };
  const cache = status === undefined ? undefined : statusFolder(status);
  return createVerifier({ trust: await readTrust(trust), policy, ...(cache ? { cache } : {}) });
}

function inWords(result: VerifyResult): string {
  const { valid, lvl, author, content, status, statusAsOf, stale, errors } = result;
  const facts = [
    `author ${author}, content ${content}`,
    `status ${status}${statusAsOf === null ? '' : ` as of ${statusAsOf}`}${stale ? ' (stale)' : ''}`,
  ];
  const verdict = valid ? `valid: ${labelOf(lvl ?? { prs: 0, unq: 0 })}` : `not valid: ${errors.join(', ')}`;
  return `${verdict}\n${facts.join('\n')}\nnot proven: ${result.notProven.join(', ')}\n`;
}

async function verifyOne(io: Io, file: string, verifier: Verifier, flags: VerifyFlags): Promise<number> {
  const { token, tokenFile, author, platform } = flags;
  if ((token === undefined) === (tokenFile === undefined)) {
    throw new AssayError('config.invalid', 'expected exactly one of --token and --token-file');
  }
  const found = token ?? (await readFileOf(tokenFile as string)).toString('utf8');
  const text = asText(await readAll(await openInput(io, file), LIMITS.bodyBytes));
  const result = await verifier.verify(found.trim(), {
    [flags.html ? 'html' : 'text']: text,
    ...(author === undefined ? {} : { author }),
    ...(platform === undefined ? {} : { platform }),
  });
  await (flags.json ? writeJson(io.out, result) : write(io.out, inWords(result)));
  return result.valid ? EXIT.ok : EXIT.failed;
}

async function verifyLines(io: Io, source: Readable, verifier: Verifier, json: boolean): Promise<number> {
  let code: number = EXIT.ok;
  for await (const input of readLines(source, LIMITS.bodyBytes)) {
    try {
      if ('tooLong' in input) throw new AssayError('request.too_large');
      const request = parseAs(VerifyRequest, parseJson(input.bytes), 'request.invalid');
      const { id = String(input.line), token, ...found } = request;
      const result = await verifier.verify(token, found);
      await writeJson(io.out, { id, ...result });
      if (!result.valid) code = EXIT.failed;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
      code = EXIT.failed;
      await (json
        ? writeJson(io.err, { line: input.line, error: { code: error.code, message: error.message } })
        : write(io.err, `line ${input.line}: ${error.message}\n`));
    }
  }
  return code;
}

export async function verify(io: Io, file: string, flags: VerifyFlags): Promise<number> {
  const verifier = await verifierOf(flags);
  if (!flags.jsonl) return verifyOne(io, file, verifier, flags);
  return verifyLines(io, await openInput(io, file), verifier, flags.json === true);
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
    .option('--jsonl', 'one JSON object a line {id, token, text | html, author, platform} in and out')
    .addOption(jsonOption())
    .action(act((file: string, flags: VerifyFlags) => verify(io, file, flags)));
};
