/** One rendering that cannot be read is never covered by the other: the worst of what is given counts. */
import { beforeAll, expect, test } from '@jest/globals';
import { createVerifier } from '../../../src/client/html.js';
import { examine, type PostedText } from '../../../src/client/middleware.js';
import { LIST, makeKit, NOW, network, TEXT } from './kit.js';

let check: (posted: Record<string, unknown>) => Promise<unknown>;
beforeAll(async () => {
  const kit = await makeKit();
  const token = await kit.token();
  const verifier = createVerifier({
    trust: kit.trust,
    fetch: network({ [LIST]: await kit.list() }),
    clock: () => NOW,
  });
  check = async (posted) => {
    const options = { verifier, post: () => ({ ...posted, token }) as PostedText, header: null };
    return (await examine({}, () => undefined, options))?.result?.content;
  };
});

test.each([
  ['a text alone', { text: TEXT }, 'exact'],
  ['HTML that is a list beside a good text', { text: TEXT, html: ['<b>other</b>'] }, 'unchecked'],
  [
    'entities that cannot be read beside good HTML',
    { text: 'other', facets: 'junk', html: `<p>${TEXT}</p>` },
    'unchecked',
  ],
  ['a member that is null', { text: TEXT, html: null }, 'exact'],
])('%s', async (_, posted, content) => {
  expect(await check(posted)).toBe(content);
});
