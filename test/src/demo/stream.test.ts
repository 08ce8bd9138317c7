/** The recorded stream as a whole: what the demo promises of it, measured on the installed corpus. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { checkEmail, checkPost } from '../../../schemas/check-item.js';
import { accountId, handleOf } from '../../../src/demo/corpus/pseudonym.js';
import {
  type DemoItem,
  isMachineMade,
  type MailItem,
  type PostItem,
  readDemoItems,
} from '../../../src/demo/stream.js';
import { SPAN_MS } from '../../../src/demo/timeline.js';

let items: DemoItem[];
let posts: PostItem[];
let mails: MailItem[];

beforeAll(async () => {
  items = await readDemoItems();
  posts = items.filter((item) => item.kind === 'post');
  mails = items.filter((item) => item.kind === 'email');
}, 60_000);

const count = (origin: string, of: readonly DemoItem[]) => of.filter((item) => item.origin === origin).length;

describe('the recorded stream', () => {
  it('holds at least 2,000 posts of people and 300 letters and spam, and what a machine wrote', () => {
    expect(count('people', posts)).toBeGreaterThanOrEqual(2_000);
    expect(count('people', mails) + count('spam', mails)).toBeGreaterThanOrEqual(300);
    expect(count('machine as person', posts)).toBeGreaterThanOrEqual(150);
    expect(count('machine as person', mails)).toBeGreaterThanOrEqual(60);
    expect(count('machine as assistant', posts)).toBeGreaterThanOrEqual(40);
    expect(count('machine as assistant', mails)).toBeGreaterThanOrEqual(30);
  });

  it('gives every item an id of its own', () => {
    expect(new Set(posts.map(({ id }) => id)).size).toBe(posts.length);
    expect(new Set(mails.map(({ id }) => id)).size).toBe(mails.length);
  });

  it('is the same when it is read again', async () => {
    const again = await readDemoItems();
    const plain = (all: readonly DemoItem[]) => all.map((item) => JSON.stringify(item));
    expect(plain(again)).toEqual(plain(items));
    const bytes = (all: readonly DemoItem[]) =>
      Promise.all(all.flatMap((item) => (item.kind === 'email' ? [item.read()] : [])));
    expect(await bytes(again.slice(0, 300))).toEqual(await bytes(items.slice(0, 300)));
  }, 60_000);

  it('never goes back in time, begins at once and ends when the demo was started', () => {
    for (const [at, item] of items.entries()) {
      expect(item.atMs).toBeGreaterThanOrEqual(items[at - 1]?.atMs ?? -SPAN_MS);
    }
    expect(items[0]?.atMs).toBe(-SPAN_MS);
    expect(posts.at(-1)?.atMs).toBe(0);
  });

  it('joins posts to conversations whose parents exist, share the conversation and nearly always came first', () => {
    const place = new Map(posts.map((post, at) => [post.id, { post, at }]));
    const answers = posts.filter((post) => post.inReplyTo !== null);
    let late = 0;
    for (const answer of answers) {
      const parent = place.get(answer.inReplyTo!);
      expect(parent?.post.conversationId).toBe(answer.conversationId);
      if (parent!.at > place.get(answer.id)!.at) late++;
    }
    expect(answers.length).toBeGreaterThan(posts.length / 2);
    // Some mailers' clocks went wrong; the pipeline has to live with a parent that comes late.
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(answers.length / 50);
    expect(new Set(posts.map((post) => post.conversationId)).size).toBeLessThan(posts.length / 2);
  });

  it('shows no mail address in a post, and accounts only by pseudonyms', () => {
    for (const { text, account } of posts) {
      expect(text).not.toMatch(/[\w.+-]@[\w-]+\.\w/);
      expect(account).toMatch(/^[\w-]{16}$/);
    }
    expect(handleOf(accountId('somebody@mail.example'))).toMatch(/^[a-z]+-[a-z]+-\d\d$/);
  });

  it('hands in only what intake accepts', async () => {
    const now = Date.now();
    for (const { id, account, conversationId, inReplyTo, text } of posts) {
      const author = { id: account, handle: handleOf(account) };
      const at = new Date(now).toISOString();
      const post = { platform: 'lists', id, author, conversationId, text, publishedAt: at };
      expect(checkPost(inReplyTo === null ? post : { ...post, inReplyTo }, now).id).toBe(id);
    }
    for (const item of mails) {
      const email = { id: item.id, receivedAt: new Date(now).toISOString(), ...(await item.read()) };
      expect(checkEmail(email, now).id).toBe(item.id);
    }
  }, 60_000);

  it('spreads the machine over many accounts and over the life of two threads', () => {
    const machine = posts.filter(({ origin }) => isMachineMade(origin));
    const threads = new Map<string, PostItem[]>();
    for (const post of machine) {
      threads.set(post.conversationId, [...(threads.get(post.conversationId) ?? []), post]);
    }
    expect(threads.size).toBe(2);
    expect(new Set(machine.map(({ account }) => account)).size).toBeGreaterThanOrEqual(20);
    for (const [conversation, own] of threads) {
      const people = posts.filter((post) => post.conversationId === conversation && !post.machine);
      expect(people.length).toBeGreaterThanOrEqual(10);
      expect(people[0]!.atMs).toBeLessThan(own[0]!.atMs);
      // Within the first half, so that whoever watches sees it.
      expect(posts.indexOf(own.at(-1)!)).toBeLessThan(posts.length / 2);
      const answered = new Set(own.map(({ inReplyTo }) => inReplyTo));
      expect(answered.size).toBeGreaterThan(5);
    }
  });
});
