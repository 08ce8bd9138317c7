/**
 * Links in the canonical text. A link whose shown text is its own address is written as that address; any other is
 * written `shown text <address>`, so that no target is ever lost (docs/attestation-hpt.md section 5).
 */
import { ENDS_ADDRESS, isShortened, normaliseUrl, showsItself, standsBare, trimBare } from './addresses.js';
import type { Report } from './characters.js';

/** `<scheme:…>`, or a bare http(s) address up to what ends an address. */
const LINK = new RegExp(
  `<([A-Za-z][A-Za-z0-9+.\\-]*:[^\\s<>]+)>|[Hh][Tt][Tt][Pp][Ss]?:\\/\\/[^${ENDS_ADDRESS}]+`,
  'gu',
);
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

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
  for (const match of canonical.includes(':') ? canonical.matchAll(LINK) : []) {
    const url = match[1] ?? trimBare(match[0]);
    const length = match[1] === undefined ? url.length : match[0].length;
    links.push({ start: match.index, end: match.index + length, url });
  }
  return links;
}

/** How a link run is written; `next` is the text directly after it (up to a space is enough). */
export function writeLink(run: LinkRun, next: string, reported: Set<Report>): string {
  const full = run.full ?? run.shown;
  const href = run.href.trim();
  if (run.kind !== 'link' && /^[@#＃]\S+$/u.test(full.trim()) && namesTarget(full.trim().slice(1), href)) {
    if (href !== '') reported.add('mention_target');
    return full;
  }
  if (href === '') return full;
  const url = normaliseUrl(href, reported);
  if (url === null) return writeOther(full, href, reported);
  // Parts that a class hides are shown where nobody knows the class: they count.
  const label = withoutIsolates(full);
  if (isShortened(label) || showsItself(label, href, url)) {
    return standsBare(url, next) ? url : `<${url}>`;
  }
  if ([label, withoutIsolates(run.shown)].some(looksLikeAddress)) reported.add('link_text_differs');
  return label === '' ? `<${url}>` : `${full} <${url}>`;
}

const looksLikeAddress = (text: string): boolean =>
  /^(?:https?:\/\/|www\.)|^[^\s/]+\.[a-z]{2,}(?:[/?#]|$)/i.test(text);

/** Platforms isolate an address in a text that runs from right to left; it shows the same address. */
const withoutIsolates = (shown: string): string => shown.replace(/[\u2066-\u2069]/g, '').trim();

/** Whether a mention or tag leads to what it names: no web address at all, or one with the name as a part of its path or query. */
function namesTarget(name: string, href: string): boolean {
  if (href === '' || (SCHEME.test(href) && !/^https?:/i.test(href))) return true;
  let url: URL;
  try {
    url = new URL(href, 'https://relative.invalid/');
  } catch {
    return false;
  }
  const named = new Set([name.toLowerCase(), name.split('@', 1)[0]!.toLowerCase()]);
  const parts = [...url.pathname.split('/'), ...url.searchParams.values()];
  return parts.some((part) => named.has(decoded(part).replace(/^[@#]/, '').toLowerCase()));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).normalize('NFC');
  } catch {
    return part;
  }
}

/** Targets that are not http(s): kept as the platform gives them; an address or a path that shows itself is just text. */
function writeOther(full: string, href: string, reported: Set<Report>): string {
  const shown = full.trim();
  if (/^mailto:/i.test(href) && href.slice(7) === shown) return full;
  const absolute = SCHEME.test(href);
  if (!absolute) {
    reported.add('relative_link');
    if (shown.slice(1).includes('/') && href.replace(/^\/|\/$/g, '') === shown.replace(/^\/|\/$/g, ''))
      return full;
  }
  const target = href.replace(/[\s<>]/gu, encodeURIComponent);
  return `${full} <${absolute ? target : `relative:${target}`}>`;
}
