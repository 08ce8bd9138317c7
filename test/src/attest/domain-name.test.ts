/** Which names anybody can prove, and which only the operator gives out. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PlatformName } from '../../../schemas/post.js';
import { isDomainName } from '../../../src/attest/domain-name.js';

test.each([
  'example.org',
  'forum.example.co.uk',
  'a.xn--p1ai',
  'xn--bcher-kva.example.com',
  '4chan.org',
  'x.museum',
])('%s is a domain', (name) => {
  expect(isDomainName(name)).toBe(true);
});

test.each([
  'mail',
  'forum',
  'localhost',
  'org',
  '127.0.0.1',
  '10.1',
  'a.b.0x7f',
  'printer.local',
  'service.internal',
  'x.localhost',
  'x.test',
  'site.onion',
  '1.0.0.127.in-addr.arpa',
  'a..example.org',
  'example.org.',
  'under_score.example.org',
  'minus-.example.org',
  `${'a'.repeat(64)}.example.org`,
  '',
])('%j is none', (name) => {
  expect(isDomainName(name)).toBe(false);
});

test('a domain is always the host of its own address, whatever name a platform may have', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/), (name) => {
      if (!PlatformName.safeParse(name).success || !isDomainName(name)) return;
      // The URL standard refuses some Punycode; those cannot be fetched and so cannot be proven.
      if (!URL.canParse(`https://${name}/`)) return;
      expect(new URL(`https://${name}/`).host).toBe(name);
    }),
    { numRuns: 5_000 },
  );
});
