/** The frame of every page: head, navigation, who is signed in, main. Works without scripts; loads nothing from elsewhere. */
import type { Call, Principal, Reply } from '../api/endpoint.js';
import { STYLE_PATH } from './assets.js';
import { type Html, html, type Value } from './html.js';

/** Who looks at a page; null where nobody is signed in. */
export interface Viewer {
  principal: Principal;
  /** Token for forms; null when the page was asked for with an API key. */
  csrf: string | null;
}

/** The viewer of a call that passed the gate with a scope. */
export const viewerOf = ({
  principal,
  session,
}: Pick<Call<unknown, unknown, unknown>, 'principal' | 'session'>) =>
  ({ principal: principal as Principal, csrf: session?.csrf ?? null }) satisfies Viewer;

export interface PageParts {
  title: string;
  viewer: Viewer | null;
  main: Html;
  /** Seconds after which the browser asks again by itself. */
  refreshS?: number;
  /** Path of a script; the page works without it. */
  script?: string;
}

const PLACES = [
  ['/console', 'Overview'],
  ['/console/queue', 'Queue'],
  ['/console/feed', 'Reader’s feed'],
] as const;

const nav = (here: string): Html =>
  html`<nav aria-label="Console"><ul class="places">${PLACES.map(
    ([path, name]) =>
      html`<li><a href="${path}"${path === here && html` aria-current="page"`}>${name}</a></li>`,
  )}</ul></nav>`;

/** The hidden field that proves a form came from our own page. */
export const csrfField = (viewer: Viewer | null): Value =>
  viewer?.csrf != null && html`<input type="hidden" name="csrf" value="${viewer.csrf}">`;

const signedIn = (viewer: Viewer): Html =>
  html`<div class="who"><span><span class="muted">Signed in as</span> <bdi>${viewer.principal.id}</bdi></span>${
    viewer.csrf !== null &&
    html`<form method="post" action="/console/logout">${csrfField(viewer)}<button class="quiet">Sign out</button></form>`
  }</div>`;

/**
 * A whole page.
 * @param here path of the place in the navigation that is open, or empty
 */
export function page({ title, viewer, main, refreshS, script }: PageParts, here = ''): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${refreshS !== undefined && html`<meta http-equiv="refresh" content="${refreshS}">`}
<title>${title} · Assay</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<link rel="icon" type="image/svg+xml" href="/console/assets/icon.svg">
${script !== undefined && html`<script src="${script}" defer></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="bar"><a class="brand" href="/console"><img src="/console/assets/icon.svg" alt="" width="22" height="22">Assay</a>${
    viewer !== null && [nav(here), signedIn(viewer)]
  }</div></header>
<main id="main">
${main}
</main>
</body>
</html>
`.toString();
}

/** A page as an answer. Referrers are off for the whole service; pages of texts are kept in no cache. */
export const pageReply = (parts: PageParts, here = '', headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers,
  raw: { mediaType: 'text/html; charset=utf-8', content: page(parts, here) },
});

/** After a form: the browser asks for the next page with GET, so that reloading repeats nothing (RFC 9110 15.4.4). */
export const seeOther = (location: string, headers: Record<string, string> = {}): Reply => ({
  status: 303,
  headers: { Location: location, ...headers },
});
