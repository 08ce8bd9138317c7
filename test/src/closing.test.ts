import { describe, expect, it } from '@jest/globals';
import { Closing } from '../../src/closing.js';

describe('closing', () => {
  it('goes in the reverse order of opening, once', async () => {
    const closed: string[] = [];
    const closing = new Closing();
    for (const name of ['log', 'store', 'server']) closing.add(name, async () => void closed.push(name));
    await Promise.all([closing.close(), closing.close()]);
    expect(closed).toEqual(['server', 'store', 'log']);
  });

  it('goes on past a part that cannot be closed, and tells which', async () => {
    const closed: string[] = [];
    const told: string[] = [];
    const closing = new Closing();
    closing.add('log', () => void closed.push('log'));
    closing.add('store', () => {
      throw new Error('stuck');
    });
    await closing.close((error, part) => told.push(`${part}: ${(error as Error).message}`));
    expect(closed).toEqual(['log']);
    expect(told).toEqual(['store: stuck']);
  });
});
