/**
 * What the reader of HTML calls certain is what Chromium shows: of every vector, and of HTML that nobody chose, each word
 * can be scrolled to, is of a size to be read, is covered by nothing, is told from what lies behind it, and comes after the
 * one before it, with and without a doctype.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { canonicalHtml } from '../../../src/client/html.js';
import { launchChromium } from '../../chromium.js';
import { Random } from '../../fuzz/random.js';
import { unseenWords } from './seen.js';

const PATIENCE_MS = 120_000;
/** Posts tried, until enough of them are certain. */
const CHANCE = 6_000;
const ENOUGH = 150;

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 900, height: 700 }, javaScriptEnabled: true });
  await page.route('**/*', (route) => route.abort());
}, PATIENCE_MS);
afterAll(() => browser.close());

/** Shows HTML and tells which words a reader does not see, each with the reason. */
async function unseen(html: string, doctype: boolean): Promise<string[]> {
  await page.evaluate(
    ([shown, mode]) => {
      // Written as a document of its own: only that has a mode of its own.
      document.open();
      document.write(`${mode}<body style="margin:8px">${shown}`);
      document.close();
    },
    [html, doctype ? '<!doctype html>' : ''] as const,
  );
  return page.evaluate(unseenWords);
}

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

const GAP = '\u00a0'.repeat(300);

test.each([
  ['hidden', '<p>a <i style="visibility:hidden;font-size:0">b</i></p>', 'b: no size'],
  ['before the edge', '<p style="text-indent:-99px">a</p>', 'a: outside'],
  [
    'covered',
    '<p style="line-height:8px">a<br><b style="font-size:90px;background:white">M</b></p>',
    'a: covered',
  ],
  ['beyond the left edge', `<div dir="rtl">a${GAP}b</div>`, 'a: outside'],
  ['beyond its ground', `<div style="background:#000;color:#fff">a${GAP}b</div>`, 'b: faint'],
  ['in a cell beside another', '<table><tr><td>a<br>b</td><td>c<br>d</td></tr></table>', 'c: out of order'],
  [
    'in a box beside another',
    '<b style="display:inline-block">a<br>b</b> <q style="display:inline-block">c<br>d</q>',
    'c: out of order',
  ],
])('the check sees what is %s', async (_where, html, wrong) => {
  expect(await unseen(html, true)).toContain(wrong);
});

test('the check lets words be scrolled to', async () => {
  expect(await unseen(`<div style="width:99px">a${GAP}b</div>c`, true)).toEqual([]);
});

const STYLES =
  'margin:90px margin-left:40px margin-left:90px margin-right:60px padding:9px padding-left:90px border:9px,solid text-indent:40px ' +
  'text-indent:-24px font-size:9px font-size:40px font-size:12px font-size:small line-height:1 line-height:9px line-height:100% ' +
  'line-height:40px background:white background:yellow background:black color:black color:white color:#666 width:300px ' +
  'width:800px width:100% min-width:300px max-width:300px min-height:90px display:block display:inline display:inline-block ' +
  'text-align:right text-align:center white-space:nowrap white-space:pre-wrap letter-spacing:2px vertical-align:top ' +
  'vertical-align:super direction:rtl height:9px font-family:monospace font-family:serif font:9px/1,serif font:40px,serif ' +
  'text-decoration:line-through opacity:1 float:none border-right:4px,solid word-break:keep-all padding:0 margin:0 ' +
  'list-style:none overflow-wrap:break-word';
const TAGS =
  'div p span b i u s del sup sub small big mark code font blockquote ul ol li h1 h2 h6 center section pre bdi a details ' +
  'fieldset table table2';

/** An element around what is inside; a table has one row of one cell, or of two. */
function element(tag: string, style: string, inside: string): string {
  const attributes = `style="${style}"`;
  if (tag === 'table') return `<table><tr><td ${attributes}>${inside}</td></tr></table>`;
  if (tag === 'table2') return `<table ${attributes}><tr><td>${inside}</td><td>${inside}</td></tr></table>`;
  if (tag === 'details') return `<details open ${attributes}><summary>${inside}</summary>${inside}</details>`;
  return `<${tag} ${attributes}>${inside}</${tag}>`;
}

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
        const style = Array.from({ length: random.below(2) }, () => random.pick(styles)).join(';');
        const inside = depth > 0 ? part(depth - 1) : '';
        const gap = random.chance(0.2) ? GAP : ' ';
        html += `w${words++} ${element(tag, style, `w${words++}${gap}w${words++} ${inside}`)} `;
      }
      return html;
    };
    const failed: object[] = [];
    let certain = 0;
    for (let left = CHANCE; left > 0 && certain < ENOUGH; left--) {
      words = 0;
      const html = part(1 + random.below(3));
      if (!isCertain(html)) continue;
      certain++;
      const doctype = random.chance(0.5);
      const missed = await unseen(html, doctype);
      if (missed.length > 0) failed.push({ html, doctype, missed });
    }
    expect(certain).toBe(ENOUGH);
    expect(failed.slice(0, 5)).toEqual([]);
  },
  PATIENCE_MS,
);
