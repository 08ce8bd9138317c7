/** What the detector says: the band with its meaning and limits, the probability, the budget, and every reason. */
import type { EvidenceSymbol } from '../../schemas/evidence.js';
import type { Verdict } from '../../schemas/verdict.js';
import type { ApiContext } from '../api/context.js';
import { bandBadge } from './badges.js';
import { BAND_WORDS, budgetInWords, certaintyInWords, strengthInWords } from './band-words.js';
import { counted, nats, percent } from './figures.js';
import { type Html, html } from './html.js';

type SentenceOf = ApiContext['sentenceOf'];

/** A bar from 0 to 1 with the interval and the value. Drawn with attributes only: inline styles are forbidden. */
function scale({ probability, interval }: Pick<Verdict, 'probability' | 'interval'>): Html {
  const [low, high] = interval.map((p) => Math.max(0, Math.min(1, p)) * 100) as [number, number];
  const label = `Probability ${percent(probability)}, interval ${percent(interval[0])} to ${percent(interval[1])}`;
  return html`<svg class="scale" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="${label}"><rect class="rail" x="0" y="2" width="100" height="2"/><rect class="span" x="${low.toFixed(2)}" y="1" width="${Math.max(0.8, high - low).toFixed(2)}" height="4"/><rect class="point" x="${(Math.max(0, Math.min(1, probability)) * 99.2).toFixed(2)}" y="0" width="0.8" height="6"/></svg>`;
}

/** The verdict in words. */
export function verdictSection(verdict: Verdict): Html {
  const { band, words, language } = verdict;
  const { means, meansNot } = BAND_WORDS[band];
  const budget = budgetInWords(verdict.budget);
  return html`<section class="card" aria-labelledby="verdict"><h2 id="verdict">What the detector says</h2>
<p>${bandBadge(band)}</p>
<p>${means}</p>
<p><strong>What this does not mean.</strong> ${meansNot}</p>
${scale(verdict)}
<p class="scale-ends small muted"><span>0%</span><span>100%</span></p>
<p>Estimated probability of machine authorship: <strong>${percent(verdict.probability)}</strong> <span class="muted">(${certaintyInWords(verdict)}).</span></p>
${budget !== null && html`<p>${budget}</p>`}
<p class="muted small">Judged on ${counted(words, 'word')}, language ${language}.</p>
</section>`;
}

function reason(symbol: EvidenceSymbol, number: number, sentenceOf: SentenceOf): Html {
  const { name, contribution, sentence, values, spans = [] } = symbol;
  return html`<li id="reason-${number}"><p>${sentenceOf(sentence, values)}</p>
<p class="small muted">${strengthInWords(contribution)} (${nats(contribution)})${
    spans.length > 0 && html` · ${counted(spans.length, 'place')} marked in the text`
  } · <code>${name}</code></p></li>`;
}

/** Why this band, and the reasons in the order the detector gave them. */
export function reasonsSection({ reasons, because }: Verdict, sentenceOf: SentenceOf): Html {
  return html`<section class="card" aria-labelledby="reasons"><h2 id="reasons">Reasons</h2>
<p>${sentenceOf(because)}</p>
${
  reasons.length === 0
    ? html`<p class="empty">The detector named no single reason.</p>`
    : html`<ol class="reasons">${reasons.map((symbol, index) => reason(symbol, index + 1, sentenceOf))}</ol>
<p class="muted small">A nat is the unit the reasons are added in: +1 nat makes the odds of a machine 2.7 times as high.</p>`
}
</section>`;
}
