/**
 * What the reader of HTML calls certain is what Chromium shows: of every vector, and of HTML that nobody chose, each word
 * lies in the window, is of a size to be read, and is covered by nothing, with and without a doctype.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { canonicalHtml } from '../../../src/client/html.js';
import { launchChromium } from '../../chromium.js';
import { Random } from '../../fuzz/random.js';

const PATIENCE_MS = 120_000;
const CHANCE = 4_000;

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 900, height: 700 }, javaScriptEnabled: true });
  await page.route('**/*', (route) => route.abort());
}, PATIENCE_MS);
afterAll(() => browser.close());

/** Shows HTML and tells which words a reader does not see, each with the reason. */
const unseen = (html: string, doctype: boolean): Promise<string[]> =>
  page.evaluate(
    ([shown, mode]) => {
      // Written as a document of its own: only that has a mode of its own.
      document.open();
      document.write(`${mode}<body style="margin:8px">${shown}`);
      document.close();
      const found: string[] = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
        const parent = node.parentElement!;
        if (parent.closest('style,script,template,title,[hidden],[style*="none"],details,dialog')) continue;
        for (const { 0: word, index } of node.nodeValue!.matchAll(/[\p{L}\p{N}]+/gu)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          const [box] = range.getClientRects();
          if (box === undefined || box.width < 1 || box.height < 7) {
            found.push(`${word}: no size`);
            continue;
          }
          if (box.left < 0 || box.right > window.innerWidth + 1) found.push(`${word}: outside`);
          if (box.top + box.height > window.innerHeight) continue;
          const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          // What lies over a word hides it where it is painted.
          for (let over = above; over !== null && !over.contains(parent); over = over.parentElement) {
            if (getComputedStyle(over).backgroundColor === 'rgba(0, 0, 0, 0)') continue;
            found.push(`${word}: covered`);
            break;
          }
        }
      }
      return found;
    },
    [html, doctype ? '<!doctype html>' : ''] as const,
  );

/** Certain, and without what only others hide. */
function isCertain(html: string): boolean {
  try {
    const { reported } = canonicalHtml(html);
    return !reported.some((each) => /^(?:uncertain|embedded|hidden_text|conditional_comment)$/.test(each));
  } catch {
    return false;
  }
}

const { cases } = JSON.parse(readFileSync(new URL('../../vectors/hpt-1.json', import.meta.url), 'utf8')) as {
  cases: { name: string; input: { html?: string } }[];
};

test(
  'every vector of HTML that is certain is seen',
  async () => {
    const certain = cases.filter(({ input }) => input.html !== undefined && isCertain(input.html));
    expect(certain.length).toBeGreaterThan(150);
    const failed: object[] = [];
    for (const { name, input } of certain) {
      const words = [...(await unseen(input.html!, true)), ...(await unseen(input.html!, false))];
      if (words.length > 0) failed.push({ name, words });
    }
    expect(failed).toEqual([]);
  },
  PATIENCE_MS,
);

test('the check sees what is hidden, moved away, and covered', async () => {
  expect(await unseen('<p>a <i style="visibility:hidden;font-size:0">b</i></p>', true)).toEqual([
    'b: no size',
  ]);
  expect(await unseen('<p style="text-indent:-99px">a</p>', true)).toEqual(['a: outside']);
  const over =
    '<p style="line-height:8px">word<br><span style="font-size:90px;background:white">MM</span></p>';
  expect(await unseen(over, true)).toContain('word: covered');
});

const STYLES =
  'margin:90px margin-left:40px margin-left:90px margin-right:60px padding:9px padding-left:90px border:9px,solid text-indent:40px ' +
  'text-indent:-24px font-size:9px font-size:40px font-size:12px font-size:small line-height:1 line-height:9px line-height:100% ' +
  'line-height:40px background:white background:yellow color:black color:#666 width:300px width:800px width:100% min-width:300px ' +
  'max-width:300px min-height:90px display:block display:inline display:inline-block text-align:right text-align:center ' +
  'white-space:nowrap white-space:pre-wrap letter-spacing:2px vertical-align:top vertical-align:super direction:rtl height:9px ' +
  'font-family:monospace font-family:serif font:9px/1,serif font:40px,serif text-decoration:line-through opacity:1 float:none';
const TAGS =
  'div p span b i u s del sup sub small big mark code font blockquote ul ol li h1 h2 h6 center section table tr td pre bdi a';

test(
  'whatever is certain of HTML that nobody chose is seen',
  async () => {
    const random = new Random(16);
    const styles = STYLES.split(' ').map((each) => each.replaceAll(',', ' '));
    const tags = TAGS.split(' ');
    let words = 0;
    const part = (depth: number): string => {
      let html = '';
      for (let left = 1 + random.below(3); left > 0; left--) {
        const tag = random.pick(tags);
        const style = Array.from({ length: random.below(3) }, () => random.pick(styles)).join(';');
        const inside = depth > 0 ? part(depth - 1) : '';
        html += `w${words++} <${tag} style="${style}">w${words++} ${inside}</${tag}> `;
      }
      return html;
    };
    const failed: object[] = [];
    let certain = 0;
    for (let left = CHANCE; left > 0; left--) {
      words = 0;
      const html = part(1 + random.below(3));
      if (!isCertain(html)) continue;
      certain++;
      const doctype = random.chance(0.5);
      const missed = await unseen(html, doctype);
      if (missed.length > 0) failed.push({ html, doctype, missed });
    }
    expect(certain).toBeGreaterThan(100);
    expect(failed.slice(0, 5)).toEqual([]);
  },
  PATIENCE_MS,
);
