/** A machine-made letter as the RFC 5322 bytes a mail server would hand in. */
import { hashId } from '../../../schemas/ids.js';
import type { MachineLetter } from './texts.js';

/** RFC 2045 6.7: lines of at most 76 characters. */
const LINE = 76;

/** RFC 2047 where a header needs more than ASCII; names with specials in quotes. */
function headerText(text: string, phrase: boolean): string {
  if (/[^\x20-\x7e]/.test(text)) return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
  return phrase && /[^\w \-']/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** Quoted-printable of a text, line ends as CRLF. */
export function quotedPrintable(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => {
      let out = '';
      let width = 0;
      for (const [at, byte] of Buffer.from(line).entries()) {
        const last = at === Buffer.byteLength(line) - 1;
        const plain = byte > 32 && byte < 127 && byte !== 61;
        const token =
          plain || (byte === 32 && !last)
            ? String.fromCharCode(byte)
            : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        if (width + token.length >= LINE) {
          out += '=\r\n';
          width = 0;
        }
        out += token;
        width += token.length;
      }
      return out;
    })
    .join('\r\n');
}

/** @param ms the letter's Date, ms since the epoch */
export function letterBytes(letter: MachineLetter, ms: number): Buffer {
  const domain = letter.fromAddress.slice(letter.fromAddress.lastIndexOf('@') + 1);
  const messageId = `<${hashId('demo-letter', letter.fromAddress, letter.toAddress, letter.subject)}@${domain}>`;
  const head = [
    `From: ${headerText(letter.fromName, true)} <${letter.fromAddress}>`,
    `To: ${headerText(letter.toName, true)} <${letter.toAddress}>`,
    `Subject: ${headerText(letter.subject, false)}`,
    `Date: ${new Date(ms).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${messageId}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${quotedPrintable(letter.text)}\r\n`);
}
