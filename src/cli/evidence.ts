/**
 * `assay evidence --jsonl`: judges passkeys' responses and presented credentials offline, by the judge that enrolment and
 * signing use, so that anybody can try to fool it. Nothing is fetched. Evidence that is refused is a result; only a line
 * that cannot be read costs the exit code (docs/evidence.md).
 */
import { AssayError } from '../../schemas/errors.js';
import { hasByteOrderMark, parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { readCredentialTrust } from '../attest/evidence/credential-trust.js';
import { type JudgeOptions, judgeEvidence } from '../attest/evidence/judge.js';
import { readMetadata } from '../attest/evidence/metadata.js';
import { readNamedFile } from '../attest/trust-file.js';
import type { AddCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { openInput } from './input.js';
import { type Io, writeJson } from './io.js';
import { type InputLine, nameOf, readLines } from './lines.js';
import { jsonOption } from './settings.js';
import { complaintsTo, statusFolder } from './verify-lines.js';

export interface EvidenceFlags {
  trust: string;
  status?: string;
  metadata?: string;
  metadataRoot?: string;
}

async function judgeOf(
  io: Io,
  { trust, status, metadata, metadataRoot }: EvidenceFlags,
): Promise<JudgeOptions> {
  if ((metadata === undefined) !== (metadataRoot === undefined)) {
    throw new AssayError('config.invalid', 'expected --metadata and --metadata-root together');
  }
  const kept = status === undefined ? null : statusFolder(status, complaintsTo(io, true));
  return {
    trust: await readCredentialTrust(trust),
    lists: async (uri) => (await kept?.get(uri)) ?? null,
    metadata:
      metadata === undefined
        ? null
        : await readMetadata(
            (await readNamedFile(metadata)).toString('latin1'),
            (await readNamedFile(metadataRoot as string)).toString('latin1'),
          ),
  };
}

/** The answer to a line, and whether the line could be read at all. */
async function answerLine(
  input: InputLine,
  options: JudgeOptions,
): Promise<{ read: boolean; answer: object }> {
  const unread = (error: string) => ({
    read: false,
    answer: { ...nameOf(null, input.line), accepted: false, error },
  });
  if ('tooLong' in input) return unread('evidence.too_large');
  let line: unknown;
  try {
    line = parseJson(input.bytes);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return unread('evidence.malformed');
  }
  const isObject = typeof line === 'object' && line !== null && !Array.isArray(line);
  if (!isObject || hasByteOrderMark(input.bytes)) return unread('evidence.malformed');
  const judged = await judgeEvidence(line as Record<string, unknown>, options, Date.now());
  return { read: true, answer: { ...nameOf(line, input.line), ...judged } };
}

export async function judgeFile(io: Io, file: string, flags: EvidenceFlags): Promise<number> {
  const options = await judgeOf(io, flags);
  let code: number = EXIT.ok;
  for await (const input of readLines(await openInput(io, file), LIMITS.batchBodyBytes)) {
    const { read, answer } = await answerLine(input, options);
    if (!read) code = EXIT.failed;
    await writeJson(io.out, answer);
  }
  return code;
}

export const addEvidence: AddCommand = (program, { io, act }) => {
  program
    .command('evidence')
    .description('judge passkeys and presented credentials as enrolment does, offline')
    .argument('[file]', 'file with the lines; - for standard input', '-')
    .requiredOption('--trust <file>', 'whose credentials count: issuers with their keys (trust.json)')
    .option('--status <folder>', 'folder of status lists, <sha256 of the uri>.jwt each')
    .option('--metadata <file>', 'FIDO metadata blob; without it no authenticator is known')
    .option('--metadata-root <file>', 'certificate that the blob’s chain must end at, in PEM')
    .requiredOption('--jsonl', 'one JSON object a line {id, kind, input, expected} in and out')
    .addOption(jsonOption())
    .action(act((file: string, flags: EvidenceFlags) => judgeFile(io, file, flags)));
};
