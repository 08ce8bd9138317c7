/** Puts the machine's replies into their real threads: answers to people's posts, by several accounts, over the thread's later life. */
import { AssayError } from '../../../schemas/errors.js';
import { postId } from '../corpus/list-messages.js';
import { accountId } from '../corpus/pseudonym.js';
import type { Threaded } from '../corpus/threads.js';
import { drawer } from '../draw.js';
import type { MachineReply, Voice } from './texts.js';

/** A post of the demo, and on which side its writer stands. */
export interface DemoPost
  extends Pick<Threaded, 'id' | 'account' | 'conversationId' | 'inReplyTo' | 'ms' | 'text'> {
  machine: boolean;
  /** Of the machine's posts. */
  voice?: Voice;
}

/** The campaign begins when this share of the thread's posts is written, and goes on to its end. */
const FROM_SHARE = 0.1;
/** An answer is not written faster than this. */
const LEAST_MS = 4 * 60_000;

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}

/** The largest conversation under a subject, in order of time. */
function conversationAbout(subject: string, posts: readonly Threaded[]): Threaded[] {
  const about = posts.filter((post) => post.subject === subject);
  const [largest] = [...groupBy(about, ({ conversationId }) => conversationId).values()].sort(
    (a, b) => b.length - a.length,
  );
  if (largest === undefined)
    throw new AssayError('internal', `no thread of the corpus is about "${subject}"`);
  return largest;
}

/** Time at a place between two posts, the first being 0. */
function timeAt(thread: readonly Threaded[], place: number): number {
  const before = thread[Math.floor(place)]!;
  const after = thread[Math.ceil(place)]!;
  return Math.round(before.ms + (after.ms - before.ms) * (place - Math.floor(place)));
}

/** @returns the replies as posts, in order of time within each thread */
export function placeReplies(replies: readonly MachineReply[], posts: readonly Threaded[]): DemoPost[] {
  return [...groupBy(replies, ({ thread }) => thread)].flatMap(([subject, own]) => {
    const thread = conversationAbout(subject, posts);
    const draw = drawer(`replies:${subject}`);
    return own.map((reply, at): DemoPost => {
      // Where people write much, the machine does: its share is even along the thread, not along the clock.
      const share = FROM_SHARE + ((1 - FROM_SHARE) * (at + draw())) / own.length;
      const ms = timeAt(thread, share * (thread.length - 1));
      const earlier = thread.filter((post) => post.ms <= ms - LEAST_MS);
      // Mostly the newest posts are answered, as people do.
      const parent = earlier.at(-1 - Math.floor(draw() ** 2 * earlier.length)) ?? thread[0]!;
      return {
        id: postId(`machine:${subject}:${at}`),
        account: accountId(`machine:${reply.author}`),
        conversationId: parent.conversationId,
        inReplyTo: parent.id,
        ms: Math.max(ms, parent.ms + LEAST_MS),
        text: reply.text,
        machine: true,
        voice: reply.voice,
      };
    });
  });
}
