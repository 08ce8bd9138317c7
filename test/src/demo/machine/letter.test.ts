/** Machine letters as bytes: well-formed, and read back by the reader that the pipeline uses. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLetter } from '../../../../detectors/email/read-letter.js';
import type { Threaded } from '../../../../src/demo/corpus/threads.js';
import { letterBytes, quotedPrintable } from '../../../../src/demo/machine/letter.js';
import { placeReplies } from '../../../../src/demo/machine/place.js';
import { type MachineLetter, readMachineLetters } from '../../../../src/demo/machine/texts.js';

const letter: MachineLetter = {
  fromName: 'Dr. Ann "A" O’Hara',
  fromAddress: 'ann@x.example.com',
  toName: 'Ben Plain',
  toRole: 'buyer',
  toAddress: 'ben@y.example.org',
  subject: 'Naïve = question',
  voice: 'person',
  text: 'Dear Ben,\n\nhow are you? ',
};

describe('letterBytes', () => {
  it('is read back as it was written', async () => {
    const read = await readLetter(letterBytes(letter, Date.UTC(2002, 8, 9, 7)));
    expect(read).toMatchObject({ subject: letter.subject, from: letter.fromAddress });
    expect(read.text.trim()).toBe(letter.text.trim());
    expect(read.messageId).toMatch(/@x\.example\.com>?$/);
  });

  it('quotes a name with specials and writes the date with its zone', () => {
    const bytes = letterBytes({ ...letter, fromName: 'Hara, "Ann"' }, Date.UTC(2002, 8, 9, 7)).toString();
    expect(bytes).toContain('From: "Hara, \\"Ann\\"" <ann@x.example.com>\r\nTo: Ben Plain <');
    expect(bytes).toContain('Date: Mon, 09 Sep 2002 07:00:00 +0000\r\n');
  });

  it('holds for every letter of the demo', async () => {
    for (const one of await readMachineLetters()) {
      const bytes = letterBytes(one, 0);
      for (const line of bytes.toString('latin1').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
      const read = await readLetter(bytes);
      expect(read.subject).toBe(one.subject);
      expect(read.text.replace(/\s+/g, ' ').trim()).toBe(one.text.replace(/\s+/g, ' ').trim());
    }
  });

  it('keeps lines within 76 characters and loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const encoded = quotedPrintable(text);
        for (const line of encoded.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
        const bytes = encoded
          .replace(/=\r\n/g, '')
          .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
        expect(Buffer.from(bytes, 'latin1').toString('utf8')).toBe(text.replace(/\r?\n/g, '\r\n'));
      }),
    );
  });
});

describe('placeReplies', () => {
  const post = (id: string, hour: number, conversationId = 'c'): Threaded => ({
    id,
    list: 'l',
    subject: 'matter',
    answers: false,
    ancestors: [],
    account: id,
    ms: Date.UTC(2002, 8, 1, hour),
    text: id,
    conversationId,
    inReplyTo: null,
  });
  const reply = (author: string) => ({
    thread: 'matter',
    position: 'p',
    author,
    voice: 'person' as const,
    text: author,
  });

  it('answers earlier posts of the largest conversation, later than they were written', () => {
    const posts = [post('small', 0, 'd'), post('a', 1), post('b', 5), post('c', 20)];
    const placed = placeReplies(['x', 'y', 'z', 'x'].map(reply), posts);
    const byId = new Map(posts.map((one) => [one.id, one]));
    for (const one of placed) {
      expect(one).toMatchObject({ conversationId: 'c', machine: true });
      expect(one.ms).toBeGreaterThan(byId.get(one.inReplyTo!)!.ms);
    }
    expect(new Set(placed.map(({ account }) => account)).size).toBe(3);
    expect(new Set(placed.map(({ id }) => id)).size).toBe(4);
  });

  it('answers the only post of a thread that has just begun', () => {
    expect(placeReplies([reply('x')], [post('a', 1)])).toMatchObject([{ inReplyTo: 'a' }]);
  });

  it('says when the corpus has no such thread', () => {
    expect(() => placeReplies([reply('x')], [])).toThrow('no thread of the corpus is about "matter"');
  });
});
