/** An item in a list: what it says in one or two lines, what was found, and where it stands. */
import type { ItemDoc } from '../../schemas/store/documents.js';
import { shownText } from '../shown-text.js';
import { attestationFact, bandBadge, stateBadge } from './badges.js';
import { percent, time } from './figures.js';
import { type Html, html, segment } from './html.js';
import type { Listed } from './queue.js';
import { oneLine } from './visible-text.js';

const PREVIEW = 220;
const NAME = 60;

/** The item's own page. */
export const itemPath = (id: string): string => `/console/items/${segment(id)}`;

/** The beginning of a text as one line. */
export function previewOf({
  text,
  html: source,
  subject,
}: Pick<ItemDoc, 'text' | 'html' | 'subject'>): string {
  const body = text ?? shownText(source?.slice(0, 16 * PREVIEW) ?? '');
  const line = oneLine(body, PREVIEW);
  return line !== '' ? line : oneLine(subject ?? '', PREVIEW);
}

/** Name an author goes by in lists. */
export const authorName = ({ handle, authorId }: Pick<ItemDoc, 'handle' | 'authorId'>): string =>
  oneLine(handle ?? authorId, NAME);

const KIND = { post: 'Post', email: 'E-mail' } as const;

/** Where an item came from: "Post on forum by ann". */
export const originOf = (item: ItemDoc): Html =>
  item.kind === 'email'
    ? html`${KIND.email} from <bdi>${authorName(item)}</bdi>`
    : html`${KIND.post} on ${item.platform} by <bdi>${authorName(item)}</bdi>`;

/** One entry of the queue. */
export function itemRow({ item, interval }: Listed): Html {
  const subject = item.subject === null ? '' : oneLine(item.subject, 120);
  const preview = previewOf(item);
  return html`<li class="row"><article>
<p class="row-top">${bandBadge(item.band)}${item.reviewState !== 'none' && stateBadge(item.reviewState)}<span class="when">${time(item.receivedMs)}</span></p>
<h3${subject === '' && html` class="preview-line"`}><a href="${itemPath(item._id)}"><bdi>${subject !== '' ? subject : preview === '' ? 'Without text' : preview}</bdi></a></h3>
${subject !== '' && html`<p class="preview"><bdi>${preview}</bdi></p>`}
<p class="row-facts"><span class="p"><span class="muted">probability</span> ${percent(item.probability)} ${interval !== null && html`<span class="muted">(${percent(interval[0])} to ${percent(interval[1])})</span>`}</span><span>${originOf(item)}</span>${attestationFact(item)}</p>
</article></li>`;
}
