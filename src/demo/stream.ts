/**
 * The recorded stream of the demo: people's posts in conversations and letters from a public corpus, joined by what a
 * language model wrote for it. The same at every start: ids, order, texts and distances in time.
 *
 *   corpus files ─▶ list messages ─▶ threads ─┐
 *   machine replies ──────────────────────────┴▶ replay times ─┬▶ items
 *   letters, spam, machine letters (shuffled) ─────────────────┘
 */
import type { Email } from '../../schemas/email.js';
import { listCorpus, readMessage, readMessages } from './corpus/files.js';
import { envelopeOf, isLetter } from './corpus/letters.js';
import { type ListMessage, postId, readListMessage } from './corpus/list-messages.js';
import { maskRaw } from './corpus/mask.js';
import { parseMessage } from './corpus/message.js';
import { joinThreads } from './corpus/threads.js';
import { shuffled } from './draw.js';
import { letterBytes } from './machine/letter.js';
import { type DemoPost, placeReplies } from './machine/place.js';
import { readMachineLetters, readMachineReplies, type Voice } from './machine/texts.js';
import { beginAt, interleave, replayTimes, type Timed } from './timeline.js';

/** Name of the demo's platform. */
export const DEMO_PLATFORM = 'lists';

/** Who wrote a text, as the demo knows it; never shown to the pipeline. */
export type Origin = 'people' | 'spam' | MachineOrigin;
export type MachineOrigin = 'machine as person' | 'machine as assistant';

export interface PostItem extends Timed<DemoPost> {
  kind: 'post';
  origin: Origin;
}

export interface MailItem {
  kind: 'email';
  /** The delivery id. */
  id: string;
  origin: Origin;
  atMs: number;
  /** Read when it is needed; addresses of people are masked. */
  read(): Promise<Pick<Email, 'envelope' | 'raw'>>;
}

export type DemoItem = PostItem | MailItem;

const machineOrigin = (voice: Voice): MachineOrigin => `machine as ${voice}`;

/** Whether a machine wrote it. */
export const isMachineMade = (origin: Origin): origin is MachineOrigin => origin.startsWith('machine');

/** Letters and spam taken from the corpus. */
const LETTERS = 240;
const SPAM = 180;
/** Date header of the machine's letters: a working week in the time of the corpus. */
const LETTERS_FROM_MS = Date.UTC(2002, 8, 9, 7);
const LETTERS_EVERY_MS = 83 * 60_000;

const mail = (raw: Buffer): Pick<Email, 'envelope' | 'raw'> => ({
  envelope: envelopeOf(parseMessage(raw)),
  raw: raw.toString('base64'),
});

const corpusMail = (path: string, origin: Origin) => ({
  kind: 'email' as const,
  id: postId(path),
  origin,
  read: async () => mail(maskRaw(await readMessage(path))),
});

/** So many of them, at even distances. */
const some = <T>(values: readonly T[], count: number): T[] =>
  values.filter(
    (_, at) => Math.floor((at * count) / values.length) !== Math.floor(((at - 1) * count) / values.length),
  );

/** Reads the corpus once. @returns every item in the order in which it comes in */
export async function readDemoItems(): Promise<DemoItem[]> {
  const files = await listCorpus();
  const messages: ListMessage[] = [];
  const letters: string[] = [];
  for await (const { file, raw } of readMessages(files.filter(({ spam }) => !spam))) {
    const message = readListMessage(file, raw);
    if (message !== null) messages.push(message);
    else if (isLetter(parseMessage(raw))) letters.push(file.path);
  }
  const threads = joinThreads(messages);
  const replies = placeReplies(await readMachineReplies(), threads);
  const people = threads.map(
    ({ id, account, conversationId, inReplyTo, ms, text }): DemoPost => ({
      ...{ id, account, conversationId, inReplyTo, ms, text },
      machine: false,
    }),
  );
  // The discussions that a machine takes part in come first, so that there is something to see at once.
  const discussed = new Set(replies.map(({ conversationId }) => conversationId));
  const begin = Math.min(...people.flatMap((post) => (discussed.has(post.conversationId) ? [post.ms] : [])));
  const posts = replayTimes(beginAt([...people, ...replies], begin));
  const spam = files.filter(({ spam }) => spam).map(({ path }) => path);
  const mails = [
    ...some(letters, LETTERS).map((path) => corpusMail(path, 'people')),
    ...some(spam, SPAM).map((path) => corpusMail(path, 'spam')),
    ...(await readMachineLetters()).map((letter, at) => ({
      kind: 'email' as const,
      id: postId(`letter:${at}:${letter.toAddress}`),
      origin: machineOrigin(letter.voice),
      read: async () => mail(letterBytes(letter, LETTERS_FROM_MS + at * LETTERS_EVERY_MS)),
    })),
  ];
  return interleave(
    posts.map(
      (post): PostItem => ({
        ...post,
        kind: 'post',
        origin: post.voice === undefined ? 'people' : machineOrigin(post.voice),
      }),
    ),
    shuffled(mails, 'demo-mails'),
  );
}
