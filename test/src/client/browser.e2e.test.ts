/**
 * The verifier library in a real browser: the core in a page and in a worker, and the badge under a strict policy for
 * content, by mouse, by keyboard and through the accessibility tree. Whatever the browser complains of fails.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { VerifyResult } from '../../../schemas/attestation.js';
import { createVerifier, type Found, notProvenOf } from '../../../src/client/index.js';
import { launchChromium } from '../../chromium.js';
import { FOUND, type Kit, LIST, makeKit, NOW, NOW_S, network } from './kit.js';
import { ROOT, shipped } from './shipped.js';

/** No inline script, no inline style, nothing from elsewhere. */
const CSP = "default-src 'none'; script-src 'self'; worker-src 'self'; base-uri 'none'";

/** Verifies offline with the trust list and the status list it is sent; the answer goes back. */
const WORKER = `
import { createVerifier } from '/src/client/index.js';
onmessage = async ({ data: { trust, list, url, token, found } }) => {
  const fetch = async (asked) => new Response(asked === url ? list : null, { status: asked === url ? 200 : 404 });
  postMessage(await createVerifier({ trust, fetch }).verify(token, found));
};`;

const PAGE = `<!doctype html><html lang="en"><title>Feed</title>
<script type="module" src="/src/client/badge.js"></script>
<main><p id="post">A post. <human-badge platform="Forum"></human-badge></p><button>Next</button></main></html>`;

let browser: Browser;
let server: Server;
let origin: string;
let kit: Kit;
let context: BrowserContext;
let page: Page;
let complaints: string[];

/** The page in docs/client.md. */
const documented = /```html\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/client.md'), 'utf8'))![1]!;

function pages(): Map<string, readonly [string, string]> {
  const js = 'text/javascript';
  const found = new Map<string, readonly [string, string]>([
    ['/', ['text/html; charset=utf-8', PAGE]],
    ['/worker.js', [js, WORKER]],
    ['/documented', ['text/html; charset=utf-8', documented]],
    ['/favicon.ico', ['image/x-icon', '']],
  ]);
  for (const [source, code] of shipped('src/client/index.ts', 'src/client/badge.ts').files) {
    const page = [js, code.replaceAll("from 'jose'", "from '/jose/index.js'")] as const;
    const path = source.replace(/\.ts$/, '.js');
    found.set(`/${path}`, page).set(`/assay/${path}`, page);
  }
  return found;
}

beforeAll(async () => {
  kit = await makeKit();
  const known = pages();
  server = createServer(({ url = '/' }, response) => {
    const jose = /^\/jose\/([\w./]+\.js)$/.exec(url)?.[1];
    const page =
      jose === undefined || jose.includes('..')
        ? known.get(url)
        : ([
            'text/javascript',
            readFileSync(join(ROOT, 'node_modules/jose/dist/webapi', jose), 'utf8'),
          ] as const);
    response.writeHead(page ? 200 : 404, {
      'content-type': page?.[0] ?? 'text/plain',
      'content-security-policy': CSP,
    });
    response.end(page?.[1] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
}, 60_000);

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(origin);
}, 60_000);
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
}, 60_000);

const answer = async (claims: object = {}, found: Found = {}): Promise<VerifyResult> => {
  const lvl = (claims as { lvl?: VerifyResult['lvl'] }).lvl;
  const token = await kit.token({ ...claims, ...(lvl ? { np: notProvenOf(lvl) } : {}) });
  const fetch = network({ [LIST]: await kit.list() });
  return createVerifier({ trust: kit.trust, fetch }).verify(token, { ...FOUND, ...found });
};
const show = (result: VerifyResult | null) =>
  page.locator('human-badge').evaluate((badge, given) => {
    (badge as HTMLElement & { result: unknown }).result = given;
  }, result);
const summary = () => page.locator('human-badge summary');
const panel = () => page.locator('human-badge .panel');

describe('the core', () => {
  const job = async () => ({
    trust: kit.trust,
    list: await kit.list(),
    url: LIST,
    token: await kit.token(),
    found: { ...FOUND, now: NOW },
  });

  test('verifies in a worker, and refuses an edited text there', async () => {
    const inWorker = (given: object) =>
      page.evaluate((data) => {
        const worker = new Worker('/worker.js', { type: 'module' });
        return new Promise<VerifyResult>((resolve, reject) => {
          worker.onmessage = ({ data: result }) => resolve(result);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage(data);
        });
      }, given);
    const good = await job();
    expect(await inWorker(good)).toMatchObject({ valid: true, hal: 2, content: 'exact', status: 'valid' });
    const edited = { ...good, found: { ...good.found, text: 'Other.' } };
    expect(await inWorker(edited)).toMatchObject({ valid: false, errors: ['content.different'] });
  }, 60_000);

  test('answers in a page exactly as it does in Node', async () => {
    const given = await job();
    const there = await page.evaluate(async ({ trust, list, token, found }) => {
      const path = '/src/client/index.js';
      const { createVerifier: create } = await import(path);
      return create({ trust, fetch: async () => new Response(list) }).verify(token, found);
    }, given);
    const here = createVerifier({ trust: kit.trust, fetch: network({ [LIST]: given.list }) });
    expect(there).toEqual(await here.verify(given.token, given.found));
  }, 60_000);
});

describe('the badge', () => {
  test('says that nothing was checked, then what was found', async () => {
    expect(await summary().textContent()).toContain('attestation not checked');
    await show(await answer());
    expect(await summary().textContent()).toContain('account vouched for by Forum');
    await show(await answer({}, { author: 'bob' }));
    expect(await summary().textContent()).toContain('attestation of another account');
    await show(null);
    expect(await summary().textContent()).toContain('no attestation');
  }, 60_000);

  test('at hal 1 says nothing of a human, closed or open, to eyes or to a screen reader', async () => {
    await show(await answer({ lvl: { prs: 1, unq: 0, cmp: 0 }, hal: 1, evd: ['passkey'] }));
    await summary().click();
    const seen = `${await summary().textContent()} ${await panel().textContent()}`;
    const heard = await page.locator('#post').ariaSnapshot();
    expect(seen).toContain("approved by the account's key");
    expect(seen).not.toContain('✓');
    expect(heard).toContain("approved by the account's key");
    expect(`${seen} ${heard}`).not.toMatch(/human|verif/i);
  }, 60_000);

  test('opens by keyboard, tells what is not proven, and closes by Escape with the focus kept', async () => {
    await show(await answer());
    expect(await panel().isVisible()).toBe(false);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await panel().isVisible()).toBe(true);
    const text = await panel().textContent();
    expect(text).toContain('Not proven:');
    expect(text).toContain('Who or what composed the words.');
    expect(text).toContain('Status as of 2030-01-14 23:59 UTC.');
    await page.keyboard.press('Escape');
    expect(await panel().isVisible()).toBe(false);
    const focused = await page.evaluate(
      () => document.activeElement?.shadowRoot?.activeElement?.localName ?? null,
    );
    expect(focused).toBe('summary');
    await page.keyboard.press('Space');
    expect(await panel().isVisible()).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Next');
  }, 60_000);

  test('stays open when a newer result comes, and shows that a status is not fresh', async () => {
    await show(await answer());
    await summary().click();
    await show(await answer({ exp: NOW_S + 86_400 }, { now: NOW + 3_600_000 }));
    expect(await panel().isVisible()).toBe(true);
    expect(await summary().textContent()).toContain('(status not fresh)');
    expect(await panel().textContent()).toContain('only from an old list');
  }, 60_000);

  test('is heard as a control with a group behind it; its mark is not read out', async () => {
    await show(await answer({ lvl: { prs: 2, unq: 1, cmp: 0 }, hal: 3 }));
    expect(await summary().textContent()).toContain('✓');
    await summary().click();
    const tree = await page.locator('human-badge').ariaSnapshot();
    expect(tree).toContain('group "About this attestation"');
    expect(tree).toContain('list "Not proven"');
    expect(tree).not.toContain('✓');
  }, 60_000);

  test('takes its result as an attribute, as a server writes it, and nothing from one it cannot read', async () => {
    const result = await answer();
    await page.locator('main').evaluate((main, json) => {
      const made = document.createElement('human-badge');
      made.setAttribute('result', json);
      made.id = 'written';
      main.append(made);
    }, JSON.stringify(result));
    const written = page.locator('#written summary');
    expect(await written.textContent()).toContain('account vouched for by the platform');
    for (const json of ['{', '7', '{}', '"x"']) {
      await page.locator('#written').evaluate((badge, text) => badge.setAttribute('result', text), json);
      expect(await written.textContent()).toContain('attestation not checked');
    }
    await page.locator('#written').evaluate((badge) => badge.setAttribute('result', 'null'));
    expect(await written.textContent()).toContain('no attestation');
    await page.locator('#written').evaluate((badge) => badge.removeAttribute('result'));
    expect(await written.textContent()).toContain('attestation not checked');
  }, 60_000);

  test('set before its module is loaded shows that result', async () => {
    const result = await answer();
    const label = await page.evaluate(async (given) => {
      const early = document.createElement('human-badge', {});
      const path = '/src/client/badge.js';
      const frame = document.implementation.createHTMLDocument('');
      // An element of another document is not upgraded yet; so the property lands on the element itself.
      const waiting = frame.createElement('human-badge') as HTMLElement & { result: unknown };
      waiting.result = given;
      await import(path);
      document.body.append(early, waiting);
      return waiting.shadowRoot?.querySelector('.label')?.textContent;
    }, result);
    expect(label).toBe('account vouched for by the platform');
  }, 60_000);

  test('works in the page of the documentation', async () => {
    await page.goto(`${origin}/documented`);
    expect(await summary().textContent()).toContain("approved by the account's key");
    await page.setViewportSize({ width: 390, height: 700 });
    await summary().click();
    expect(await panel().textContent()).toContain('Not proven:');
    const session = await context.newCDPSession(page);
    const { cssContentSize, cssLayoutViewport } = await session.send('Page.getLayoutMetrics');
    expect(cssContentSize.width).toBeLessThanOrEqual(cssLayoutViewport.clientWidth);
  }, 60_000);

  test('is styled without any inline style, and shows its focus', async () => {
    await show(await answer());
    const radius = await summary().evaluate((node) => getComputedStyle(node).borderTopLeftRadius);
    expect(radius).not.toBe('0px');
    await page.keyboard.press('Tab');
    expect(await summary().evaluate((node) => getComputedStyle(node).outlineStyle)).toBe('solid');
    expect(await page.locator('[style], style').count()).toBe(0);
  }, 60_000);
});
