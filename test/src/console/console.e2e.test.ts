/**
 * The console in a real browser: Debian's Chromium through playwright-core, with and without scripts, at desk and phone
 * width, light and dark. Whatever the browser complains of (an exception, a blocked resource, a CSP violation) fails.
 * Screenshots go to ASSAY_SCREENSHOTS, else to a temporary folder named at the end.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../chromium.js';
import { type ConsoleRig, openConsole } from './rig.js';

const SHOTS = process.env['ASSAY_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'assay-console-'));

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser: Browser;
let rig: ConsoleRig;

beforeAll(async () => {
  browser = await launchChromium();
  rig = await openConsole({ many: 30 });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await rig?.close();
  console.log(`screenshots: ${SHOTS}`);
}, 60_000);

interface Visit {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of. */
  complaints: string[];
  shot(name: string): Promise<void>;
}

interface Look {
  scripts: boolean;
  viewport?: { width: number; height: number };
  scheme?: 'light' | 'dark';
}

const url = (path: string): string => rig.service.url + path;

/** A fresh browser profile; every request that leaves the service's own origin is refused and noted. */
async function visit({ scripts, viewport = DESK, scheme = 'light' }: Look): Promise<Visit> {
  const context = await browser.newContext({ javaScriptEnabled: scripts, viewport, colorScheme: scheme });
  const complaints: string[] = [];
  await context.route(
    (address) => address.origin !== rig.service.url,
    (route) => {
      complaints.push(`left the origin: ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  const shot = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  };
  return { page, context, complaints, shot };
}

async function signIn(page: Page): Promise<void> {
  await page.goto(url(`/console/login?link=${await rig.link()}`));
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(url('/console'));
}

/** The page fits its width: nothing to scroll sideways. Asked of the browser itself, so it works with scripts off too. */
async function overflow(context: BrowserContext, page: Page): Promise<number> {
  const session = await context.newCDPSession(page);
  const { cssContentSize, cssLayoutViewport } = await session.send('Page.getLayoutMetrics');
  return cssContentSize.width - cssLayoutViewport.clientWidth;
}

describe.each([
  ['with scripts', true],
  ['without scripts', false],
] as const)('a moderator %s', (name, scripts) => {
  const external = scripts ? 'plain' : 'markup';

  test('signs in by link, finds a flagged item, reads why, claims it, decides, and sees the decision', async () => {
    const { page, context, complaints, shot } = await visit({ scripts });
    await signIn(page);
    await expect(page.getByRole('heading', { level: 1 }).textContent()).resolves.toBe('Overview');
    await shot(`overview ${name}`);
    await page.getByRole('link', { name: 'Queue', exact: true }).click();
    await shot(`queue ${name}`);
    expect(await page.locator('.rows .row').count()).toBe(25);
    await page.getByLabel('Kind').selectOption('post');
    await page.getByLabel('Platform').selectOption('forum');
    await page.getByLabel('Words').fill(scripts ? 'traders footfall' : 'reactions neighbours');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('.rows .row').count()).toBe(1);
    await page.locator('.rows .row h3 a').click();
    expect(page.url()).toBe(url(`/console/items/${rig.id(external)}`));
    expect(await page.locator('mark').count()).toBeGreaterThan(2);
    await shot(`item ${name}`);
    await page.getByRole('button', { name: 'Claim' }).click();
    await page.getByText('Claimed', { exact: true }).first().waitFor();
    await page.getByLabel('Note').fill('Two accounts, the same turns of phrase.');
    await page.getByRole('button', { name: 'Uphold flag' }).click();
    await page.getByText('The flag stands, decided by').waitFor();
    await shot(`item decided ${name}`);
    const item = await rig.service.context.collections.items.get(rig.id(external));
    expect(item).toMatchObject({ reviewState: 'decided' });
    expect(item?.text ?? item?.html).not.toBeNull();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test('switches the reader’s filter and is told what is hidden and why', async () => {
    const { page, context, complaints, shot } = await visit({ scripts });
    await signIn(page);
    await page.goto(url('/console/feed?platform=forum&conversation=lane'));
    const hidden = page.locator('.hidden-post');
    expect(await hidden.count()).toBe(0);
    await page.getByRole('link', { name: 'Approved by account' }).click();
    const approved = await hidden.count();
    expect(approved).toBeGreaterThan(3);
    for (const reason of ['other_account', 'edited', 'reused', 'forged', 'no_token']) {
      expect(await page.locator(`.hidden-post[data-reason="${reason}"]`).count()).toBeGreaterThan(0);
    }
    await shot(`feed approved ${name}`);
    await page.getByRole('link', { name: 'Humans' }).click();
    expect(await hidden.count()).toBe(approved + 1);
    await hidden.first().locator('summary').click();
    expect(await hidden.first().locator('article').isVisible()).toBe(true);
    await shot(`feed humans ${name}`);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  test('sees hostile text as text', async () => {
    const { page, context, complaints, shot } = await visit({ scripts });
    await signIn(page);
    await page.goto(url(`/console/items/${rig.id('awkward')}`));
    expect(await page.locator('.received script, .received img').count()).toBe(0);
    expect(await page.locator('.received').first().textContent()).toContain('<script>alert("x")</script>');
    expect(await page.locator('.chip').count()).toBe(3);
    await shot(`hostile ${name}`);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

describe('a page', () => {
  test('runs nothing inline and loads nothing from elsewhere, whatever were to get into it', async () => {
    const { page, context, complaints } = await visit({ scripts: true });
    await signIn(page);
    await page.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend',
      '<p style="color:red" id="x">x</p><img src="https://elsewhere.example/x.png" onerror="window.ran=true">')`);
    await page.waitForTimeout(300);
    expect(await page.evaluate('window.ran === undefined')).toBe(true);
    expect(complaints.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThan(1);
    await context.close();
  }, 60_000);

  test('is walked by keyboard: a link to the content first, and every stop can be seen', async () => {
    const { page, context, complaints } = await visit({ scripts: true });
    await signIn(page);
    await page.goto(url('/console/queue'));
    const seen: string[] = [];
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Tab');
      seen.push(
        (await page.evaluate(`(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          const { width, x } = document.activeElement.getBoundingClientRect();
          const shown = outlineStyle === 'solid' && outlineWidth === '3px' && width > 0 && x >= 0;
          return (shown ? '' : 'unseen ') + (document.activeElement.textContent.trim() || document.activeElement.name);
        })()`)) as string,
      );
    }
    expect(seen.slice(0, 6)).toEqual([
      'Skip to the content',
      'Assay',
      'Overview',
      'Queue',
      'Reader’s feed',
      'Sign out',
    ]);
    expect(seen.filter((text) => text.startsWith('unseen'))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

describe('the counters', () => {
  test('rise while the page is open when an item comes in, and stop at a button', async () => {
    const { page, context, complaints } = await visit({ scripts: true });
    await signIn(page);
    const total = () => page.locator('.figures .big').first().textContent();
    const before = Number(await total());
    await rig.post('late', {
      text: 'One more came in while somebody was looking at the numbers on this page.',
    });
    await page.locator('.figures .big', { hasText: String(before + 1) }).waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Pause live counters' }).click();
    await page.getByRole('button', { name: 'Resume live counters' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

describe.each([
  ['desk', DESK, 'light'],
  ['desk', DESK, 'dark'],
  ['phone', PHONE, 'light'],
  ['phone', PHONE, 'dark'],
] as const)('at %s width %o in %s', (name, viewport, scheme) => {
  test('every page fits its width', async () => {
    const { page, context, complaints, shot } = await visit({ scripts: true, viewport, scheme });
    await page.goto(url('/console/login?link=not-used-up-by-opening'));
    await shot(`${name} ${scheme} login`);
    expect(await overflow(context, page)).toBeLessThanOrEqual(0);
    await signIn(page);
    const pages: readonly (readonly [string, string])[] = [
      ['overview', '/console'],
      ['queue', '/console/queue?band=any'],
      ['post', `/console/items/${rig.id('bob')}`],
      ['letter', `/console/items/${rig.id('letter-1')}`],
      ['html', `/console/items/${rig.id('markup')}`],
      ['arabic', `/console/items/${rig.id('arabic')}`],
      ['feed', '/console/feed?platform=forum&conversation=lane&filter=humans'],
    ];
    for (const [what, path] of pages) {
      await page.goto(url(path));
      await shot(`${name} ${scheme} ${what}`);
      expect([what, await overflow(context, page)]).toEqual([what, 0]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  }, 90_000);
});

describe('a browser without a session', () => {
  test('gets a page that says how to sign in', async () => {
    const { page, context, shot } = await visit({ scripts: false });
    const response = await page.goto(url('/console/queue'));
    expect(response?.status()).toBe(401);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are not signed in');
    await shot('signed out');
    await context.close();
  }, 60_000);
});
