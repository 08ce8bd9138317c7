/** Reading the corpus's messages: headers and the first plain text part, whatever encoding an old mailer chose. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { header, parseMessage, plainText } from '../../../../src/demo/corpus/message.js';

const message = (text: string) => parseMessage(Buffer.from(text, 'latin1'));

describe('parseMessage', () => {
  it('unfolds headers, keeps repeated ones in order, and leaves the body as bytes', () => {
    const parsed = message('Received: a\r\n\tby b\r\nReceived: c\r\nno header at all\r\n\r\nBody\xe9\r\n');
    expect(parsed.headers.get('received')).toEqual(['a by b', 'c']);
    expect([...parsed.headers.keys()]).toEqual(['received']);
    expect(parsed.body).toEqual(Buffer.from('Body\xe9\r\n', 'latin1'));
    expect(header(parsed, 'subject')).toBe('');
  });

  it('takes a message without a body', () => {
    const parsed = message('Subject: only this');
    expect(header(parsed, 'subject')).toBe('only this');
    expect(parsed.body.length).toBe(0);
  });

  it('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const text = plainText(parseMessage(Buffer.from(bytes)));
        expect(text === null || typeof text === 'string').toBe(true);
      }),
    );
  });
});

describe('plainText', () => {
  it('reads a body without any header as Windows-1252', () => {
    expect(plainText(message('\r\nIt\x92s fine'))).toBe('It’s fine');
    expect(plainText(message('Content-Type: text\r\n\r\nold style'))).toBe('old style');
  });

  it.each([
    ['quoted-printable', 'caf=E9 and a=\r\n long line', 'café and a long line'],
    ['base64', Buffer.from('café', 'latin1').toString('base64'), 'café'],
    ['8bit', 'caf\xe9', 'café'],
  ])('undoes %s', (encoding, body, expected) => {
    const head = `Content-Type: text/plain; charset="iso-8859-1"\r\nContent-Transfer-Encoding: ${encoding}`;
    expect(plainText(message(`${head}\r\n\r\n${body}`))).toBe(expected);
  });

  it('reads an unknown charset as Windows-1252', () => {
    expect(plainText(message('Content-Type: text/plain; charset=x-unknown\r\n\r\ncaf\xe9'))).toBe('café');
  });

  it('reads a charset that has a decoder', () => {
    const utf8 = Buffer.from('Content-Type: text/plain; charset=utf-8\r\n\r\ncafé');
    expect(plainText(parseMessage(utf8))).toBe('café');
  });

  it('finds the first plain part, also in nested multiparts', () => {
    const inner =
      '--in\r\nContent-Type: text/html\r\n\r\n<p>no\r\n--in\r\nContent-Type: text/plain\r\n\r\nyes\r\n--in--';
    const outer = `Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\nContent-Type: multipart/alternative; boundary="in"\r\n\r\n${inner}\r\n--out--`;
    expect(plainText(message(outer))?.trim()).toBe('yes');
  });

  it('answers null where there is none: HTML alone, no boundary, an empty multipart', () => {
    expect(plainText(message('Content-Type: text/html\r\n\r\n<p>'))).toBeNull();
    expect(plainText(message('Content-Type: multipart/mixed\r\n\r\nx'))).toBeNull();
    expect(plainText(message('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n'))).toBeNull();
  });

  it('gives up on multiparts nested without end', () => {
    const nest = (depth: number): string =>
      depth === 0
        ? 'Content-Type: text/plain\r\n\r\ndeep'
        : `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${nest(depth - 1)}\r\n--b${depth}--`;
    expect(plainText(message(nest(4)))?.trim()).toBe('deep');
    expect(plainText(message(nest(5)))).toBeNull();
  });
});
