import { describe, expect, it } from '@jest/globals';
import { Finding } from '../../schemas/finding.js';

const FINDING = {
  findingId: 'f',
  revision: 1,
  tenant: 'acme',
  kind: 'campaign',
  members: ['a', 'b'],
  pValue: 0.001,
  falseDiscoveryRate: 0.01,
  effect: 1.2,
  sentence: 'campaign.near_duplicates',
};

describe('a finding', () => {
  it('lists members, its strength and its effect', () => {
    expect(Finding.parse({ ...FINDING, values: { share: 0.4 } })).toMatchObject(FINDING);
  });

  it('has a probability for a p-value, and revisions from one on', () => {
    expect(Finding.safeParse({ ...FINDING, pValue: 1.1 }).success).toBe(false);
    expect(Finding.safeParse({ ...FINDING, revision: 0 }).success).toBe(false);
    expect(Finding.safeParse({ ...FINDING, kind: 'mood' }).success).toBe(false);
  });
});
