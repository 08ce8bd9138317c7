/** A letter as it becomes an item: bounded, well-formed, bound to its envelope, whatever its headers claim. */
import { describe, expect, it } from '@jest/globals';
import { itemId } from '../../../schemas/ids.js';
import { LIMITS } from '../../../schemas/limits.js';
import { readEmail } from '../../../streams/admit/read-email.js';
import { evidenceOf } from '../../../streams/evidence-of.js';
import type { Letter } from '../../../streams/judge.js';
import { judge, MemoryBlobs, NOW, recordMaker } from '../harness/parts.js';

const LETTER: Letter = {
  subject: 'Hello',
  text: 'a person wrote this',
  from: 'ann@example.org',
  messageId: null,
  inReplyTo: null,
  references: [],
};

const RAW = Buffer.from('raw bytes');
const MAIL = {
  receivedAt: new Date(NOW).toISOString(),
  envelope: { mailFrom: 'envelope@example.org', rcptTo: ['Bob@Example.org', 'carol@example.org'] },
  raw: RAW.toString('base64'),
};

const read = (
  letter: Partial<Letter> = {},
  mail: Record<string, unknown> = {},
  blobs = new MemoryBlobs(),
) => {
  const value = { ...MAIL, ...mail };
  const record = { ...recordMaker('emails')(value, 'email.received'), topic: 'emails' };
  return readEmail(record, 'acme', value, {
    now: NOW,
    blobs,
    readLetter: async () => ({ ...LETTER, ...letter }),
  });
};

describe('a letter', () => {
  it('is the item that envelope and bytes name, when the operator gave no delivery id', async () => {
    const item = await read();
    expect(item).toMatchObject({ kind: 'email', platform: 'mail', version: 0, format: 'raw', raw: null });
    expect(item.itemId).toBe(itemId('acme', 'email', 'mail', item.externalId));
    const elsewhere = { envelope: { ...MAIL.envelope, mailFrom: 'other@example.org' } };
    expect((await read({}, elsewhere)).externalId).not.toBe(item.externalId);
  });

  it('has the same id whether its bytes travel in the record or lie in the blob store', async () => {
    const blobs = new MemoryBlobs();
    const blob = await blobs.put(RAW);
    const stored = await read({}, { raw: undefined, blob }, blobs);
    expect(stored.externalId).toBe((await read()).externalId);
    expect(stored.raw).toEqual(blob);
  });

  it('belongs to the thread of its first reference, its parent, itself, or nobody else', async () => {
    const thread = async (letter: Partial<Letter>) => (await read(letter)).conversationId;
    expect(await thread({ references: ['<root>', '<mid>'], inReplyTo: '<mid>' })).toBe('<root>');
    expect(await thread({ inReplyTo: '<parent>', messageId: '<self>' })).toBe('<parent>');
    expect(await thread({ messageId: '<self>' })).toBe('<self>');
    expect(await thread({})).toBe((await read()).externalId);
  });

  it('without From has the envelope for its author', async () => {
    expect((await read({ from: null })).authorId).toBe('envelope@example.org');
    expect((await read()).authorId).toBe('ann@example.org');
  });

  it('is cut to its limits, never in the middle of a character', async () => {
    const long = `${'x'.repeat(LIMITS.textCodePoints - 1)}😀`;
    const item = await read({ text: long, subject: 's'.repeat(2_000), inReplyTo: `<${'i'.repeat(2_000)}>` });
    expect(item.content).toBe('x'.repeat(LIMITS.textCodePoints - 1));
    expect(item.subject).toHaveLength(LIMITS.idLength);
    expect(item.inReplyTo).toHaveLength(LIMITS.idLength);
    const exact = await read({ text: 'y'.repeat(LIMITS.textCodePoints + 1) });
    expect(exact.content).toHaveLength(LIMITS.textCodePoints);
  });

  it('with lone surrogates and NULs in text and headers is well-formed wherever it goes', async () => {
    const bad = 'a\ud800b\0c';
    const item = await read({
      text: bad,
      subject: bad,
      from: bad,
      inReplyTo: bad,
      messageId: bad,
      references: [bad],
    });
    for (const field of [item.content, item.subject, item.authorId, item.inReplyTo, item.conversationId]) {
      expect(field).not.toMatch(/\0/);
      expect(Buffer.from(String(field)).toString()).toBe(field);
    }
  });

  it('is told by its recipients, as hashes that belong to the tenant', async () => {
    const item = await read({ text: 'see https://Example.org/a#b' });
    const [judgement] = await judge.judge([{ ...item, lang: 'en' }]);
    const mail = { fromDomain: 'example.org', authDomain: null, recipientKeys: [], slots: {} };
    const evidence = evidenceOf(item, { ...judgement!, mail }, 'word@1');
    expect(evidence.mail?.recipientKeys).toHaveLength(2);
    expect(JSON.stringify(evidence)).not.toMatch(/bob@example/i);
    const other = evidenceOf({ ...item, tenant: 'zeta' }, { ...judgement!, mail }, 'word@1');
    expect(other.mail?.recipientKeys).not.toEqual(evidence.mail?.recipientKeys);
    expect(evidence.linkHashes).toHaveLength(1);
  });
});

describe('evidence', () => {
  it('keeps no more symbols and spans than the limits say', async () => {
    const item = await read();
    const [judgement] = await judge.judge([{ ...item, lang: 'en' }]);
    const span = { start: 0, end: 1 };
    const symbols = Array.from({ length: LIMITS.symbols + 5 }, (_, at) => ({
      name: `s${at}`,
      contribution: 0.1,
      sentence: 'word',
      ...(at % 2 === 0 ? { spans: Array.from({ length: LIMITS.spansPerSymbol + 5 }, () => span) } : {}),
    }));
    const evidence = evidenceOf(item, { ...judgement!, symbols }, 'word@1');
    expect(evidence.symbols).toHaveLength(LIMITS.symbols);
    expect(evidence.symbols[0]?.spans).toHaveLength(LIMITS.spansPerSymbol);
    expect(evidence.symbols[1]?.spans).toBeUndefined();
    expect(evidence.mail).toBeUndefined();
  });
});
