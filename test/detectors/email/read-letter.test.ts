import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLetter } from '../../../detectors/email/read-letter.js';
import { AssayError } from '../../../schemas/errors.js';
import { LIMITS } from '../../../schemas/limits.js';

const letter = (...lines: (string | Buffer)[]): Buffer =>
  Buffer.concat(
    lines.flatMap((line) => [Buffer.isBuffer(line) ? line : Buffer.from(line), Buffer.from('\r\n')]),
  );

const HEAD = ['From: Ann <Ann@Example.COM>', 'Subject: Lunch'];

const refused = async (raw: Buffer): Promise<AssayError> => {
  const error = await readLetter(raw).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AssayError);
  expect((error as AssayError).code).toBe('item.unparsable');
  return error as AssayError;
};

describe('a letter', () => {
  it('is read with the headers that place it in a thread', async () => {
    const read = await readLetter(
      letter(
        ...HEAD,
        'Message-ID: <3@x>',
        'In-Reply-To: Your message of Monday <2@x> (thanks)',
        'References: <1@x>',
        ' <2@x>',
        '',
        'See you at noon.',
        '',
        '-- ',
        'Ann',
      ),
    );
    expect(read).toEqual({
      subject: 'Lunch',
      text: 'See you at noon.\n\n-- \nAnn',
      from: 'ann@example.com',
      messageId: '3@x',
      inReplyTo: '2@x',
      references: ['1@x', '2@x'],
    });
  });

  it('may lack all of them', async () => {
    const read = await readLetter(letter('Date: Mon, 1 Jan 2024 00:00:00 +0000', '', 'Hi'));
    expect(read).toEqual({
      subject: '',
      text: 'Hi',
      from: null,
      messageId: null,
      inReplyTo: null,
      references: [],
    });
  });

  it('counts as it is shown: the HTML of an alternative, without what is hidden', async () => {
    const { text } = await readLetter(
      letter(
        ...HEAD,
        'Content-Type: multipart/alternative; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'Something harmless.',
        '--b',
        'Content-Type: text/html; charset=utf-8',
        '',
        '<div style="display:none">preview</div><p>What is shown.</p><p>Twice.</p>',
        '--b--',
      ),
    );
    expect(text).toBe('What is shown.\n\nTwice.');
  });

  it('falls back to the plain alternative when the HTML shows nothing', async () => {
    const { text } = await readLetter(
      letter(
        ...HEAD,
        'Content-Type: multipart/alternative; boundary=b',
        '',
        '--b',
        '',
        'Plain words.',
        '--b',
        'Content-Type: text/html',
        '',
        '<img src="cid:x">',
        '--b--',
      ),
    );
    expect(text).toBe('Plain words.');
  });

  it('keeps the order of plain and HTML parts, and drops attachments', async () => {
    const { text } = await readLetter(
      letter(
        ...HEAD,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'First & <b>plain</b>.',
        '--b',
        'Content-Type: text/html',
        '',
        '<p>Then this.</p>',
        '--b',
        'Content-Type: application/pdf; name=a.pdf',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.alloc(300_000, 65).toString('base64'),
        '--b',
        'Content-Type: text/plain',
        'Content-Disposition: attachment; filename=notes.txt',
        '',
        'Notes nobody sees.',
        '--b--',
      ),
    );
    expect(text).toBe('First & <b>plain</b>.\n\nThen this.');
  });

  it.each([
    ['iso-8859-1', Buffer.from([0x63, 0x61, 0x66, 0xe9]), 'café'],
    ['windows-1252', Buffer.from([0x80, 0x31]), '€1'],
    ['utf-8', Buffer.from('café'), 'café'],
    ['koi8-r', Buffer.from([0xf0, 0xd2]), 'Пр'],
    ['x-nobody-knows', Buffer.from('cafe'), 'cafe'],
    ['utf-7', Buffer.from('+ADw-script+AD4-'), '+ADw-script+AD4-'],
    ['utf-8', Buffer.from([0x63, 0xe9]), 'c\ufffd'],
  ])('is decoded from %s', async (charset, bytes, text) => {
    const read = await readLetter(letter(...HEAD, `Content-Type: text/plain; charset=${charset}`, '', bytes));
    expect(read.text).toBe(text);
  });

  it.each([
    ['quoted-printable', 'caf=C3=A9 soft=\r\n line', 'café soft line'],
    ['base64', Buffer.from('café').toString('base64'), 'café'],
    ['base64', '!!!not base64!!!', expect.any(String)],
  ])('is decoded from %s', async (encoding, body, text) => {
    const read = await readLetter(
      letter(
        ...HEAD,
        'Content-Type: text/plain; charset=utf-8',
        `Content-Transfer-Encoding: ${encoding}`,
        '',
        body,
      ),
    );
    expect(read.text).toEqual(text);
  });

  it('has encoded words and folded lines in its subject put back', async () => {
    const { subject } = await readLetter(letter('Subject: =?utf-8?B?Y2Fmw6k=?=', '\tat noon', '', 'x'));
    expect(subject).toBe('café at noon');
  });

  it.each([
    ['Undisclosed: a@x, B@y;', 'a@x'],
    ['nobody', null],
    ['"Ann, B." <ann@x>, bob@y', 'ann@x'],
    ['Empty:;', null],
  ])('comes from %j', async (from, address) => {
    expect((await readLetter(letter(`From: ${from}`, '', 'x'))).from).toBe(address);
  });

  it('reads the same on every day, also when a forwarded letter has no date that can be read', async () => {
    const { text } = await readLetter(
      letter(
        ...HEAD,
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: message/rfc822',
        'Content-Disposition: inline',
        '',
        'From: bob@y',
        'Date: someday',
        'Content-Type: text/plain',
        '',
        'Forwarded words.',
        '--b--',
      ),
    );
    expect(text).toContain('Forwarded words.');
    expect(text).not.toContain(String(new Date().getFullYear()));
  });
});

describe('what is no letter, or too much of one', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['bytes', Buffer.from([0, 1, 2, 3, 255, 254, 10, 0])],
    ['a text without headers', Buffer.from('hello\r\n\r\nworld: yes\r\n')],
  ])('is refused: %s', async (_what, raw) => {
    expect((await refused(raw)).message).toContain('expected header fields');
  });

  it('is refused above the bound on parts, so also on depth', async () => {
    const open = (depth: number) => [`Content-Type: multipart/mixed; boundary=b${depth}`, '', `--b${depth}`];
    const nested = Array.from({ length: LIMITS.mailParts + 10 }, (_none, depth) => open(depth)).flat();
    expect((await refused(letter(...HEAD, ...nested, '', 'deep'))).message).toContain('parts');
    const flat = Array.from({ length: LIMITS.mailParts + 10 }, () => ['--b', '', 'x']).flat();
    await refused(letter(...HEAD, 'Content-Type: multipart/mixed; boundary=b', '', ...flat, '--b--'));
  });

  it('is refused above the bound on headers and on bytes', async () => {
    const long = letter(...HEAD, `X-Long: ${'x'.repeat(LIMITS.mailHeadBytes)}`, '', 'text');
    expect((await refused(long)).message).toContain('headers');
    await refused(Buffer.concat([letter(...HEAD, ''), Buffer.alloc(LIMITS.mailBytes, 97)]));
  });

  it('is refused when the parser never comes to its end', async () => {
    const raw = Buffer.from('Content-Disposition: inline\r\nContent-Type: message/rfc822');
    expect((await refused(raw)).message).toContain('damaged');
  });

  it('quotes nothing of it', async () => {
    const error = await refused(Buffer.from('a very private sentence'));
    expect(error.message).not.toContain('private');
  });

  it('keeps only so many references', async () => {
    const ids = Array.from({ length: 500 }, (_none, at) => ` <${at}@x>`);
    const { references } = await readLetter(letter(...HEAD, `References: ${ids.join('\r\n')}`, '', 'x'));
    expect(references).toHaveLength(LIMITS.mailReferences);
    expect(references[0]).toBe('0@x');
  });

  it('is either read or refused, whatever the bytes', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        'From: a@b', 'Subject: =?utf-8?B?!!?=', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '--b--',
        'Content-Type: text/html; charset=utf-16', 'Content-Type: multipart/alternative; boundary="b"', '<p hidden>',
        'Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: x-uuencode', 'Content-Type: message/rfc822',
        'Content-Type: text/plain; format=flowed; delsp=yes', 'Content-Disposition: inline', 'References: <<>> <a> <',
        'Content-Type: text/plain; charset=iso-2022-jp', 'Content-Type: ;;;', 'From: <<<', 'Date: never', ':',
      ),
      fc.string(),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    ); // biome-ignore format: a list of lines reads best in rows
    const whole = fc.array(line, { maxLength: 25 }).map((lines) => Buffer.from(lines.join('\r\n'), 'latin1'));
    await fc.assert(
      fc.asyncProperty(whole, async (raw) => {
        const outcome = await readLetter(raw).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(AssayError);
          expect((outcome as AssayError).code).toBe('item.unparsable');
        } else expect(await readLetter(raw)).toEqual(outcome);
      }),
      { numRuns: 150 },
    );
  });
});
