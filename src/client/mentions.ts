/**
 * Mentions and tags: where the platform's own page of what is named is shown as the name alone, and where the target has
 * to stand in the text because nobody can know whose page it is (docs/attestation-hpt.md section 5).
 */
import { parseHttp } from './addresses.js';

export const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
/** Names of accounts that no browser follows. */
const IDENTIFIER = /^(?:did|at|acct|urn):/i;
/** Platforms whose pages of accounts and tags are their own; any other host may be anybody's. */
const PLATFORMS = new Set(
  (
    'x.com twitter.com bsky.app linkedin.com instagram.com threads.net threads.com facebook.com reddit.com tiktok.com ' +
    'youtube.com'
  ).split(' '),
);
/** The part before the name in the page of an account, where there is one. */
const ACCOUNT_PAGE = new Set(['in', 'company', 'profile', 'user', 'users', 'u']);
/** The part before the name in the page of a tag, on servers that anybody may run. */
const TAG_PAGE = new Set(['tag', 'tags', 'hashtag', 'hashtags']);
/** What else takes a tag in its query, and the members that may carry it. */
const SEARCH_PAGE = new Set([...TAG_PAGE, 'search']);
const TAG_MEMBERS = ['q', 'keywords'];
const SITE = 'relative.invalid';

/** Whether a mention or tag (one word, with its sign) leads to what it names, as far as anybody can tell offline. */
export function leadsToName(label: string, href: string): boolean {
  if (href === '' || IDENTIFIER.test(href)) return true;
  const relative = !SCHEME.test(href);
  if (relative ? !href.startsWith('/') : parseHttp(href) === null) return false;
  const url = parsed(href);
  if (url === null) return false;
  const [name, server] = named(label);
  const own = relative ? url.hostname === SITE : PLATFORMS.has(url.hostname.replace(/^www\./, ''));
  const parts = partsOf(url);
  if (!label.startsWith('@')) return (own || isBare(url)) && isPageOfTag(url, parts, name, own);
  const names = [label.slice(1).toLowerCase()];
  if (url.hostname === server) names.push(name);
  return (own || url.hostname === server) && isBare(url) && isPageOfAccount(parts, names);
}

/** What a path says before or after the name may be anybody's choice, so only whole paths of a known form count. */
const isPageOfAccount = (parts: string[], names: string[]): boolean =>
  names.includes(parts.at(-1)!) &&
  (parts.length === 1 || (parts.length === 2 && ACCOUNT_PAGE.has(parts[0]!)));

function isPageOfTag(url: URL, parts: string[], name: string, own: boolean): boolean {
  const [page, tag] = parts.slice(-2);
  if (TAG_PAGE.has(page!) && tag === name) return true;
  if (!own || !SEARCH_PAGE.has(parts.at(-1)!)) return false;
  return TAG_MEMBERS.some((member) => url.searchParams.getAll(member).some((value) => plain(value) === name));
}

/**
 * Whether an address in angle brackets is written after a mention and is the page of the account that it names, on
 * whatever host: a path of one or two parts, the last of them the name as it is written, and nothing after it.
 */
export function standsAfterMention(line: string, { start, url }: { start: number; url: string }): boolean {
  if (line[start] !== '<' || line[start - 1] !== ' ') return false;
  const word = line.slice(line.lastIndexOf(' ', start - 2) + 1, start - 1);
  const at = word.indexOf('@');
  if (at < 0 || /[\p{L}\p{N}\p{M}]$/u.test(word.slice(0, at))) return false;
  const mention = word.slice(at);
  const page = parseHttp(url) === null ? null : parsed(url);
  if (mention.length < 2 || page === null || !isBare(page)) return false;
  const parts = partsOf(page);
  return parts.length <= 2 && parts.at(-1) === mention.slice(1).toLowerCase();
}

/** A web address at the default port without a user name; what has no scheme is on the site itself. */
function parsed(href: string): URL | null {
  let url: URL;
  try {
    url = new URL(href, `https://${SITE}/`);
  } catch {
    return null;
  }
  return /^https?:$/.test(url.protocol) && url.port === '' && url.username === '' && url.password === ''
    ? url
    : null;
}

/** The name without its sign, in lower case, and the server that it gives after an `@`. */
function named(label: string): [name: string, server: string | undefined] {
  const whole = label.slice(1).toLowerCase();
  const at = whole.indexOf('@');
  return at < 0 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)];
}

/** Without query and fragment. */
const isBare = (url: URL): boolean => url.search === '' && url.hash === '';

const partsOf = (url: URL): string[] => url.pathname.replace(/\/$/, '').split('/').slice(1).map(plain);

const plain = (part: string): string => decoded(part).replace(/^[@#]/, '').toLowerCase();

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).normalize('NFC');
  } catch {
    return part;
  }
}
