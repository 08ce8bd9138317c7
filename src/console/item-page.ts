/**
 * The page of one item. Written to be read by the person it is about as well: what was found, how sure that is, what it
 * does not mean, and that a person decides. The attestation is a section of its own, beside the detector's.
 */
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { ApiContext } from '../api/context.js';
import { attestationSection } from './attestation-section.js';
import { bandBadge, stateBadge } from './badges.js';
import { time } from './figures.js';
import { type Html, href, html } from './html.js';
import type { ItemView } from './item.js';
import { originOf } from './item-row.js';
import type { Viewer } from './layout.js';
import { markedText } from './marked-text.js';
import { provenanceSection, revisionsSection, versionsSection } from './provenance-section.js';
import { reviewSection } from './review-section.js';
import { reasonsSection, verdictSection } from './verdict-section.js';
import { oneLine, visible } from './visible-text.js';

export interface ItemSurroundings {
  viewer: Viewer;
  /** Milliseconds since the epoch. */
  now: number;
  sentenceOf: ApiContext['sentenceOf'];
}

function heading({ item, review }: ItemView): Html {
  const { subject, kind, platform, conversationId, authorId, publishedMs, receivedMs } = item;
  return html`<p class="crumbs"><a href="/console/queue">Queue</a></p>
<h1>${subject !== null ? html`<bdi>${oneLine(subject, 160)}</bdi>` : originOf(item)}</h1>
<p class="row-top">${!item.deleted && bandBadge(item.band)}${stateBadge(review.review.state)}</p>
<p class="byline muted">${subject !== null && html`${originOf(item)} · `}${kind === 'email' ? 'received' : 'published'} ${time(publishedMs)}${
    kind === 'post' && html` · received ${time(receivedMs)}`
  }</p>
<p class="byline"><a href="${href('/console/queue', { author: authorId })}">More by this author</a>${
    kind === 'post' &&
    html` · <a href="${href('/console/feed', { platform, conversation: conversationId })}">The conversation as a reader sees it</a>`
  }</p>`;
}

const HTML_NOTE = html`<p class="muted small">Received as HTML. This is its source as it came in, tags included, because the marks refer to
that; nothing of it is rendered.</p>`;

const GONE = html`<p class="empty">The text was deleted on the platform, and is not kept here.</p>`;

/** From this length on (UTF-16 units) the text scrolls in its place, so that what is said of it stays near. */
const LONG = 4_000;

function received(source: string, { item, verdict }: ItemView): Html {
  const long = source.length > LONG;
  const names = `received${item.html === null ? '' : ' source'}${long ? ' long' : ''}`;
  const place = long && html` role="region" aria-label="The text" tabindex="0"`;
  return html`<div class="${names}" dir="auto"${place}>${markedText(source, verdict?.reasons ?? [])}</div>`;
}

function textSection(view: ItemView): Html {
  const { item, verdict } = view;
  const source: ItemDoc['text'] = item.text ?? item.html;
  const reasons = verdict?.reasons ?? [];
  const marked = reasons.some(({ spans = [] }) => spans.length > 0);
  return html`<section class="card" aria-labelledby="text"><h2 id="text">Text</h2>
${item.subject !== null && html`<p class="subject"><span class="muted">Subject</span> <bdi>${visible(item.subject)}</bdi></p>`}
${item.html !== null && HTML_NOTE}
${source === null ? GONE : received(source, view)}
${marked && source !== null && html`<p class="legend small muted"><mark class="for">marked</mark> speaks for a machine, <mark class="against">marked</mark> against; the small numbers are those of the reasons.</p>`}
</section>`;
}

/** The main part of an item's page. */
export function itemPage(view: ItemView, around: ItemSurroundings): Html {
  const { item, verdict } = view;
  return html`${heading(view)}
<div class="columns"><div class="first">
${textSection(view)}
${verdict !== null && !item.deleted && [verdictSection(verdict), reasonsSection(verdict, around.sentenceOf)]}
</div><div class="second">
${reviewSection(view, around)}
${attestationSection(view)}
${verdict !== null && provenanceSection(verdict)}
${revisionsSection(view)}
${versionsSection(view)}
</div></div>`;
}
