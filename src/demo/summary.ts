/**
 * What the demo came to, counted from the store: bands per kind and writer, and, because the demo knows who wrote each
 * text, how often `machine` was right and how often it was a false alarm. Unflattering figures stand there too.
 */

import { MAIL_PLATFORM } from '../../schemas/email.js';
import { itemId } from '../../schemas/ids.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import { BANDS, type Band } from '../../schemas/verdict.js';
import type { Collections } from '../context.js';
import { shareRankedRight } from './ranking.js';
import { DEMO_PLATFORM, type DemoItem, isMachineMade, type Origin } from './stream.js';

export type Bands = Record<Band, number>;

/** All items of one kind and one side. */
export interface Group {
  kind: 'post' | 'email';
  origin: Origin;
  items: number;
  bands: Bands;
  /** Called `machine` … */
  called: number;
  /** … which is right for the machine's own texts and a false alarm for all others. */
  meaning: 'found' | 'false alarms';
}

export interface Summary {
  items: number;
  /** Items of the stream that the store does not hold. */
  missing: number;
  groups: Group[];
  /** Share of pairs, one text by a machine and one by a person, in which the machine's scored higher; null without pairs. */
  ranking: Record<Group['kind'], number | null>;
  /** Items flagged for a moderator. */
  alerts: number;
  deadLetters: number;
  /** Posts by hal of their token: -1 carries none, or one that does not hold. */
  attestations: Record<string, number>;
  /** Posts that carry a token. */
  tokens: number;
  seconds: number;
  itemsPerSecond: number;
}

const CHUNK = 500;
const ORDER: readonly [Group['kind'], Origin][] = [
  ['post', 'people'],
  ['post', 'machine as person'],
  ['post', 'machine as assistant'],
  ['email', 'people'],
  ['email', 'spam'],
  ['email', 'machine as person'],
  ['email', 'machine as assistant'],
];

/** Id under which an item of the stream is found in the store. */
export const storedId = (tenant: string, { kind, id }: Pick<DemoItem, 'kind' | 'id'>): string =>
  itemId(tenant, kind, kind === 'post' ? DEMO_PLATFORM : MAIL_PLATFORM, id);

const sides = () => ({ machine: [] as number[], people: [] as number[] });

const noBands = (): Bands => Object.fromEntries(BANDS.map((band) => [band, 0])) as Bands;

async function* stored(
  collections: Pick<Collections, 'items'>,
  tenant: string,
  items: readonly DemoItem[],
): AsyncGenerator<{ item: DemoItem; doc: ItemDoc | null }> {
  for (let at = 0; at < items.length; at += CHUNK) {
    const chunk = items.slice(at, at + CHUNK);
    const docs = await collections.items.getMany(chunk.map((item) => storedId(tenant, item)));
    for (const [place, item] of chunk.entries()) yield { item, doc: docs[place] ?? null };
  }
}

/**
 * @param run items judged by this start and the seconds they took
 */
export async function summarise(
  collections: Pick<Collections, 'items' | 'deadLetters'>,
  tenant: string,
  items: readonly DemoItem[],
  run: { judged: number; seconds: number },
): Promise<Summary> {
  const groups = ORDER.map(
    ([kind, origin]): Group => ({
      kind,
      origin,
      items: 0,
      bands: noBands(),
      called: 0,
      meaning: isMachineMade(origin) ? 'found' : 'false alarms',
    }),
  );
  const summary: Summary = {
    items: 0,
    missing: 0,
    groups,
    ranking: { post: null, email: null },
    alerts: 0,
    deadLetters: 0,
    attestations: { '-1': 0, '0': 0, '1': 0, '2': 0, '3': 0 },
    tokens: 0,
    seconds: run.seconds,
    itemsPerSecond: run.seconds > 0 ? Math.round(run.judged / run.seconds) : 0,
  };
  const scores = { post: sides(), email: sides() };
  for await (const { item, doc } of stored(collections, tenant, items)) {
    if (doc === null) {
      summary.missing += 1;
      continue;
    }
    const group = groups.find(({ kind, origin }) => kind === item.kind && origin === item.origin)!;
    summary.items += 1;
    group.items += 1;
    group.bands[doc.band] += 1;
    if (doc.band === 'machine') group.called += 1;
    scores[item.kind][isMachineMade(item.origin) ? 'machine' : 'people'].push(doc.llr);
    if (doc.reviewState !== 'none') summary.alerts += 1;
    if (doc.kind === 'email') continue;
    if (doc.attestation !== null) summary.tokens += 1;
    summary.attestations[String(doc.hal)] = (summary.attestations[String(doc.hal)] ?? 0) + 1;
  }
  for (const kind of ['post', 'email'] as const) {
    summary.ranking[kind] = shareRankedRight(scores[kind].machine, scores[kind].people);
  }
  summary.deadLetters = await collections.deadLetters.count({
    index: 'by_state',
    where: { tenant, state: 'open' },
    limit: 10_000,
  });
  return summary;
}
