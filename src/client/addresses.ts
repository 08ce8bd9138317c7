/**
 * Addresses: the normal form of an http(s) address without a network, and where an address in running text ends.
 * WHATWG URL, a redirector that carries its target undone, tracking parameters removed. The lists here are part of the
 * version: a change makes a new one (docs/attestation-hpt.md section 5).
 */
import type { Report } from './characters.js';

/** Query parameters that say who passed a link on, not where it leads. */
const TRACKING = new Set(
  (
    'dclid fbclid gbraid gclid gclsrc igsh igshid li_fat_id mc_cid mc_eid mkt_tok msclkid oly_anon_id oly_enc_id ' +
    'rb_clickid ref_src ref_url s_cid ttclid twclid vero_id wbraid wickedid yclid _hsenc _hsmi _openstat ' +
    'utm_campaign utm_content utm_creative_format utm_id utm_marketing_tactic utm_medium utm_name utm_referrer utm_source ' +
    'utm_source_platform utm_term'
  ).split(' '),
);
/** A `;` in it may begin a parameter of its own. */
const isTracking = (pair: string) =>
  TRACKING.has(pair.split('=', 1)[0]!.toLowerCase()) && !pair.includes(';');

/** Redirectors that a platform puts around every link in its text while it shows the target. */
const SHORTENERS = new Set(['t.co', 'lnkd.in']);
/** Outlook's link check carries the target in `url`; forwarded mail may be wrapped more than once. */
const SAFELINKS = /^[a-z0-9-]+\.safelinks\.protection\.outlook\.com$/;
const SAFELINKS_DEPTH = 4;

/** The normal form of an http(s) address, or null when it is not one. */
export function normaliseUrl(address: string, reported?: Set<Report>): string | null {
  const parsed = parseHttp(address);
  if (parsed === null) return null;
  const url = unwrap(parsed, reported);
  const pairs = url.search.slice(1).split('&');
  const kept = pairs.filter((pair) => !isTracking(pair));
  if (kept.length < pairs.length) reported?.add('tracking_parameters');
  const query = kept.join('&');
  const fragment = url.hash.slice(1);
  const base = /^[^?#]*/.exec(url.href)![0];
  const whole = `${base}${query === '' ? '' : `?${query}`}${fragment === '' ? '' : `#${fragment}`}`;
  // Older and newer URL parsers differ on this one character.
  return whole.replace(/\^/g, '%5E');
}

/** Whether a shown text is an address at a redirector whose target nobody can know offline. */
export const isShortened = (shown: string): boolean =>
  /^https?:\/\/\S+$/i.test(shown) && SHORTENERS.has(parseHttp(shown)?.hostname ?? '');

/** An http(s) address as the URL standard reads it; null for any other. */
export function parseHttp(address: string): URL | null {
  if (!/^https?:\/\//i.test(address)) return null;
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

/** The target that a Safelinks address carries; the address itself when it carries none. */
function unwrap(url: URL, reported?: Set<Report>): URL {
  let target = url;
  for (let depth = 0; depth < SAFELINKS_DEPTH; depth++) {
    const plain = target.protocol === 'https:' && target.port === '' && target.username === '';
    if (!plain || !SAFELINKS.test(target.hostname)) break;
    const carried = target.searchParams.getAll('url');
    const inner = carried.length === 1 ? parseHttp(carried[0]!) : null;
    if (inner === null) break;
    reported?.add('redirector');
    target = inner;
  }
  return target;
}

/** What may follow an address in a sentence without being part of it. */
const SENTENCE_END = /[.,;:!?'’”»…]/;
/** Never inside an address as people type it: space, angle bracket, quote, bidi control, and the marks of scripts written without spaces. */
export const ENDS_ADDRESS =
  '\\s<>"\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069。、，．！？；：「」『』（）【】《》〈〉،؛؟۔।॥';
const UNBROKEN = new RegExp(`^[^${ENDS_ADDRESS}]*`, 'u');

/** Sentence punctuation after an address is not part of it; nor is a closing bracket that was not opened in it. */
export function trimBare(address: string): string {
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
    if (SENTENCE_END.test(last)) continue;
    if (last in open && open[last as keyof typeof open] < 0) {
      open[last as keyof typeof open]++;
      continue;
    }
    break;
  }
  return address.slice(0, end);
}

/** Whether an address, written bare before `next`, would be read back as exactly itself. */
export function standsBare(url: string, next: string): boolean {
  const rest = UNBROKEN.exec(next)![0];
  return !/[\s<>"]/u.test(url) && trimBare(url + rest) === url;
}

/** An address without its scheme and `www.`: what most platforms show of it. */
export const withoutScheme = (address: string): string => address.replace(/^https?:\/\/(?:www\.)?/i, '');

/** `example.org/a`, `https://example.org/a`, `www.example.org/a` and a cut-off `example.org/a…` all show https://example.org/a. */
export function showsItself(shown: string, href: string, url: string): boolean {
  const cut = /(?:…|\.\.\.)$/u.test(shown);
  const address = shown.replace(/(?:…|\.\.\.)$/u, '');
  if (/\s/u.test(address) || !/[.:]/u.test(address)) return false;
  const scheme = /^https?:\/\//i.exec(address)?.[0].toLowerCase();
  if (scheme !== undefined && !url.startsWith(scheme)) return false;
  const spelled = scheme === undefined ? `${/^https?:\/\//i.exec(url)![0]}${address}` : address;
  if (!cut) {
    const normal = normaliseUrl(spelled);
    return (
      normal !== null && withoutScheme(normal).replace(/\/$/, '') === withoutScheme(url).replace(/\/$/, '')
    );
  }
  return beginsWith(href, spelled) || beginsWith(url, spelled);
}

/** Whether an address begins with the shown part of it, its whole host included. */
function beginsWith(address: string, shown: string): boolean {
  const target = withoutScheme(parseHttp(address)!.href);
  const host = withoutScheme(parseHttp(address)!.origin);
  const prefix = withoutScheme(shown);
  const head = prefix.slice(0, host.length).toLowerCase() + prefix.slice(host.length);
  return head.length >= host.length && head.startsWith(host) && target.startsWith(head);
}
