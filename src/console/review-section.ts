/** Review on an item's page: where it stands, what the viewer may do now, and everything that was done. */

import { LIMITS } from '../../schemas/limits.js';
import { refusalOf } from '../../schemas/review.js';
import type { ReviewEventDoc } from '../../schemas/store/documents.js';
import { EVENTS, NEEDS_NOTE, ReviewAct } from '../review/act.js';
import { subjectOf } from '../review/read.js';
import { stateBadge } from './badges.js';
import { time } from './figures.js';
import { type Html, html } from './html.js';
import type { ItemView } from './item.js';
import type { ItemSurroundings } from './item-page.js';
import { itemPath } from './item-row.js';
import { csrfField } from './layout.js';
import { ACT_WORDS, eventInWords } from './review-words.js';
import { visible } from './visible-text.js';

/** What this viewer may do now, by the very rule that will check it. */
export function possibleActs(
  { review: { item, events } }: Pick<ItemView, 'review'>,
  actor: string,
  now: number,
) {
  return ReviewAct.options.filter((act) => {
    const [event, decision] = EVENTS[act];
    const next = { event, decision, actor, atMs: now, version: item.version };
    return refusalOf(events, subjectOf(item), next) === null;
  });
}

const LOOKS: Partial<Record<ReviewAct, string>> = { uphold: 'primary', dismiss: 'primary' };

const button = (act: ReviewAct): Html =>
  html`<button name="act" value="${act}" class="${LOOKS[act] ?? ''}"${!NEEDS_NOTE.includes(act) && html` formnovalidate`}>${ACT_WORDS[act]}</button>`;

function forms(view: ItemView, { viewer, now }: ItemSurroundings): Html | false {
  if (!viewer.principal.scopes.includes('moderate')) return false;
  const { item, events } = view.review;
  const acts = possibleActs(view, viewer.principal.id, now);
  const noted = acts.filter((act) => NEEDS_NOTE.includes(act));
  return html`<form class="decide" method="post" action="${itemPath(item._id)}/review">
${csrfField(viewer)}<input type="hidden" name="seq" value="${events.length}"><input type="hidden" name="version" value="${String(item.version)}">
<label>Note<textarea name="note" rows="3" maxlength="${LIMITS.reviewNote}" required aria-describedby="note-hint"></textarea></label>
<p class="muted small" id="note-hint">Needed for a decision or a comment. Write it so that the author may read it.</p>
<div class="actions">${noted.map(button)}</div>
<div class="actions">${acts.filter((act) => !NEEDS_NOTE.includes(act)).map(button)}</div>
</form>`;
}

const entry = (
  event: ReviewEventDoc,
): Html => html`<li><p><strong><bdi>${event.actor}</bdi></strong> ${eventInWords(event)}</p>
${event.note !== null && html`<blockquote dir="auto">${visible(event.note)}</blockquote>`}
<p class="muted small">${time(event.atMs)} · version ${String(event.version)}</p></li>`;

function standing({ review: { review } }: ItemView): Html {
  const { state, claim, decided } = review;
  return html`<p>${stateBadge(state)}${claim !== null && html` <span class="muted">by <bdi>${claim.by}</bdi> until ${time(claim.untilMs)}</span>`}</p>
${decided !== null && html`<p>${decided.decision === 'uphold' ? 'The flag stands' : 'The flag is dismissed'}, decided by <bdi>${decided.by}</bdi>.</p>`}
${state === 'none' && html`<p class="muted">Nobody has to look at this. You can open it for review by hand.</p>`}`;
}

const isDone = ({ review: { review } }: ItemView): boolean =>
  review.state === 'decided' || review.state === 'closed';

/** The section. */
export function reviewSection(view: ItemView, around: ItemSurroundings): Html {
  const { events } = view.review;
  return html`<section class="card" id="review" aria-labelledby="review-title"><h2 id="review-title">Review</h2>
${standing(view)}
${forms(view, around)}
${isDone(view) && html`<p><a class="button" href="/console/next">Next open item</a></p>`}
${events.length > 0 && html`<h3>History</h3><ol class="history">${events.map(entry)}</ol>`}
<p class="muted small">A decision speaks of the flag. Neither it nor the detector deletes anything here.</p>
</section>`;
}
