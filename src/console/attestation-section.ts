/** The attestation of an item as the verifier sees it now: who stands behind the account, and what that does not prove. */
import { labelInWords, notProvenInWords } from './attestation-words.js';
import { time } from './figures.js';
import { type Html, html } from './html.js';
import type { AttestationView, ItemView } from './item.js';

const NONE = html`<p>No attestation came with it. That says nothing against the author: most texts have none.</p>`;

const HELD = new Set<AttestationView['decision']['reason']>(['meets_policy', 'reformatted', 'stale']);

function found({ result, decision }: AttestationView, platform: string): Html {
  if (!HELD.has(decision.reason)) {
    return html`<p><strong>The attestation does not hold.</strong> ${decision.sentence}</p>`;
  }
  return html`<p><span class="badge attested">${labelInWords(decision.label, platform)}</span></p>
<p>${decision.sentence} ${notProvenInWords(result.notProven)}</p>
<dl class="facts small"><dt>Level</dt><dd>${result.hal} of 3</dd>
<dt>Status</dt><dd>${result.status}${result.statusAsOf !== null && html`, as of ${time(Date.parse(result.statusAsOf))}`}</dd>
<dt>Issuer</dt><dd><bdi>${result.iss}</bdi></dd></dl>`;
}

/** The section. The band above never decides it, nor the other way round. */
export const attestationSection = ({
  item,
  attestation,
}: ItemView): Html => html`<section class="card" aria-labelledby="attestation"><h2 id="attestation">Attestation</h2>
${attestation === null ? NONE : found(attestation, item.platform)}
<p class="muted small">A fact of its own: it did not enter the detector’s verdict, and the verdict does not change it.</p>
</section>`;
