/** Joining list messages to conversations, where mailers say little and sometimes nonsense. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { envelopeOf, isLetter } from '../../../../src/demo/corpus/letters.js';
import {
  type ListMessage,
  listOf,
  readListMessage,
  subjectKey,
} from '../../../../src/demo/corpus/list-messages.js';
import { parseMessage } from '../../../../src/demo/corpus/message.js';
import { joinThreads } from '../../../../src/demo/corpus/threads.js';

const DAY_MS = 24 * 3_600_000;
const message = (id: string, more: Partial<ListMessage> = {}): ListMessage => ({
  id,
  list: 'l',
  subject: 's',
  answers: false,
  ancestors: [],
  account: 'a',
  ms: Date.UTC(2002, 8, 1),
  text: id,
  ...more,
});
const joined = (messages: ListMessage[]) =>
  Object.fromEntries(joinThreads(messages).map((one) => [one.id, [one.conversationId, one.inReplyTo]]));

describe('joinThreads', () => {
  it('follows the nearest ancestor that is known', () => {
    const found = joined([
      message('a'),
      message('b', { ms: Date.UTC(2002, 8, 2), ancestors: ['gone', 'a'] }),
      message('c', { ms: Date.UTC(2002, 8, 3), ancestors: ['b', 'a'] }),
    ]);
    expect(found).toEqual({ a: ['a', null], b: ['a', 'a'], c: ['a', 'b'] });
  });

  it('joins an answer that names nothing by its subject, in the same list and in the same month', () => {
    const found = joined([
      message('a', { subject: 'x' }),
      message('b', { subject: 'x', answers: true, ms: Date.UTC(2002, 8, 2) }),
      message('c', { subject: 'x', answers: true, list: 'other', ms: Date.UTC(2002, 8, 2) }),
      message('d', { subject: 'x', ms: Date.UTC(2002, 8, 3) }),
      message('e', { subject: 'x', answers: true, ms: Date.UTC(2002, 8, 1) + 31 * DAY_MS }),
      message('f', { subject: 'x', answers: true, ms: Date.UTC(2002, 8, 1) + 32 * DAY_MS }),
    ]);
    expect(found).toMatchObject({
      b: ['a', 'a'],
      c: ['c', null],
      d: ['d', null],
      e: ['e', null],
      f: ['e', 'e'],
    });
  });

  it('cuts a circle of references', () => {
    const found = joined([message('a', { ancestors: ['b'] }), message('b', { ancestors: ['a'] })]);
    expect(found['a']![0]).toBe(found['b']![0]);
    expect(joined([message('a', { ancestors: ['a'] })])).toEqual({ a: ['a', null] });
  });

  it('counts a message once, the first time it comes', () => {
    expect(
      joinThreads([message('a', { text: 'later', ms: Date.UTC(2002, 9, 1) }), message('a')]),
    ).toMatchObject([{ text: 'a' }]);
  });

  it('gives parent and child one conversation, whatever they reference', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const some = fc.record({
      id: fc.constantFrom(...ids),
      ancestors: fc.array(fc.constantFrom(...ids, 'gone'), { maxLength: 3 }),
      answers: fc.boolean(),
      ms: fc.integer({ min: 0, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), (messages) => {
        const threaded = joinThreads(messages.map((one) => message(one.id, one)));
        const byId = new Map(threaded.map((one) => [one.id, one]));
        for (const { conversationId, inReplyTo } of threaded) {
          if (inReplyTo !== null) expect(byId.get(inReplyTo)?.conversationId).toBe(conversationId);
        }
      }),
    );
  });
});

describe('what is list talk', () => {
  const raw = (head: string, body = 'Some words.') => Buffer.from(`${head}\n\n${body}`);
  const list =
    'List-Id: Talk <talk.lists.example>\nDate: Mon, 2 Sep 2002 10:00:00 +0100\nFrom: a@x.example (Ann)';
  const read = (head: string, body?: string) => readListMessage({ path: 'p', spam: false }, raw(head, body));

  it('reads list, subject, ancestors and author', () => {
    const found = read(
      `${list}\nSubject: [Talk] Re: Re: A  Matter\nMessage-ID: <1@x>\nIn-Reply-To: <2@x>\nReferences: <3@x> <2@x>`,
    );
    expect(found).toMatchObject({
      list: 'talk.lists.example',
      subject: 'a matter',
      answers: true,
      text: 'Some words.',
    });
    expect(found?.ancestors).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain('a@x.example');
  });

  it('takes the date of the first hop where the author’s clock is years off', () => {
    const late = list.replace('2002', '2028');
    expect(read(`${late}\nReceived: by x; Tue, 3 Sep 2002 10:00:00 +0000`)?.ms).toBe(
      Date.UTC(2002, 8, 3, 10),
    );
    expect(read(late)).toBeNull();
  });

  it('leaves out spam, no list, programs, and messages without words', () => {
    expect(readListMessage({ path: 'p', spam: true }, raw(list))).toBeNull();
    expect(read(list.replace('List-Id', 'X-List'))).toBeNull();
    expect(read(list.replace('talk.lists', 'talk-commits.lists'))).toBeNull();
    expect(read(list, '-- \nAnn')).toBeNull();
    expect(read(`${list}\nContent-Type: text/html`, '<p>')).toBeNull();
  });

  it('knows a list by other headers too', () => {
    expect(listOf(parseMessage(raw('Mailing-List: contact Talk-help@lists.example')))).toContain('talk-help');
    expect(subjectKey(' Fwd: [x] AW: RE[2]: Hello')).toBe('hello');
  });

  it('tells letters from what programs and lists send', () => {
    expect(isLetter(parseMessage(raw('From: Ann <ann@x.example>')))).toBe(true);
    expect(isLetter(parseMessage(raw('From: root@x.example (Cron Daemon)')))).toBe(false);
    expect(isLetter(parseMessage(raw(list)))).toBe(false);
    expect(isLetter(parseMessage(raw(list.replace('talk.lists', 'talk-commits.lists'))))).toBe(false);
  });

  it('makes an envelope of masked addresses, and of stand-ins where there are none', () => {
    const { mailFrom, rcptTo } = envelopeOf(parseMessage(raw('From: Ann <ann@x.example>\nTo: b@y.example')));
    expect(mailFrom).toMatch(/^p[0-9a-f]{10}@x\.example$/);
    expect(rcptTo[0]).toMatch(/^p[0-9a-f]{10}@y\.example$/);
    const none = envelopeOf(parseMessage(raw('From: nobody in particular')));
    expect(none.mailFrom).toMatch(/@mail\.example$/);
    expect(none.rcptTo[0]).toMatch(/@mail\.example$/);
  });
});
