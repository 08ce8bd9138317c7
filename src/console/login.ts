/**
 * Signing in with a one-time link, and out again. Opening the link shows a button and uses nothing up: mail scanners and
 * previews open links too. The button redeems it into the session cookie.
 */
import { z } from 'zod';
import { AssayError } from '../../schemas/errors.js';
import { sessionCookie } from '../access/cookie.js';
import { endSession, redeemLink } from '../access/sessions.js';
import type { ApiContext } from '../api/context.js';
import { defineEndpoint } from '../api/endpoint.js';
import { type Html, html } from './html.js';
import { page, pageReply, seeOther } from './layout.js';

type LoginContext = Pick<ApiContext, 'clock' | 'collections' | 'publicUrl'>;

const Secret = z.string().min(1).max(128);

/** The page of a link. @param link its secret; absent: somebody typed the address */
export const loginPage = (link: string | undefined): Html =>
  link === undefined
    ? html`<section class="card narrow"><h1>Sign in</h1><p>The console is entered by a one-time link. Open the link you were given; the demo prints one when it starts.</p></section>`
    : html`<section class="card narrow"><h1>Sign in</h1>
<p>This one-time link signs you in on this browser. It is used up by the button, not by opening this page.</p>
<form method="post" action="/console/login"><input type="hidden" name="link" value="${link}"><button class="primary">Sign in</button></form></section>`;

const showLogin = defineEndpoint<unknown>()({
  method: 'get',
  path: '/console/login',
  access: 'public',
  tag: 'Console',
  summary: 'The page of a one-time link',
  query: z.object({ link: Secret.optional() }),
  responses: { 200: { description: 'A page with one button', mediaType: 'text/html' } },
  async handle(_context, { query: { link } }) {
    return pageReply({ title: 'Sign in', viewer: null, main: loginPage(link) });
  },
});

/** A page elsewhere must not sign somebody in as somebody else: browsers say where a form was sent from. */
function checkOrigin(site: string | undefined): void {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new AssayError('auth.csrf');
}

const login = defineEndpoint<LoginContext>()({
  method: 'post',
  path: '/console/login',
  access: 'public',
  tag: 'Console',
  summary: 'Redeem a one-time link into a session',
  body: z.object({ link: Secret }),
  form: true,
  responses: {
    303: { description: 'Signed in; goes on to the overview' },
    401: { description: 'The link was used before or has expired', mediaType: 'text/html' },
  },
  async handle(context, { body: { link }, headers }) {
    checkOrigin(headers['sec-fetch-site']);
    const { secret } = await redeemLink(context, link);
    return seeOther('/console', { 'Set-Cookie': sessionCookie(context.publicUrl).set(secret) });
  },
});

const signedOut = html`<section class="card narrow"><h1>You are signed out</h1><p>To come back, ask for a new one-time link.</p></section>`;

const logout = defineEndpoint<LoginContext>()({
  method: 'post',
  path: '/console/logout',
  access: 'read',
  tag: 'Console',
  summary: 'End the session',
  body: z.object({}),
  form: true,
  responses: { 200: { description: 'Signed out', mediaType: 'text/html' } },
  async handle(context, { session }) {
    if (session !== null) await endSession(context, session.id);
    return {
      status: 200,
      headers: { 'Set-Cookie': sessionCookie(context.publicUrl).clear() },
      raw: {
        mediaType: 'text/html; charset=utf-8',
        content: page({ title: 'Signed out', viewer: null, main: signedOut }),
      },
    };
  },
});

export const LOGIN_ENDPOINTS = [showLogin, login, logout];
