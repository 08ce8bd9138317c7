/**
 * Links in the canonical text. A link whose shown text is its own address is written as that address; any other is
 * written `shown text <address>`, so that no target is ever lost. Addresses are normalised without a network:
 * WHATWG URL (host lower-cased, default port dropped), tracking parameters removed (docs/attestation-hpt.md section 5).
 */
import type { Report } from './characters.js';

/** Query parameters that say who passed a link on, not where it leads. Part of the version: a change makes a new one. */
const TRACKING = new Set(
  (
    'dclid fbclid gbraid gclid gclsrc igsh igshid li_fat_id mc_cid mc_eid mkt_tok msclkid oly_anon_id oly_enc_id ' +
    'rb_clickid ref_src ref_url s_cid ttclid twclid vero_id wbraid wickedid yclid _hsenc _hsmi _openstat'
  ).split(' '),
);
const isTracking = (key: string) => key.startsWith('utm_') || TRACKING.has(key);

/** Redirectors that a platform puts around every link in its text while it shows the target. Part of the version. */
const REDIRECTORS = new Set(['t.co', 'lnkd.in']);

/** `<scheme:…>`, or a bare http(s) address up to a space, an angle bracket or a double quote. */
const LINK = /<([a-z][a-z0-9+.-]*:[^\s<>]+)>|https?:\/\/[^\s<>"]+/giu;

/** A link as a run of the displayed text: what is shown (`full` with the parts hidden by style), and where it leads. */
export interface LinkRun {
  kind: 'link' | 'mention' | 'tag';
  shown: string;
  full?: string;
  href: string;
}

/** Normalises every link in a text that has already been stripped, composed and folded. Idempotent. */
export function normaliseLinks(text: string, reported: Set<Report>): string {
  if (!text.includes(':')) return text;
  return text.replace(LINK, (match, angled: string | undefined) => {
    if (angled !== undefined) return `<${normaliseUrl(angled, reported) ?? angled}>`;
    const address = trimBare(match);
    const url = normaliseUrl(address, reported);
    if (url === null) return match;
    const rest = match.slice(address.length);
    return (standsBare(url, rest) ? url : `<${url}>`) + rest;
  });
}

/** Links of a canonical text, with where they stand: `[start, end)` in UTF-16 units. */
export function linksIn(canonical: string): { start: number; end: number; url: string }[] {
  const links = [];
  for (const match of canonical.matchAll(LINK)) {
    const url = match[1] ?? trimBare(match[0]);
    const length = match[1] === undefined ? url.length : match[0].length;
    links.push({ start: match.index, end: match.index + length, url });
  }
  return links;
}

/** How a link run is written; `next` is the text directly after it (up to a space is enough). */
export function writeLink(run: LinkRun, next: string, reported: Set<Report>): string {
  const shown = run.shown.trim();
  if (run.kind !== 'link' && /^[@#＃]\S+$/u.test(shown)) {
    if (run.href !== '') reported.add('mention_target');
    return run.shown;
  }
  const href = run.href.trim();
  if (href === '') return run.shown;
  const url = normaliseUrl(href, reported);
  if (url === null) return writeOther(run.shown, href, reported);
  if (
    isWrapped(shown) ||
    showsItself(shown, href, url) ||
    (run.full !== undefined && showsItself(run.full.trim(), href, url))
  ) {
    return standsBare(url, next) ? url : `<${url}>`;
  }
  if (/^(?:https?:\/\/|www\.)|^[^\s/]+\.[a-z]{2,}(?:[/?#]|$)/iu.test(shown))
    reported.add('link_text_differs');
  return shown === '' ? `<${url}>` : `${run.shown} <${url}>`;
}

/** Targets that are not http(s): kept as the platform gives them; a mail address that shows itself is just text. */
function writeOther(shown: string, href: string, reported: Set<Report>): string {
  if (/^mailto:/i.test(href) && href.slice(7) === shown.trim()) return shown;
  if (!/^[a-z][a-z0-9+.-]*:/iu.test(href)) reported.add('relative_link');
  const target = href.replace(/[\s<>]/gu, encodeURIComponent);
  return `${shown} <${/^[a-z][a-z0-9+.-]*:/iu.test(target) ? target : `relative:${target}`}>`;
}

/** The normal form of an http(s) address, or null when it is not one. */
export function normaliseUrl(address: string, reported?: Set<Report>): string | null {
  if (!/^https?:\/\//i.test(address)) return null;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  const pairs = url.search.slice(1).split('&');
  const kept = pairs.filter((pair) => !isTracking(pair.split('=', 1)[0]!.toLowerCase()));
  if (kept.length < pairs.length) reported?.add('tracking_parameters');
  url.search = kept.join('&');
  return url.href;
}

/** Sentence punctuation after an address is not part of it; nor is a closing bracket that was not opened in it. */
function trimBare(address: string): string {
  const open = { ')': 0, ']': 0, '}': 0 };
  for (const character of address) {
    if (character === '(') open[')']++;
    else if (character === '[') open[']']++;
    else if (character === '{') open['}']++;
    else if (character in open) open[character as keyof typeof open]--;
  }
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1]!;
    if (/[.,;:!?'’”»…]/.test(last)) continue;
    if (last in open && open[last as keyof typeof open] < 0) {
      open[last as keyof typeof open]++;
      continue;
    }
    break;
  }
  return address.slice(0, end);
}

/** Whether an address, written bare before `next`, would be read back as exactly itself. */
function standsBare(url: string, next: string): boolean {
  const rest = /^[^\s<>"]*/u.exec(next)![0];
  return !/[\s<>"]/u.test(url) && trimBare(url + rest) === url;
}

const isWrapped = (shown: string): boolean =>
  /^https?:\/\/\S+$/i.test(shown) && URL.canParse(shown) && REDIRECTORS.has(new URL(shown).hostname);

/** `example.org/a`, `https://example.org/a`, `www.example.org/a` and a cut-off `example.org/a…` all show https://example.org/a. */
function showsItself(shown: string, href: string, url: string): boolean {
  const cut = /(?:…|\.\.\.)$/u.test(shown);
  const address = shown.replace(/(?:…|\.\.\.)$/u, '');
  if (/\s/u.test(address) || !/[.:]/u.test(address)) return false;
  const scheme = /^https?:\/\//i.exec(address)?.[0].toLowerCase();
  if (scheme !== undefined && !url.startsWith(scheme)) return false;
  const spelled = scheme === undefined ? `${/^https?:\/\//i.exec(url)![0]}${address}` : address;
  const bare = (full: string) => full.replace(/^https?:\/\/(?:www\.)?/i, '');
  if (!cut) {
    const normal = normaliseUrl(spelled);
    return normal !== null && bare(normal).replace(/\/$/, '') === bare(url).replace(/\/$/, '');
  }
  const host = bare(new URL(url).origin);
  const prefix = bare(spelled);
  const head = prefix.slice(0, host.length).toLowerCase() + prefix.slice(host.length);
  const target = bare(new URL(href).href);
  return head.length >= host.length && head.startsWith(host) && target.startsWith(head);
}
