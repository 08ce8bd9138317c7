/**
 * Reads a letter from its raw bytes: the headers that place it in a thread, and its text as a reader sees it. Behind it
 * stands mailparser, held to bounds of ours; attachments pass through and are dropped. Where a letter comes as HTML,
 * with or without a plain alternative, the HTML counts, because that is what mail programs show.
 */
import { type AttachmentStream, MailParser, type MailParserOptions, type MessageText } from 'mailparser';
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import { htmlText } from './html-text.js';

/** A letter as read from its raw bytes; what `ReadLetter` of the streams promises. */
export interface Letter {
  subject: string;
  /** Body text as a reader sees it, lines separated by LF. */
  text: string;
  /** Address of the From header, lower case; a claim of the sender. */
  from: string | null;
  messageId: string | null;
  inReplyTo: string | null;
  /** Message-IDs from the first of the thread on. */
  references: readonly string[];
}

/** No part may be nested deeper than there are parts, so the first bound stands for the depth too. */
const BOUNDS = { maxChildNodes: LIMITS.mailParts, maxHeadSize: LIMITS.mailHeadBytes };
/** The parser gets its bytes in pieces of this size, so that it can be seen to go on. */
const PIECE_BYTES = 64 * 1024;
/**
 * mailparser never ends some damaged letters. It waits for nothing outside the process, so when this many turns of the
 * event loop bring no piece to its end, none will: a bound on work, not on time (a letter of 10 MiB needs about ten a piece).
 */
const SILENT_TURNS = 5_000;

const OPTIONS = {
  ...BOUNDS,
  skipHtmlToText: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepCidLinks: true,
  checksumAlgo: false,
  // Heads of forwarded letters are shown with their date; one that cannot be read would become today's.
  formatDateString: () => '',
};

interface Read {
  headers: Map<string, unknown>;
  body: { text: string; html: string };
}

const malformed = (detail: string, cause?: unknown): AssayError =>
  new AssayError('item.unparsable', `The mail could not be read: ${detail}`, { cause });

/** What the parser says, as one promise; `fail` ends it from outside. */
function listen(parser: MailParser): { read: Promise<Read>; fail: (cause: unknown) => void } {
  const result: Read = { headers: new Map(), body: { text: '', html: '' } };
  let fail: (cause: unknown) => void = () => undefined;
  const read = new Promise<Read>((resolve, reject) => {
    fail = reject;
    parser.on('headers', (headers) => {
      result.headers = headers;
    });
    parser.on('data', (part: AttachmentStream | MessageText) => {
      if (part.type === 'attachment') {
        const content = part.content as NodeJS.ReadableStream;
        content.on('end', () => part.release?.());
        content.on('error', reject);
        content.resume();
      } else {
        result.body = { text: part.text ?? '', html: typeof part.html === 'string' ? part.html : '' };
      }
    });
    parser.on('error', reject);
    parser.on('end', () => resolve(result));
  });
  return { read, fail };
}

/** Hands the bytes over piece by piece, and watches that each comes to its end. */
async function parse(raw: Buffer): Promise<Read> {
  const parser = new MailParser(OPTIONS as unknown as MailParserOptions);
  const { read, fail } = listen(parser);
  let turns = 0;
  let running = true;
  const watch = (): void => {
    if (!running) return;
    turns += 1;
    if (turns > SILENT_TURNS) fail(new Error('the parser has fallen silent'));
    else setImmediate(watch);
  };
  setImmediate(watch);
  const feed = async (): Promise<void> => {
    for (let at = 0; at < raw.length; at += PIECE_BYTES) {
      await new Promise<void>((resolve) =>
        parser.write(raw.subarray(at, at + PIECE_BYTES), () => {
          turns = 0;
          resolve();
        }),
      );
    }
    parser.end();
  };
  try {
    feed().catch(fail);
    return await read;
  } catch (cause) {
    const tooMuch = (cause as { code?: unknown }).code === 'EMAXLEN';
    const bounds = `expected at most ${LIMITS.mailParts} parts and ${LIMITS.mailHeadBytes} bytes of headers in each, found more`;
    throw malformed(tooMuch ? bounds : 'its structure is damaged', cause);
  } finally {
    running = false;
    parser.destroy();
  }
}

const single = (value: unknown): string => {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
};

/** The ids in a Message-ID, In-Reply-To or References header, without their brackets; comments and words between them are dropped. */
function messageIds(value: unknown): string[] {
  const text = Array.isArray(value) ? value.join(' ') : single(value);
  const ids = [...text.matchAll(/<([^<>\s]{1,998})>/g)].map(([, id]) => id as string);
  return ids.slice(0, LIMITS.mailReferences);
}

interface Address {
  address?: string;
  group?: Address[];
}

/** First address of a From header, groups opened. */
function addressOf(value: unknown): string | null {
  const list = (value as { value?: Address[] } | undefined)?.value ?? [];
  const address = list
    .flatMap((one) => [one, ...(one.group ?? [])])
    .map((one) => (one.address ?? '').trim().toLowerCase())
    .find((one) => one !== '');
  return address ?? null;
}

/** mailparser takes bytes without a single field for a letter without headers; then there is no letter. */
function expectHeaders(raw: Buffer): void {
  const head = raw.subarray(0, LIMITS.mailHeadBytes).toString('latin1');
  // The first line may be an mbox separator or the rest of a folded field; some field has to follow before the body.
  const end = /\r?\n\r?\n/.exec(head)?.index ?? head.length;
  if (!/^[!-9;-~]{1,200}[ \t]*:/m.test(head.slice(0, end))) {
    throw malformed('expected header fields before the text, found none');
  }
}

/**
 * @param raw RFC 5322 bytes
 * @throws {AssayError} `item.unparsable` for what is no letter, has too many parts or headers; never an error of the parser's
 */
export async function readLetter(raw: Buffer): Promise<Letter> {
  if (raw.length > LIMITS.mailBytes) {
    throw malformed(`expected at most ${LIMITS.mailBytes} bytes, found ${raw.length}`);
  }
  expectHeaders(raw);
  const { headers, body } = await parse(raw);
  const shown = body.html === '' ? '' : htmlText(body.html.slice(0, LIMITS.mailHtmlLength));
  const text = shown.trim() === '' ? body.text.replace(/\r\n?/g, '\n') : shown;
  const references = messageIds(headers.get('references'));
  return {
    subject: single(headers.get('subject')).replace(/\s+/g, ' ').trim(),
    text: text.trim(),
    from: addressOf(headers.get('from')),
    messageId: messageIds(headers.get('message-id'))[0] ?? null,
    inReplyTo: messageIds(headers.get('in-reply-to'))[0] ?? null,
    references,
  };
}
