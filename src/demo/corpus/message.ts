/**
 * As much of RFC 5322 and MIME as a mailing list's messages need to become posts: header fields, and the first plain text
 * part with its transfer encoding and charset undone. Letters that are judged as mail go through the real reader.
 */

export interface Message {
  /** Values by lower-case field name, unfolded, in order. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: Buffer;
}

/** Splits headers from body at the first empty line. Bytes are read as Latin-1, so none is lost. */
export function parseMessage(raw: Buffer): Message {
  const text = raw.toString('latin1');
  const gap = /^\r?\n|\r?\n\r?\n/.exec(text);
  const end = gap === null ? text.length : gap.index;
  const headers = new Map<string, string[]>();
  for (const line of text
    .slice(0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(line.slice(colon + 1).trim());
    headers.set(name, values);
  }
  return { headers, body: raw.subarray(gap === null ? raw.length : gap.index + gap[0].length) };
}

/** First value of a header field, empty where there is none. */
export const header = (message: Message, name: string): string => message.headers.get(name)?.[0] ?? '';

/** Nested multiparts are followed this deep. */
const DEPTH = 4;

const parameter = (value: string, name: string): string =>
  new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(value)?.slice(1).find(Boolean) ?? '';

function undoTransfer(body: Buffer, encoding: string): Buffer {
  if (/base64/i.test(encoding)) return Buffer.from(body.toString('latin1'), 'base64');
  if (!/quoted-printable/i.test(encoding)) return body;
  const text = body
    .toString('latin1')
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** 0x80 to 0x9f in Windows-1252. Node's own decoder reads them as control characters on some versions. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const latin = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!);

/** Windows-1252 is what senders of the time meant by Latin-1 and when they said nothing, and stands in for unknown names. */
function decode(bytes: Buffer, charset: string): string {
  if (/^(?:us-ascii|iso-8859-1|windows-1252)?$/i.test(charset)) return latin(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return latin(bytes);
  }
}

/** The first text/plain part, line ends as LF; null where the message has none. */
export function plainText(message: Message, depth = 0): string | null {
  const type = header(message, 'content-type') || 'text/plain';
  if (/^\s*text\/plain/i.test(type) || !type.includes('/')) {
    const bytes = undoTransfer(message.body, header(message, 'content-transfer-encoding'));
    return decode(bytes, parameter(type, 'charset')).replace(/\r\n?/g, '\n');
  }
  const boundary = parameter(type, 'boundary');
  if (!/^\s*multipart\//i.test(type) || boundary === '' || depth >= DEPTH) return null;
  const parts = message.body.toString('latin1').split(`--${boundary}`).slice(1);
  for (const part of parts) {
    if (part.startsWith('--')) break;
    const text = plainText(parseMessage(Buffer.from(part.replace(/^[ \t]*\r?\n/, ''), 'latin1')), depth + 1);
    if (text !== null) return text;
  }
  return null;
}
