/** The queue as a page: the filter as a GET form, how many match, the items, and the way to older ones. */
import { REVIEW_STATES } from '../../schemas/review.js';
import { BANDS } from '../../schemas/verdict.js';
import { BAND_WORDS } from './band-words.js';
import { count, counted } from './figures.js';
import { type Html, href, html } from './html.js';
import { itemRow } from './item-row.js';
import type { QueueView } from './queue.js';
import { bandOf, COUNT_LIMIT, type QueueFilter } from './queue-filter.js';
import { STATE_WORDS } from './review-words.js';
import { oneLine } from './visible-text.js';

type Option = readonly [value: string, label: string];

const select = (name: string, label: string, options: readonly Option[], chosen: string): Html =>
  html`<label>${label}<select name="${name}">${options.map(
    ([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select></label>`;

/** The filter form. Works by GET, so a filtered queue has an address. */
function filterForm({ filter, counts }: Pick<QueueView, 'filter' | 'counts'>): Html {
  const bands: Option[] = [['any', 'Any'], ...BANDS.map((band): Option => [band, BAND_WORDS[band].name])];
  const states: Option[] = [
    ['', 'Any'],
    ...REVIEW_STATES.map((state): Option => [state, STATE_WORDS[state]]),
  ];
  const platforms: Option[] = [
    ['', 'Any'],
    ...counts.platforms
      .slice(0, 200)
      .map(({ platform, total }): Option => [platform, `${platform} (${count(total)})`]),
  ];
  return html`<form class="filter card" method="get" action="/console/queue" role="search" aria-label="Filter items">
<div class="fields">${select('band', 'Verdict', bands, bandOf(filter) ?? 'any')}
${select('review', 'Review', states, filter.review ?? '')}
${select(
  'kind',
  'Kind',
  [
    ['', 'Any'],
    ['post', 'Posts'],
    ['email', 'E-mails'],
  ],
  filter.kind ?? '',
)}
${select('platform', 'Platform', platforms, filter.platform ?? '')}
<label class="wide">Words<input type="search" name="q" value="${filter.q ?? ''}" maxlength="200" placeholder="All of these words"></label></div>
${filter.author !== undefined && html`<input type="hidden" name="author" value="${filter.author}">`}
<div class="actions"><button class="primary">Show</button><a href="/console/queue">Reset</a></div>
</form>`;
}

/** "Only items by ann" with a way out. */
const authorNote = ({ author, ...rest }: QueueFilter): Html | false =>
  author !== undefined &&
  html`<p class="note">Only items by <bdi>${oneLine(author, 80)}</bdi>. <a href="${href('/console/queue', { ...rest, after: undefined })}">Show everybody’s</a></p>`;

function summary({ items, matches, filter }: QueueView): string {
  if (matches === null) return `${counted(items.length, 'item')} on this page`;
  const number = matches >= COUNT_LIMIT ? `${count(COUNT_LIMIT)} or more items` : counted(matches, 'item');
  return `${number}${filter.after === undefined ? '' : ', older ones shown'}`;
}

/** The main part of the queue. */
export function queuePage(view: QueueView): Html {
  const { filter, items, next } = view;
  return html`<h1>Queue</h1>
<p class="lead">What the detector flagged, newest first. A flag is a reason to look; a person decides.</p>
${filterForm(view)}
<section aria-labelledby="found"><h2 id="found">${summary(view)}</h2>
${authorNote(filter)}
${
  items.length === 0
    ? html`<p class="empty card">${next === null ? 'Nothing matches this filter.' : 'Nothing on this page; there may be older matches.'}</p>`
    : html`<ol class="rows">${items.map(itemRow)}</ol>`
}
<nav class="pager" aria-label="Pages">${filter.after !== undefined && html`<a class="button" href="${href('/console/queue', { ...filter, after: undefined })}">Newest</a>`}${
    next !== null &&
    html`<a class="button" rel="next" href="${href('/console/queue', { ...filter, after: next })}">Older</a>`
  }</nav></section>`;
}
