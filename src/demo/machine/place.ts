/** Puts the machine's replies into their real threads: answers to people's posts, by several accounts, over the thread's later life. */
import { AssayError } from '../../../schemas/errors.js';
import { postId } from '../corpus/list-messages.js';
import { accountId } from '../corpus/pseudonym.js';
import type { Threaded } from '../corpus/threads.js';
import { drawer } from '../draw.js';
import type { MachineReply } from './texts.js';

/** A post of the demo, and on which side its writer stands. */
export interface DemoPost
  extends Pick<Threaded, 'id' | 'account' | 'conversationId' | 'inReplyTo' | 'ms' | 'text'> {
  machine: boolean;
}

/** The campaign begins after this share of the thread … */
const FROM_SHARE = 0.15;
/** … and goes on until this one. */
const TO_SHARE = 1;
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

/** @returns the replies as posts, in order of time within each thread */
export function placeReplies(replies: readonly MachineReply[], posts: readonly Threaded[]): DemoPost[] {
  return [...groupBy(replies, ({ thread }) => thread)].flatMap(([subject, own]) => {
    const thread = conversationAbout(subject, posts);
    const draw = drawer(`replies:${subject}`);
    const opened = thread[0]!.ms;
    const life = thread.at(-1)!.ms - opened;
    return own.map((reply, at): DemoPost => {
      const share = FROM_SHARE + ((TO_SHARE - FROM_SHARE) * (at + draw())) / own.length;
      const ms = Math.round(opened + life * share);
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
      };
    });
  });
}
