/**
 * `assay canonicalise`: the canonical text and its hashes, from one text or, with `--jsonl`, one a line in the order of
 * the input. A text that has no canonical form is an answer like any other, `{id, error}`; only a line that cannot be
 * read costs the exit code. Reads no further than it can write (docs/attestation-hpt.md).
 */
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { Facet } from '../../schemas/post.js';
import { parseAs } from '../../schemas/problem.js';
import { type CanonicalText, canonicalText } from '../client/canonical.js';
import { hashesOf } from '../client/hash.js';
import { canonicalHtml } from '../client/html.js';
import { TextRejected } from '../client/rejection.js';
import type { AddCommand } from './command.js';
import { EXIT } from './exit-codes.js';
import { asText, openInput, readAll } from './input.js';
import { type Io, write, writeJson } from './io.js';
import { type InputLine, type LineName, nameOf, readLines } from './lines.js';
import { jsonOption } from './settings.js';

export interface CanonicaliseFlags {
  jsonl?: boolean;
  json?: boolean;
  html?: boolean;
}

/** A line of input. Sizes and places of facets are the canonical text's own affair: it has a reason for each. */
const CanonicaliseLine = z.object({
  platform: z.string().nullish(),
  text: z.string().nullish(),
  html: z.string().nullish(),
  facets: z.array(Facet.extend({ start: z.number(), end: z.number(), uri: z.string().optional() })).nullish(),
});
export type CanonicaliseLine = z.infer<typeof CanonicaliseLine>;

export type CanonicalAnswer =
  | { h: string; w: string | null; canonical: string; reported: string[] }
  | { error: string };

/** The canonical form and hashes of exactly one of text and HTML, or why there are none. */
export async function canonicalise({ text, html, facets }: CanonicaliseLine): Promise<CanonicalAnswer> {
  try {
    const found = canonicalOf(text ?? undefined, html ?? undefined, facets ?? undefined);
    const { h, w } = await hashesOf(found);
    return { h, w, canonical: found.canonical, reported: found.reported };
  } catch (error) {
    if (error instanceof TextRejected) return { error: error.reason };
    throw error;
  }
}

function canonicalOf(
  text: string | undefined,
  html: string | undefined,
  facets: NonNullable<CanonicaliseLine['facets']> | undefined,
): CanonicalText {
  if (text !== undefined && html === undefined) return canonicalText(text, facets);
  if (html !== undefined && text === undefined) return canonicalHtml(html);
  throw new TextRejected('not_one_text', 'expected exactly one of text and html');
}

/** The answer to a line, and whether the line could be read at all. */
async function answerLine(input: InputLine): Promise<{ read: boolean; answer: object }> {
  let name: LineName = { line: input.line };
  try {
    if ('tooLong' in input) throw new AssayError('request.too_large');
    const given = parseJson(input.bytes);
    name = nameOf(given, input.line);
    const line = parseAs(CanonicaliseLine, given, 'request.invalid');
    return { read: true, answer: { ...name, ...(await canonicalise(line)) } };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { read: false, answer: { ...name, error: error.code } };
  }
}

async function canonicaliseLines(io: Io, source: Readable): Promise<number> {
  let code: number = EXIT.ok;
  for await (const input of readLines(source, LIMITS.batchBodyBytes)) {
    const { read, answer } = await answerLine(input);
    if (!read) code = EXIT.failed;
    await writeJson(io.out, answer);
  }
  return code;
}

async function canonicaliseOne(io: Io, source: Readable, flags: CanonicaliseFlags): Promise<number> {
  const content = asText(await readAll(source, LIMITS.batchBodyBytes));
  const answer = await canonicalise(flags.html ? { html: content } : { text: content });
  if (flags.json) await writeJson(io.out, answer);
  else if ('error' in answer) await write(io.err, `no canonical form: ${answer.error}\n`);
  else {
    const reported = answer.reported.length === 0 ? '' : `reported ${answer.reported.join(', ')}\n`;
    await write(io.out, `${answer.canonical}\n\nh ${answer.h}\nw ${answer.w ?? '-'}\n${reported}`);
  }
  return 'error' in answer ? EXIT.failed : EXIT.ok;
}

export async function canonicaliseFile(io: Io, file: string, flags: CanonicaliseFlags): Promise<number> {
  const source = await openInput(io, file);
  return flags.jsonl ? canonicaliseLines(io, source) : canonicaliseOne(io, source, flags);
}

export const addCanonicalise: AddCommand = (program, { io, act }) => {
  program
    .command('canonicalise')
    .description('write down the canonical text that an attestation is about, with its hashes')
    .argument('[file]', 'file with the text; - for standard input', '-')
    .option('--html', 'the text is HTML')
    .option('--jsonl', 'one JSON object a line {id, text | html, platform, facets} in and out')
    .addOption(jsonOption())
    .action(act((file: string, flags: CanonicaliseFlags) => canonicaliseFile(io, file, flags)));
};
