/** Small labels that return on every page: the band, the review state, the attestation as a fact of its own. */
import type { ReviewState } from '../../schemas/review.js';
import type { ItemDoc } from '../../schemas/store/documents.js';
import type { Band } from '../../schemas/verdict.js';
import { halInWords } from './attestation-words.js';
import { BAND_WORDS } from './band-words.js';
import { type Html, html } from './html.js';
import { STATE_WORDS } from './review-words.js';

/** The band: colour, mark and words say the same. */
export const bandBadge = (band: Band): Html =>
  html`<span class="badge band-${band}">${BAND_WORDS[band].name}</span>`;

export const stateBadge = (state: ReviewState): Html =>
  html`<span class="badge state-${state}">${STATE_WORDS[state]}</span>`;

/** What stands behind the account; never mixed with the band. */
export const attestationFact = (item: Pick<ItemDoc, 'attestation' | 'hal'>): Html =>
  html`<span class="fact${item.hal >= 1 && ' attested'}">${halInWords(item)}</span>`;
