/**
 * `assay score`: judges texts from a file or standard input, in the order they stand there. Reads no further than it can
 * write, so a slow reader slows it down; a line that cannot be judged is reported with its number and costs the others
 * nothing but the exit code.
 */
import type { Readable } from 'node:stream';
import { InvalidArgumentError, Option } from 'commander';
import type { DetectorName } from '../../detectors/detector.js';
import { readLetter } from '../../detectors/email/read-letter.js';
import { AssayError } from '../../schemas/errors.js';
import { contentHash } from '../../schemas/ids.js';
import { parseJson } from '../../schemas/json.js';
import { LIMITS } from '../../schemas/limits.js';
import { checkScoreLine, rawBytesOf, type ScoreLine } from '../../schemas/score-line.js';
import { wellFormed } from '../../schemas/unicode.js';
import type { Decision } from '../../schemas/verdict.js';
import type { JudgeInput } from '../../streams/judge.js';
import { type Judging, loadOptionsOf } from '../judging.js';
import type { AddCommand, Cli } from './command.js';
import { EXIT } from './exit-codes.js';
import { asText, openInput, readAll } from './input.js';
import { type Io, write, writeJson } from './io.js';
import { type InputLine, readLines } from './lines.js';
import { jsonOption, settings } from './settings.js';

export interface ScoreFlags {
  json?: boolean;
  jsonl?: boolean;
  kind: 'post' | 'email';
  html?: boolean;
  raw?: boolean;
  prior: number;
  detector?: DetectorName;
}

/** Lines judged together: enough to keep a detector busy, few enough to answer soon. */
const BATCH = 64;
const BATCH_BYTES = 1024 * 1024;

interface Ready {
  id: string | number;
  input: JudgeInput;
}

type Prepared = Ready | { line: number; error: AssayError };

/** Clips a letter's text as the pipeline does. */
const clip = (text: string): string => wellFormed(text.slice(0, LIMITS.textCodePoints));

async function inputOf(line: ScoreLine): Promise<JudgeInput> {
  const { kind, facets, lang } = line;
  if (line.raw !== undefined) {
    const bytes = rawBytesOf(line.raw);
    const content = clip((await readLetter(bytes)).text);
    return { kind, format: 'raw', content, contentHash: contentHash('raw', bytes), lang };
  }
  const format = line.text !== undefined ? 'text' : 'html';
  const content = line.text ?? line.html ?? '';
  return { kind, format, content, contentHash: contentHash(format, content), facets, lang };
}

async function prepare(line: InputLine): Promise<Prepared> {
  try {
    if ('tooLong' in line) {
      throw new AssayError(
        'request.too_large',
        `expected at most ${LIMITS.batchBodyBytes} bytes in a line, found ${line.tooLong}`,
      );
    }
    const checked = checkScoreLine(parseJson(line.bytes));
    return { id: checked.id ?? line.line, input: await inputOf(checked) };
  } catch (error) {
    if (error instanceof AssayError) return { line: line.line, error };
    throw error;
  }
}

/** One answer: the decision at the given prior, and what it rests on. */
async function answers(ready: readonly Ready[], judging: Judging, prior: number) {
  if (ready.length === 0) return [];
  const { detector, decide } = judging;
  const judgements = await detector.judge(ready.map(({ input }) => input));
  return judgements.map((judgement, at) => {
    const decision = decide(judgement, [], prior, detector.policy);
    return { id: ready[at]!.id, judgement, decision };
  });
}

type Answer = Awaited<ReturnType<typeof answers>>[number];

const lineOut = ({ id, judgement, decision }: Answer, detector: string) => ({
  id,
  probability: decision.probability,
  llr: judgement.llr,
  band: decision.band,
  symbols: judgement.symbols,
  detector,
});

const detail = ({ message, violations }: AssayError): string =>
  violations.length === 0
    ? message
    : violations
        .map(({ pointer, detail: found }) => `${pointer === '' ? '' : `${pointer}: `}${found}`)
        .join('; ');

async function complain(io: Io, json: boolean, line: number, error: AssayError): Promise<void> {
  const { code } = error;
  if (json) await writeJson(io.err, { line, error: { code, message: detail(error) } });
  else await write(io.err, `line ${line}: ${detail(error)}\n`);
}

async function scoreLines(io: Io, source: Readable, judging: Judging, flags: ScoreFlags): Promise<number> {
  let bad = 0;
  const flush = async (batch: readonly InputLine[]): Promise<void> => {
    const prepared = await Promise.all(batch.map(prepare));
    const ready = prepared.filter((one): one is Ready => 'input' in one);
    const out = await answers(ready, judging, flags.prior);
    for (const one of prepared) {
      if ('input' in one) continue;
      bad += 1;
      await complain(io, flags.json === true, one.line, one.error);
    }
    const { detectorSet } = judging.detector;
    await write(io.out, out.map((answer) => `${JSON.stringify(lineOut(answer, detectorSet))}\n`).join(''));
  };
  let batch: InputLine[] = [];
  let bytes = 0;
  for await (const line of readLines(source, LIMITS.batchBodyBytes)) {
    batch.push(line);
    bytes += 'bytes' in line ? line.bytes.length : 0;
    // A pipe that is fed line by line gets its answers line by line.
    if (batch.length < BATCH && bytes < BATCH_BYTES && source.readableLength > 0) continue;
    await flush(batch);
    batch = [];
    bytes = 0;
  }
  await flush(batch);
  return bad === 0 ? EXIT.ok : EXIT.failed;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** For people: the band, the probability, and each reason in words with its share. */
function inWords(decision: Decision, { sentenceOf, detector }: Judging): string {
  const [low, high] = decision.interval;
  const reasons = [...decision.reasons]
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .map(({ contribution, sentence, values }) => {
      const share = `${contribution < 0 ? '' : '+'}${contribution.toFixed(2)}`;
      return `  ${share.padStart(7)}  ${sentenceOf(sentence, values)}\n`;
    });
  return (
    `${decision.band}: probability ${percent(decision.probability)} (95% ${percent(low)} to ${percent(high)}) ` +
    `at prior ${decision.prior}\n${sentenceOf(decision.because)}\n${reasons.join('')}detector ${detector.detectorSet}\n`
  );
}

async function scoreWhole(io: Io, source: Readable, judging: Judging, flags: ScoreFlags): Promise<number> {
  const bytes = await readAll(source, LIMITS.mailBytes);
  const content = flags.raw
    ? { raw: bytes.toString('base64') }
    : { [flags.html ? 'html' : 'text']: asText(bytes) };
  const checked = checkScoreLine({ kind: flags.raw ? 'email' : flags.kind, ...content });
  const ready = [{ id: 1, input: await inputOf(checked) }];
  const [answer] = await answers(ready, judging, flags.prior);
  if (answer === undefined) throw new Error('expected a judgement, found none');
  if (flags.json) {
    const { id: _, ...rest } = lineOut(answer, judging.detector.detectorSet);
    await writeJson(io.out, rest);
  } else await write(io.out, inWords(answer.decision, judging));
  return EXIT.ok;
}

export async function score(
  { io, openJudging }: Pick<Cli, 'io' | 'openJudging'>,
  file: string,
  flags: ScoreFlags,
): Promise<number> {
  const source = await openInput(io, file);
  const options = loadOptionsOf(settings(io, {}).config);
  const judging = await openJudging(
    flags.detector === undefined ? options : { ...options, detector: flags.detector },
  );
  try {
    return await (flags.jsonl ? scoreLines : scoreWhole)(io, source, judging, flags);
  } finally {
    await judging.detector.close();
  }
}

export function parsePrior(text: string): number {
  const value = /^\d?(\.\d{1,12})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('expected a number above 0 and below 1.');
}

export const addScore: AddCommand = (program, cli) => {
  program
    .command('score')
    .description('score a text, or with --jsonl one JSON object a line {id, kind, text | html | raw}')
    .argument('[file]', 'file to read; - for standard input', '-')
    .option('--jsonl', 'one JSON object a line in and out, in the order of the input')
    .addOption(new Option('--kind <kind>', 'what a plain text is').choices(['post', 'email']).default('post'))
    .option('--html', 'the text is HTML')
    .addOption(new Option('--raw', 'the text is a whole letter with its headers').conflicts('html'))
    .addOption(
      new Option('--prior <number>', 'share of machine-written texts expected')
        .default(0.5)
        .argParser(parsePrior),
    )
    .addOption(
      new Option('--detector <name>', 'detector to use (default: ASSAY_DETECTOR)').choices([
        'cascade',
        'first-stage',
      ]),
    )
    .addOption(jsonOption())
    .action(cli.act((file: string, flags: ScoreFlags) => score(cli, file, flags)));
};
