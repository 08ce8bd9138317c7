/** What goes wrong in the console, as a page with a way on instead of problem+json. */
import type { ProblemPage } from '../http/route.js';
import { type Html, html } from './html.js';
import { page } from './layout.js';

/** Where to go from a problem at this path. */
function wayOn(path: string): Html {
  const item = /^\/console\/items\/[^/]+(?=\/review$)/.exec(path)?.[0];
  return item === undefined
    ? html`<p><a class="button" href="/console">Go to the overview</a></p>`
    : html`<p><a class="button" href="${item}">Back to the item</a></p>`;
}

const HOW_TO_SIGN_IN = html`<p>The console is entered by a one-time link: the demo prints one when it starts, and whoever runs this
service makes one for you with <code>assay link</code>. A link is good once and for 15 minutes; after that you stay signed in for 12 hours.</p>
<p class="muted">Did you follow a link from a mail or another site while signed in? Browsers hold the session back then:
<a href="/console">open the console from here</a>.</p>`;

/** A page for every problem below /console; null elsewhere, where callers are programs. */
export const problemPage: ProblemPage = (path, problem) => {
  if (path !== '/console' && !path.startsWith('/console/')) return null;
  const { status, title, detail, instance, errors = [] } = problem;
  const signIn = status === 401;
  const heading = signIn ? 'You are not signed in' : title;
  const main = html`<section class="card narrow">
<h1>${heading}</h1>
${(detail !== undefined || !signIn) && html`<p>${detail ?? 'Nothing was changed.'}</p>`}
${errors.length > 0 && html`<ul>${errors.map(({ pointer, detail: what }) => html`<li><code>${pointer}</code> ${what}</li>`)}</ul>`}
${signIn ? HOW_TO_SIGN_IN : wayOn(path)}
<p class="muted small">${status} · ${problem.code}${instance !== undefined && html` · request ${instance}`}</p>
</section>`;
  return page({ title: heading, viewer: null, main });
};
