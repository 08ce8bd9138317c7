/**
 * Links in the canonical text. A link whose shown text is its own address is written as that address; any other is
 * written `shown text <address>`, so that no target is ever lost (docs/attestation-hpt.md section 5).
 */
import { ENDS_ADDRESS, isShortened, normaliseUrl, showsItself, standsBare, trimBare } from './addresses.js';
import type { Report } from './characters.js';
import { BIDI } from './invisible.js';
import { leadsToName, SCHEME } from './mentions.js';

/** `<scheme:…>`, or a bare http(s) address up to what ends an address. */
const LINK = new RegExp(
  `<([A-Za-z][A-Za-z0-9+.\\-]*:[^\\s<>]+)>|[Hh][Tt][Tt][Pp][Ss]?:\\/\\/[^${ENDS_ADDRESS}]+`,
  'gu',
);

/** A link as a run of the displayed text: what is shown (`full` with the parts hidden by style), and where it leads. */
export interface LinkRun {
  kind: 'link' | 'mention' | 'tag';
  shown: string;
  full?: string;
  href: string;
}

/** What a link shows, for comparing: without the invisible. `written` still has it, since what stands beside may need it. */
export interface Label {
  shown: string;
  full: string;
  written: string;
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
export function writeLink(
  { kind, href: given }: LinkRun,
  { shown, full, written }: Label,
  next: string,
  reported: Set<Report>,
): string {
  const href = given.trim();
  const label = full.trim();
  if (kind !== 'link' && /^[@#＃]\S+$/u.test(label) && leadsToName(label, href)) {
    if (href !== '') reported.add('mention_target');
    return written;
  }
  if (href === '') return written;
  const url = normaliseUrl(href, reported);
  if (url === null) return writeOther(full, written, href, reported);
  // Parts that a class hides are shown where nobody knows the class: they count.
  const [opened, address, closed] = isolated(label);
  if (!BIDI.test(address) && (isShortened(address) || showsItself(address, href, url))) {
    return opened + (standsBare(url, closed + next) ? url : `<${url}>`) + closed;
  }
  if ([label, shown.trim()].map(withoutIsolates).some(looksLikeAddress)) reported.add('link_text_differs');
  return label === '' ? `<${url}>` : `${written} <${url}>`;
}

const looksLikeAddress = (text: string): boolean =>
  /^(?:https?:\/\/|www\.)|^[^\s/]+\.[a-z]{2,}(?:[/?#]|$)/i.test(text);

const withoutIsolates = (text: string): string => text.replace(/[\u2066-\u2069]/g, '').trim();

/**
 * An isolate around the whole of what is shown, and what it holds: platforms isolate an address in a text that runs from
 * right to left. Both ends stay where they are, since they order what stands beside them.
 */
function isolated(label: string): [opened: string, address: string, closed: string] {
  const pair = /^([\u2066-\u2068])(.*)(\u2069)$/su.exec(label);
  return pair === null ? ['', label, ''] : [pair[1]!, pair[2]!.trim(), pair[3]!];
}

/** Targets that are not http(s): kept as the platform gives them; an address or a path that shows itself is just text. */
function writeOther(full: string, written: string, href: string, reported: Set<Report>): string {
  const shown = full.trim();
  if (/^mailto:/i.test(href) && href.slice(7) === shown) return written;
  const absolute = SCHEME.test(href);
  if (!absolute) {
    reported.add('relative_link');
    if (shown.slice(1).includes('/') && href.replace(/^\/|\/$/g, '') === shown.replace(/^\/|\/$/g, ''))
      return written;
  }
  const target = href.replace(/[\s<>]/gu, encodeURIComponent);
  return `${written} <${absolute ? target : `relative:${target}`}>`;
}
