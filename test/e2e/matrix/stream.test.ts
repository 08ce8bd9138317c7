/** What the crash matrix expects of what it feeds: the yardstick of its books. */
import { describe, expect, it } from '@jest/globals';
import { itemId } from '../../../schemas/ids.js';
import { expectedOf, makeFeed } from './stream.js';

const key = (id: string, version: number): string => `${itemId('default', 'post', 'forum', id)}:${version}`;
const text = (id: string, version: number, words = 'words') => ({ id, version, text: words });
const deletion = (id: string, version: number) => ({ id, version, deletedAt: 'now' });
const expected = (...events: Record<string, unknown>[]) => expectedOf({ events, posts: 0 });

describe('what a feed has to lead to', () => {
  it('is one verdict a version, however often it came', () => {
    const { verdicts, items } = expected(text('a', 1), text('a', 2), text('a', 1), text('b', 1));
    expect([...verdicts]).toEqual([key('a', 1), key('a', 2), key('b', 1)]);
    expect(items.size).toBe(2);
  });

  it('is none of a text whose deletion came first, and one of a text that came before it', () => {
    const { verdicts } = expected(
      text('a', 1),
      deletion('a', 2),
      deletion('b', 2),
      text('b', 1),
      text('b', 3),
    );
    expect([...verdicts]).toEqual([key('a', 1), key('a', 2), key('b', 2), key('b', 3)]);
  });

  it('is a dead letter of a poisoned text', () => {
    const { verdicts, poisoned, items } = expected(text('a', 1, 'poisoned'));
    expect([verdicts.size, items.size]).toEqual([0, 0]);
    expect([...poisoned]).toEqual([key('a', 1)]);
  });

  it.each(['in order', 'doubled', 'shuffled'] as const)('holds poison, edits and deletions, %s', (order) => {
    const feed = makeFeed(400, order);
    const { verdicts, poisoned, items } = expectedOf(feed);
    expect(poisoned.size).toBe(2);
    expect(items.size).toBeGreaterThanOrEqual(398 - 10);
    if (order === 'in order') expect(verdicts.size + poisoned.size).toBe(feed.events.length);
    if (order === 'doubled') expect(feed.events).toHaveLength(2 * makeFeed(400, 'in order').events.length);
  });
});
