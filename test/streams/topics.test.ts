import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../schemas/limits.js';
import { intakeTopics, topicSpecs } from '../../streams/topics.js';

const TENANTS = [
  { tenant: 'acme', posts: 'posts.acme', emails: 'emails.acme' },
  { tenant: 'zeta', posts: 'p', emails: 'e' },
];

describe('topics', () => {
  it('say whose text a record is: the tenant follows from the topic', () => {
    const topics = intakeTopics(TENANTS);
    expect(topics.get('posts.acme')).toEqual({ tenant: 'acme', kind: 'post' });
    expect(topics.get('e')).toEqual({ tenant: 'zeta', kind: 'email' });
    expect(topics.get('verdicts')).toBeUndefined();
  });

  it('exist for every tenant and for what is announced, each with an end to what it keeps', () => {
    const specs = topicSpecs(TENANTS, 6);
    expect(specs.map(({ name }) => name)).toEqual([
      'posts.acme',
      'emails.acme',
      'p',
      'e',
      'verdicts',
      'evidence',
      'dead-letters',
    ]);
    expect(specs.every(({ retentionMs }) => retentionMs !== null && retentionMs > 0)).toBe(true);
    expect(specs.at(-1)).toMatchObject({ partitions: 1, retentionMs: LIMITS.deadLetterMs });
    expect(specs[0]?.partitions).toBe(6);
  });
});
