/** What the crash matrix feeds: posts with edits and deletions, some of them poisoned, in order, doubled, or shuffled; and what has to come of it. */
import { itemId } from '../../../schemas/ids.js';
import { readyDeletion, readyPost } from '../../../streams/intake/ready.js';
import type { Log, OutgoingRecord } from '../../../streams/log/port.js';
import { makeStream } from '../posts.js';
import { POISON } from './judge.js';

type Event = Record<string, unknown>;

export interface Feed {
  /** In the order of arrival. */
  events: Event[];
  posts: number;
}

export type Order = 'in order' | 'doubled' | 'shuffled';

/** Neither edited nor deleted later: what becomes of them is their own doing. */
const isPoisoned = (n: number): boolean => n % 200 === 100;

/** The same shuffle at every run. */
function shuffle<T>(list: T[]): T[] {
  let seed = 42;
  for (let at = list.length - 1; at > 0; at--) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = seed % (at + 1);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}

export function makeFeed(posts: number, order: Order): Feed {
  const events = makeStream(posts).events.map((event): Event => {
    const n = Number(String(event['id']).slice(1));
    return isPoisoned(n) && 'text' in event ? { ...event, text: `${event['text']} ${POISON}` } : event;
  });
  if (order === 'shuffled') return { events: shuffle([...events]), posts };
  return { events: order === 'doubled' ? shuffle([...events, ...events]) : events, posts };
}

const ready = (event: Event, now: number): { itemId: string; record: OutgoingRecord } =>
  'deletedAt' in event ? readyDeletion('default', event, now) : readyPost('default', event, now);

/** Appends everything to the topic of posts. */
export async function append({ events }: Feed, log: Log): Promise<void> {
  const now = Date.now();
  for (let at = 0; at < events.length; at += 500)
    await log.send(
      'posts',
      events.slice(at, at + 500).map((event) => ready(event, now).record),
    );
}

const idOf = (event: Event): string => itemId('default', 'post', 'forum', String(event['id']));

export interface Expected {
  /** `item:version` of every verdict that has to be there, poison left out. */
  verdicts: Set<string>;
  items: Set<string>;
  /** `item:version` of what becomes a dead letter first, and a verdict once the judge is repaired. */
  poisoned: Set<string>;
}

/** A deletion keeps texts of its version and older from ever being judged; all else is judged once. */
export function expectedOf({ events }: Feed): Expected {
  const deleted = new Map<string, number>();
  const expected: Expected = { verdicts: new Set(), items: new Set(), poisoned: new Set() };
  for (const event of events) {
    const id = idOf(event);
    const version = Number(event['version']);
    const key = `${id}:${version}`;
    if ('deletedAt' in event) deleted.set(id, Math.max(version, deleted.get(id) ?? -1));
    else if (String(event['text']).includes(POISON)) {
      expected.poisoned.add(key);
      continue;
    } else if (version <= (deleted.get(id) ?? -1) && !expected.verdicts.has(key)) continue;
    expected.verdicts.add(key);
    expected.items.add(id);
  }
  return expected;
}
