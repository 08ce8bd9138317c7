import { describe, expect, it } from '@jest/globals';
import { AssayError } from '../../schemas/errors.js';
import { itemId } from '../../schemas/ids.js';
import { readPost } from '../../streams/admit/read-post.js';
import { Intake } from '../../streams/intake.js';
import type { Log, LogRecord } from '../../streams/log/port.js';
import { deletion, MemoryBlobs, NOW, post, SentLog } from './harness/parts.js';

function intake(admit: (count: number) => Promise<void> = async () => undefined) {
  const log = new SentLog();
  const blobs = new MemoryBlobs();
  const made = new Intake({
    log: log as unknown as Log,
    blobs,
    clock: () => NOW,
    tenants: [
      { tenant: 'acme', posts: 'posts', emails: 'emails' },
      { tenant: 'other', posts: 'posts.other', emails: 'emails.other' },
    ],
    admission: { admit },
  });
  return { log, blobs, made };
}

const mail = (raw: Buffer, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  receivedAt: new Date(NOW).toISOString(),
  envelope: { mailFrom: 'a@x', rcptTo: ['b@x'] },
  raw: raw.toString('base64'),
});

describe('intake', () => {
  it('appends a post to the topic of its tenant, keyed by the item id it answers with', async () => {
    const { made, log } = intake();
    const { itemId: id } = await made.post('other', post('1', 1, 'hello'));
    expect(id).toBe(itemId('other', 'post', 'forum', '1'));
    expect(log.sent).toMatchObject([
      { topic: 'posts.other', record: { key: id, headers: { ce_type: 'post.created' } } },
    ]);
    const sent = log.sent[0]?.record;
    const record = { ...sent, topic: 'posts.other', partition: 0, offset: 0, timestamp: NOW } as LogRecord;
    const admitted = readPost(record, 'other', JSON.parse(String(sent?.value)), NOW);
    expect(admitted.itemId).toBe(id);
  });

  it('tells an edit and a deletion apart from a new post', async () => {
    const { made, log } = intake();
    await made.post('acme', post('1', 2, 'edited', { editedAt: new Date(NOW).toISOString() }));
    await made.post('acme', deletion('1', 3));
    expect(log.sent.map(({ record }) => record.headers?.['ce_type'])).toEqual([
      'post.edited',
      'post.deleted',
    ]);
  });

  it('gives a mail its external id, so that it is the same item however often it is handed in', async () => {
    const { made, log } = intake();
    const first = await made.email('acme', mail(Buffer.from('Subject: x\r\n\r\nhello')));
    const again = await made.email('acme', mail(Buffer.from('Subject: x\r\n\r\nhello')));
    const named = await made.email('acme', mail(Buffer.from('Subject: x\r\n\r\nhello'), 'delivery-1'));
    expect(again).toEqual(first);
    expect(named.itemId).toBe(itemId('acme', 'email', 'mail', 'delivery-1'));
    expect(JSON.parse(String(log.sent[0]?.record.value))).toHaveProperty('id');
  });

  it('puts a long mail into the blob store and a reference on the log', async () => {
    const { made, log, blobs } = intake();
    await made.email('acme', mail(Buffer.alloc(1_000_000, 'x')));
    const record = JSON.parse(String(log.sent[0]?.record.value));
    expect(record.raw).toBeUndefined();
    expect(record.blob).toMatchObject({ size: 1_000_000 });
    expect(blobs.blobs.has(record.blob.ref)).toBe(true);
  });

  it('answers each item of a batch by itself', async () => {
    const { made, log } = intake();
    const taken = await made.posts('acme', [post('1', 1, 'good'), { bad: true }, post('2', 1, 'good too')]);
    expect(taken.map((one) => ('error' in one ? one.error.code : 'taken'))).toEqual([
      'taken',
      'item.invalid',
      'taken',
    ]);
    expect(log.sent).toHaveLength(2);
    const mails = await made.emails('acme', [mail(Buffer.from('x')), { bad: true }]);
    expect(mails.map((one) => 'error' in one)).toEqual([false, true]);
  });

  it('says where a bad item is bad', async () => {
    const { made } = intake();
    const bad = made.post('acme', { ...post('1', 1, 'x'), author: { id: '' }, platform: 'No!' });
    await expect(bad).rejects.toMatchObject({
      code: 'item.invalid',
      violations: [{ pointer: '/platform' }, { pointer: '/author/id' }],
    });
    await expect(made.email('acme', mail(Buffer.alloc(10 * 1024 * 1024 + 1)))).rejects.toMatchObject({
      code: 'item.mail_too_large',
    });
  });

  it('appends nothing while the queue is full', async () => {
    const { made, log } = intake(async () => {
      throw new AssayError('overload.queue_full', undefined, { retryAfterS: 1 });
    });
    await expect(made.posts('acme', [post('1', 1, 'x')])).rejects.toMatchObject({
      code: 'overload.queue_full',
    });
    expect(log.sent).toEqual([]);
  });

  it('takes nothing for a tenant without topics', async () => {
    const { made } = intake();
    await expect(made.post('stranger', post('1', 1, 'x'))).rejects.toMatchObject({ code: 'auth.invalid' });
  });
});
