/** Who judged and with what, every verdict there was, and the versions of the text: enough to repeat the judgement. */
import type { VerdictDoc } from '../../schemas/store/documents.js';
import type { Verdict } from '../../schemas/verdict.js';
import { bandBadge } from './badges.js';
import { count, percent, time } from './figures.js';
import { type Html, html } from './html.js';
import type { ItemView } from './item.js';
import { visible } from './visible-text.js';

/** Detectors with the hash of their weights, the engine that really ran, and the canonicaliser. */
export function provenanceSection({ detectors, canonicaliser, verdictId, contentHash }: Verdict): Html {
  return html`<section class="card" aria-labelledby="provenance"><h2 id="provenance">Where this comes from</h2>
<dl class="facts small">${detectors.map(
    ({ id, version, sha256, engine, device }) =>
      html`<dt>Detector</dt><dd>${id} ${version}, ${engine} on ${device}${
        sha256 !== '' && html`<br><span class="muted">weights</span> <code class="hash">${sha256}</code>`
      }</dd>`,
  )}
<dt>Canonicaliser</dt><dd>${canonicaliser}</dd>
<dt>Verdict</dt><dd><code class="hash">${verdictId}</code></dd>
<dt>Text hash</dt><dd><code class="hash">${contentHash}</code></dd></dl>
</section>`;
}

const CAUSES: Readonly<Record<Verdict['cause']['kind'], string>> = {
  ingest: 'The text came in',
  rescore: 'Judged again',
  promote: 'A new detector took over',
  finding: 'A finding about its surroundings',
  withdraw: 'A finding was withdrawn',
  delete: 'Deleted on the platform',
};

const revision = (
  { _id, revision: number, version, verdict }: VerdictDoc,
  current: string,
): Html => html`<li${
  _id === current && html` aria-current="true"`
}><p>${verdict.kind === 'tombstone' ? html`<span class="badge">Deleted</span>` : [bandBadge(verdict.band), ' ', percent(verdict.probability)]}${_id === current && html` <span class="muted small">current</span>`}</p>
<p class="muted small">Revision ${number} · ${CAUSES[verdict.cause.kind]} · version ${count(version)} · ${time(Date.parse(verdict.decidedAt))}</p></li>`;

/** Every verdict on the item, newest first. */
export const revisionsSection = ({
  revisions,
  item,
}: ItemView): Html => html`<section class="card" aria-labelledby="revisions"><h2 id="revisions">Verdicts</h2>
<ol class="history" reversed>${revisions.map((doc) => revision(doc, item.verdictId))}</ol></section>`;

/** UTF-16 units shown of an earlier text; the API has all of it. */
const EARLIER = 4_000;

const beginning = (text: string): Html =>
  html`${visible(text.slice(0, EARLIER).replace(/[\ud800-\udbff]$/, ''))}${text.length > EARLIER && '…'}`;

/** Versions of the text that are not the current one. */
export const versionsSection = ({ versions, item }: ItemView): Html | false =>
  versions.length > 0 &&
  html`<section class="card" aria-labelledby="versions"><h2 id="versions">Earlier texts</h2>
<p class="muted small">Shown is version ${String(item.version)}.</p>
<ol class="history">${versions.map(
    ({
      version,
      text,
      html: source,
      receivedMs,
    }) => html`<li><details><summary>Version ${String(version)}, received ${time(receivedMs)}</summary>
<div class="received${source !== null && ' source'}" dir="auto">${beginning(text ?? source ?? 'Deleted.')}</div></details></li>`,
  )}</ol></section>`;
