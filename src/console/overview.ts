/** The first page: how much came in and what it was called, kept fresh; and the newest flagged items. */
import { z } from 'zod';
import { BANDS, type Band } from '../../schemas/verdict.js';
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { settleClaims } from '../review/copy-state.js';
import { LIVE_SCRIPT_PATH } from './assets.js';
import { BAND_WORDS } from './band-words.js';
import { type Counts, readCounts } from './counters.js';
import { count, counted } from './figures.js';
import { type Html, href, html } from './html.js';
import { itemRow } from './item-row.js';
import { pageReply, viewerOf } from './layout.js';
import { type Listed, withIntervals } from './queue.js';

type OverviewContext = Pick<ApiContext, 'clock' | 'collections'>;

const NEWEST = 6;
/** Open items are counted up to here. */
const OPEN_LIMIT = 1_000;
const REFRESH_S = 10;

export interface OverviewView {
  counts: Counts;
  /** Items open for review, at most OPEN_LIMIT. */
  open: number;
}

const KIND_WORDS = { post: 'Posts', email: 'E-mails' } as const;

/** One kind as a bar of its bands. The table beside it says the same in numbers. */
function bar({ bands, total }: Counts['kinds'][number]): Html {
  let x = 0;
  return html`<svg class="shares" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${BANDS.map(
    (band) => {
      const width = total === 0 ? 0 : (100 * bands[band]) / total;
      x += width;
      return (
        width > 0 &&
        html`<rect class="band-${band}" x="${(x - width).toFixed(3)}" y="0" width="${width.toFixed(3)}" height="4"/>`
      );
    },
  )}</svg>`;
}

const cell = (kind: string, band: Band, n: number): Html =>
  html`<tr><th scope="row"><span class="dot band-${band}"></span>${BAND_WORDS[band].name}</th><td><a href="${href('/console/queue', { kind, band })}">${count(n)}</a></td></tr>`;

const kindCard = (
  of: Counts['kinds'][number],
): Html => html`<section class="card"><h3>${KIND_WORDS[of.kind]} <span class="big">${count(of.total)}</span></h3>
${bar(of)}
<table class="bands"><caption class="hidden">${KIND_WORDS[of.kind]} by verdict</caption><tbody>${BANDS.map((band) => cell(of.kind, band, of.bands[band]))}</tbody></table></section>`;

/** The part that is exchanged while the page is open. */
export const countersFragment = ({
  counts,
  open,
}: OverviewView): Html => html`<p class="figures"><span><strong class="big">${count(counts.total)}</strong> items</span>
<span><strong class="big">${open >= OPEN_LIMIT ? `${count(OPEN_LIMIT)}+` : count(open)}</strong> <a href="/console/queue?band=any&amp;review=open">open for review</a>${open > 0 && html` · <a href="/console/next">start</a>`}</span>
<span><strong class="big">${count(counts.platforms.length)}</strong> ${counts.platforms.length === 1 ? 'source' : 'sources'}</span></p>
<div class="tiles">${counts.kinds.map(kindCard)}</div>`;

/** The main part of the overview. @param refreshing whether the browser asks again by itself, without a script */
export const overviewPage = (
  view: OverviewView,
  newest: readonly Listed[],
  refreshing: boolean,
): Html => html`<h1>Overview</h1>
<p class="lead">What came in, and what it was called. ${counted(view.counts.total, 'item')} so far.</p>
<section aria-labelledby="counters"><div class="section-head"><h2 id="counters">Counters</h2>
<p class="small"><button class="quiet" type="button" hidden data-live-toggle aria-pressed="false">Pause live counters</button>
<noscript><a href="${href('/console', refreshing ? {} : { refresh: 'yes' })}">${refreshing ? 'Stop refreshing' : `Refresh every ${REFRESH_S} seconds`}</a></noscript></p></div>
<div data-live="/console/live">${countersFragment(view)}</div></section>
<section aria-labelledby="newest"><h2 id="newest">Newest flagged</h2>
${
  newest.length === 0
    ? html`<p class="empty card">Nothing was flagged yet.</p>`
    : html`<ol class="rows">${newest.map(itemRow)}</ol><p><a class="button" href="/console/queue">The whole queue</a></p>`
}</section>`;

async function readOverview(context: OverviewContext, tenant: string): Promise<OverviewView> {
  const [counts, open] = await Promise.all([
    readCounts(context, tenant),
    context.collections.items.count({
      index: 'by_review',
      where: { tenant, reviewState: 'open' },
      residual: { deleted: false },
      limit: OPEN_LIMIT,
    }),
  ]);
  return { counts, open };
}

async function newestFlagged(context: OverviewContext, tenant: string): Promise<Listed[]> {
  const { docs } = await context.collections.items.page({
    index: 'by_band',
    where: { tenant, band: 'machine' },
    residual: { deleted: false },
    order: 'desc',
    limit: NEWEST,
  });
  return withIntervals(context, docs);
}

const overview = defineEndpoint<OverviewContext>()({
  method: 'get',
  path: '/console',
  access: 'read',
  tag: 'Console',
  summary: 'Counters and the newest flagged items',
  query: z.object({ refresh: z.literal('yes').optional() }),
  responses: { 200: { description: 'A page', mediaType: 'text/html' } },
  async handle(context, call) {
    const viewer = viewerOf(call);
    const { tenant } = viewer.principal;
    await settleClaims(context, tenant);
    const [view, newest] = await Promise.all([readOverview(context, tenant), newestFlagged(context, tenant)]);
    const refreshing = call.query.refresh === 'yes';
    const main = overviewPage(view, newest, refreshing);
    const refreshS = refreshing ? REFRESH_S : undefined;
    return pageReply({ title: 'Overview', viewer, main, refreshS, script: LIVE_SCRIPT_PATH }, '/console');
  },
});

const live = defineEndpoint<OverviewContext>()({
  method: 'get',
  path: '/console/live',
  access: 'read',
  tag: 'Console',
  summary: 'The counters alone, for the page that shows them',
  responses: { 200: { description: 'A fragment of a page', mediaType: 'text/html' } },
  async handle(context, { principal }) {
    const view = await readOverview(context, principal!.tenant);
    const content = countersFragment(view).toString();
    return { status: 200, raw: { mediaType: 'text/html; charset=utf-8', content } };
  },
});

export const OVERVIEW_ENDPOINTS = [overview, live];
