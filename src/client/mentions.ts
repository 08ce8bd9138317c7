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
/** The part before the name in the page of a tag, on servers that anybody may run. */
const TAG_PAGE = new Set(['tag', 'tags', 'hashtag', 'hashtags']);
const SITE = 'relative.invalid';

/** Whether a mention or tag (one word, with its sign) leads to what it names, as far as anybody can tell offline. */
export function leadsToName(label: string, href: string): boolean {
  if (href === '' || IDENTIFIER.test(href)) return true;
  if (SCHEME.test(href) && parseHttp(href) === null) return false;
  const url = parsed(href);
  if (url === null) return false;
  const [name, server] = named(label);
  const host = url.hostname.replace(/^www\./, '');
  const mention = label.startsWith('@');
  if (url.hostname === SITE || PLATFORMS.has(host) || (mention && url.hostname === server)) {
    return partsOf(url).some((part) => part === name || part === label.slice(1).toLowerCase());
  }
  if (mention || url.search !== '' || url.hash !== '') return false;
  const [page, tag] = url.pathname.split('/').slice(-2).map(plain);
  return TAG_PAGE.has(page!) && tag === name;
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
  if (mention.length < 2 || page === null || page.search !== '' || page.hash !== '') return false;
  const parts = page.pathname.replace(/\/$/, '').split('/').slice(1).map(plain);
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

const partsOf = (url: URL): string[] => [...url.pathname.split('/'), ...url.searchParams.values()].map(plain);

const plain = (part: string): string => decoded(part).replace(/^[@#]/, '').toLowerCase();

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).normalize('NFC');
  } catch {
    return part;
  }
}
