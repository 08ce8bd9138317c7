/** The reader's feed as a page: the switch, what is shown with what stands behind it, and what is hidden with its reason. */

import { shownText } from '../shown-text.js';
import { labelInWords } from './attestation-words.js';
import { BAND_WORDS } from './band-words.js';
import type { FeedEntry, FeedFilter, FeedView } from './feed.js';
import { count, counted, time } from './figures.js';
import { type Html, href, html } from './html.js';
import { authorName, itemPath, previewOf } from './item-row.js';
import { oneLine, visible } from './visible-text.js';

interface FilterWords {
  name: string;
  says: string;
}

/** hal 1 is the account's key and no statement about a person; the names keep that apart. */
const FILTERS: Readonly<Record<FeedFilter, FilterWords>> = {
  all: { name: 'All', says: 'Nothing is hidden. Beside each post stands what is known of its attestation.' },
  approved: {
    name: 'Approved by account',
    says: 'Only posts whose text was approved by the account’s own key. That shows that the account meant this very text, and nothing about who or what holds the account.',
  },
  humans: {
    name: 'Humans',
    says: 'Only posts with more than a key: an aged account its platform vouches for, or a certified authenticator (level 2 of 3 and above). No level proves who composed the words.',
  },
};

/** Where the feed is, as a query. */
const place = ({ platform, conversation }: FeedView) => ({ platform, conversation });

const filterSwitch = (view: FeedView): Html => html`<nav aria-label="Filter"><ul class="switch">${(
  Object.keys(FILTERS) as FeedFilter[]
).map(
  (filter) =>
    html`<li><a href="${href('/console/feed', { ...place(view), filter })}"${filter === view.filter && html` aria-current="true"`}>${FILTERS[filter].name}</a></li>`,
)}</ul></nav>
<p class="switch-says">${FILTERS[view.filter].says}</p>`;

const TEXT = 600;

/** The beginning of a post as it is displayed, never cut inside a surrogate pair. */
function body({ item }: FeedEntry): Html {
  const text = item.text ?? shownText(item.html ?? '');
  const cut = text.length > TEXT;
  const beginning = cut ? text.slice(0, TEXT).replace(/[\ud800-\udbff]$/, '') : text;
  return html`<div class="received" dir="auto">${visible(beginning)}${cut && '…'}</div>`;
}

const byline = ({ item }: FeedEntry): Html =>
  html`<p class="byline"><strong><bdi>${authorName(item)}</bdi></strong> <span class="muted">on ${item.platform} · ${time(item.publishedMs)}</span></p>`;

/** The reason word for word, and the detector's opinion as a separate remark that decided nothing. */
const facts = ({ item, decision }: FeedEntry): Html =>
  html`<p class="row-facts"><span class="fact${decision.label !== 'none' && ' attested'}">${
    decision.label === 'none' ? decision.sentence : labelInWords(decision.label, item.platform)
  }</span><span class="muted">detector: ${BAND_WORDS[item.band].name.toLowerCase()}</span><a href="${itemPath(item._id)}">details</a></p>`;

const shown = (entry: FeedEntry): Html =>
  html`<li class="row post"><article>${byline(entry)}${body(entry)}${facts(entry)}</article></li>`;

const hidden = (
  entry: FeedEntry,
): Html => html`<li class="row post hidden-post" data-reason="${entry.decision.reason}"><details><summary><span class="muted">Hidden: a post by <bdi>${authorName(entry.item)}</bdi>.</span> ${entry.decision.sentence}</summary>
<article>${byline(entry)}${body(entry)}${facts(entry)}</article></details></li>`;

/** How many posts each reason hides, most first. */
function hiddenBecause(entries: readonly FeedEntry[]): Html | false {
  const reasons = new Map<string, number>();
  for (const { decision } of entries) {
    if (decision.action === 'hide') reasons.set(decision.sentence, (reasons.get(decision.sentence) ?? 0) + 1);
  }
  if (reasons.size === 0) return false;
  const sorted = [...reasons].sort((a, b) => b[1] - a[1]);
  return html`<ul class="because">${sorted.map(([sentence, n]) => html`<li><strong>${count(n)}</strong> ${sentence}</li>`)}</ul>`;
}

const where = ({
  platforms,
  attested,
  platform,
  conversation,
  filter,
}: FeedView): Html => html`<form class="filter card" method="get" action="/console/feed" aria-label="Choose a feed">
<input type="hidden" name="filter" value="${filter}">
<div class="fields"><label>Platform<select name="platform"><option value="">Any</option>${platforms
  .slice(0, 200)
  .map(
    (name) => html`<option value="${name}"${name === platform && html` selected`}>${name}</option>`,
  )}</select></label>
<label class="wide">Conversation<input name="conversation" value="${conversation}" maxlength="512" placeholder="Any"></label></div>
<div class="actions"><button>Show</button></div>
${
  attested.length > 0 &&
  html`<details class="ways-in small"><summary>Conversations with attested posts</summary><ul>${attested.map(
    ({ newest, posts }) =>
      html`<li><a href="${href('/console/feed', { platform: newest.platform, conversation: newest.conversationId, filter })}"><bdi>${oneLine(previewOf(newest), 64)}</bdi></a> <span class="muted">(${counted(posts, 'post')})</span></li>`,
  )}</ul></details>`
}
</form>`;

/** Under which name the platforms in view vouch for their accounts. */
const names = ({ registered, platform, entries }: FeedView): Html | false => {
  const inView = new Set([platform, ...entries.map(({ item }) => item.platform)]);
  const named = registered.filter((one) => inView.has(one.platform));
  return (
    named.length > 0 &&
    html`<ul class="small muted">${named.map((one) => html`<li><bdi>${one.platform}</bdi>: <bdi>${one.name}</bdi></li>`)}</ul>`
  );
};

/** The main part of the feed. */
export function feedPage(view: FeedView): Html {
  const { entries } = view;
  const gone = entries.filter(({ decision }) => decision.action === 'hide').length;
  return html`<h1>Reader’s feed</h1>
<p class="lead">What a reader’s own software can do with attestations: the same posts under three filters.</p>
${names(view)}
${where(view)}
${filterSwitch(view)}
<section aria-labelledby="posts"><h2 id="posts">${counted(entries.length - gone, 'post')} shown, ${count(gone)} hidden</h2>
${hiddenBecause(entries)}
${
  entries.length === 0
    ? html`<p class="empty card">There are no posts here.</p>`
    : html`<ol class="rows feed">${entries.map((entry) => (entry.decision.action === 'hide' ? hidden(entry) : shown(entry)))}</ol>`
}</section>`;
}
