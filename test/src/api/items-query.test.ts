/** Filters of items: whatever is combined, pages show exactly the matching items in order, along a declared index. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ItemDoc } from '../../../schemas/store/documents.js';
import { BANDS } from '../../../schemas/verdict.js';
import { type ItemsQuery, ItemsQuery as ItemsQueryShape, planItems } from '../../../src/api/items-query.js';
import { searchWords } from '../../../streams/search-words.js';
import { startService, type TestService } from './service.js';

const START = Date.UTC(2025, 0, 1);
const WORDS = ['river', 'train', 'ladder', 'hall', 'saturday', 'bridge'];
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;

const item = (tenant: string, n: number): ItemDoc => ({
  _id: `${tenant}-${String(n).padStart(3, '0')}`,
  tenant,
  kind: n % 7 === 0 ? 'email' : 'post',
  platform: pick(['forum', 'blog'], n >> 1),
  externalId: String(n),
  conversationId: pick(['c1', 'c2', 'c3'], n >> 2),
  inReplyTo: null,
  authorId: pick(['ann', 'ben', 'cy'], n),
  handle: null,
  version: 1,
  contentHash: 'x',
  format: 'text',
  text: `text ${n}`,
  html: null,
  subject: null,
  raw: null,
  attestation: null,
  facets: [],
  lang: null,
  hal: pick([-1, -1, -1, 0, 1, 2], n),
  publishedMs: START,
  receivedMs: START + (n % 40) * 1_000,
  words: WORDS.filter((_word, at) => ((n * 37) >> at) % 2 === 0),
  verdictId: 'v',
  revision: 1,
  band: pick(BANDS, n * 3),
  probability: (n % 20) / 20,
  llr: 0,
  symbols: n % 3 === 0 ? ['text.word', 'text.rhythm'] : ['text.word'],
  reviewState: pick(['none', 'open', 'decided'], n >> 3),
  deleted: n % 11 === 0,
  deletedVersion: -1,
});

const ITEMS = Array.from({ length: 120 }, (_none, n) => item('default', n));

let service: TestService;
let key: Record<string, string>;
beforeAll(async () => {
  service = await startService();
  key = await service.key(['read'], 'default', 600_000);
  const foreign = Array.from({ length: 30 }, (_none, n) => item('rival', n));
  await service.context.collections.items.bulk([...ITEMS, ...foreign].map((insert) => ({ insert })));
});
afterAll(() => service.close());

type Filters = Omit<ItemsQuery, 'limit' | 'cursor'>;

/** The same question, answered by looking at everything. */
function expected(filters: Filters): string[] {
  const bound = (at: string | undefined, otherwise: number) =>
    at === undefined ? otherwise : Date.parse(at);
  const found = ITEMS.filter(
    (one) =>
      (filters.band === undefined || one.band === filters.band) &&
      (filters.kind === undefined || one.kind === filters.kind) &&
      (filters.platform === undefined || one.platform === filters.platform) &&
      (filters.conversation === undefined || one.conversationId === filters.conversation) &&
      (filters.author === undefined || one.authorId === filters.author) &&
      (filters.symbol === undefined || one.symbols.includes(filters.symbol)) &&
      one.probability >= (filters.minScore ?? 0) &&
      one.probability <= (filters.maxScore ?? 1) &&
      one.receivedMs >= bound(filters.from, 0) &&
      one.receivedMs < bound(filters.to, Number.POSITIVE_INFINITY) &&
      (filters.attested === undefined || one.hal >= 0 === (filters.attested === 'yes')) &&
      (filters.hal === undefined || one.hal === filters.hal) &&
      (filters.review === undefined || one.reviewState === filters.review) &&
      searchWords(filters.words).every((word) => one.words.includes(word)) &&
      one.deleted === (filters.deleted === 'yes'),
  );
  const by = filters.sort === 'score' ? 'probability' : 'receivedMs';
  return found.sort((a, b) => b[by] - a[by] || (a._id < b._id ? 1 : -1)).map(({ _id }) => _id);
}

const score = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
const at = fc.integer({ min: 0, max: 40 }).map((s) => new Date(START + s * 1_000).toISOString());
const filters: fc.Arbitrary<Filters> = fc
  .record(
    {
      band: fc.constantFrom(...BANDS),
      kind: fc.constantFrom('post' as const, 'email' as const),
      platform: fc.constantFrom('forum', 'blog', 'elsewhere'),
      conversation: fc.constantFrom('c1', 'c2', 'c3'),
      author: fc.constantFrom('ann', 'ben'),
      symbol: fc.constantFrom('text.word', 'text.rhythm'),
      minScore: score,
      maxScore: score,
      from: at,
      to: at,
      attested: fc.constantFrom('yes' as const, 'no' as const),
      hal: fc.constantFrom(0, 1, 2, 3),
      review: fc.constantFrom('none' as const, 'open' as const, 'decided' as const),
      words: fc.subarray(WORDS, { minLength: 1 }).map((words) => words.join(' ').toUpperCase()),
      deleted: fc.constantFrom('yes' as const, 'no' as const),
      sort: fc.constantFrom('received' as const, 'score' as const),
    },
    { requiredKeys: [] },
  )
  .filter(({ attested, hal }) => attested !== 'no' || hal === undefined);

const stringified = (given: object): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));

async function walk(given: Filters, limit: number): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages <= ITEMS.length; pages += 1) {
    const query = new URLSearchParams(stringified({ ...given, limit, ...(cursor ? { cursor } : {}) }));
    const response = await fetch(`${service.url}/v1/items?${query}`, { headers: key });
    expect(response.status).toBe(200);
    const page = (await response.json()) as { items: { itemId: string }[]; next: string | null };
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items.map(({ itemId }) => itemId));
    cursor = page.next;
    if (cursor === null) return found;
  }
  throw new Error('the pages have no end');
}

test('pages show exactly the matching items of the tenant, in order, whatever is combined', async () => {
  await fc.assert(
    fc.asyncProperty(filters, fc.integer({ min: 3, max: 50 }), async (given, limit) => {
      expect(await walk(given, limit)).toEqual(expected(given));
    }),
    { numRuns: 80 },
  );
});

test('every combination walks a declared index', async () => {
  const { items } = service.context.collections;
  await fc.assert(
    fc.asyncProperty(filters, async (given) => {
      const { query } = planItems('default', given);
      expect(await items.explain({ ...query, limit: 10 })).toMatchObject({ usesIndex: true });
    }),
    { numRuns: 80 },
  );
});

describe('the index that leads', () => {
  test.each<[Filters, string]>([
    [{}, 'by_received'],
    [{ band: 'machine' }, 'by_band'],
    [{ kind: 'email', platform: 'forum' }, 'by_platform'],
    [{ band: 'machine', author: 'ann', conversation: 'c1' }, 'by_conversation'],
    [{ words: 'river', band: 'machine' }, 'by_word'],
    [{ symbol: 'text.word', review: 'open' }, 'by_symbol'],
    [{ attested: 'no' }, 'by_hal'],
    [{ attested: 'yes' }, 'by_received'],
    [{ hal: 2 }, 'by_hal'],
    [{ minScore: 0.5 }, 'by_received'],
    [{ minScore: 0.5, sort: 'score', author: 'ann' }, 'by_probability'],
  ])('of %j is %s', (given, index) => {
    expect(planItems('default', given).query).toMatchObject({ index, where: { tenant: 'default' } });
  });
});

describe('a query that makes no sense is refused with a pointer', () => {
  test.each([
    ['band=robot', '/query/band'],
    ['minScore=', '/query/minScore'],
    ['minScore=2', '/query/minScore'],
    ['hal=1.5', '/query/hal'],
    ['attested=no&hal=1', '/query/hal'],
    ['from=yesterday', '/query/from'],
    ['words=%20!', '/query/words'],
    ['words=aa+bb+cc+dd+ee+ff+gg+hh+ii', '/query/words'],
    ['limit=0', '/query/limit'],
    ['limit=201', '/query/limit'],
    ['band=machine&band=assisted', '/query/band'],
  ])('%s', async (query, pointer) => {
    const response = await fetch(`${service.url}/v1/items?${query}`, { headers: key });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'request.invalid', errors: [{ pointer }] });
  });

  test('the same words twice count once', () => {
    expect(ItemsQueryShape.safeParse({ words: 'Élan elan ELAN' }).success).toBe(true);
  });
});
