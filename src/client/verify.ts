/**
 * The verifier: a checklist read from top to bottom, one code per check (design section 6). The token's own checks
 * stop at the first failure; author, content, status and policy are then each looked at, so that a reader can be told
 * "another account's token" apart from "an edited text". Works offline with a trust list and kept status lists.
 */
import type {
  FilterPolicy,
  TokenClaims,
  TrustList,
  VerifyError,
  VerifyResult,
} from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { type CanonicalText, canonicalText, type TextFacet } from './canonical.js';
import { Discovery } from './discovery.js';
import { engine } from './engine.js';
import { isFacets } from './facets.js';
import { type Fetch, sheltered, type VerifierCache } from './fetch.js';
import { bindAccount, hashText } from './hash.js';
import { halOf, notProvenOf } from './levels.js';
import { wholePolicy } from './policy.js';
import { TextRejected } from './rejection.js';
import { StatusCache } from './status-cache.js';
import { SKEW_S, STATUS_BITS, STATUSES, statusValue } from './status-list.js';
import { CheckFailed, parseToken, readClaims } from './token.js';
import { importTrust, type KnownIssuer, speaksFor } from './trust.js';
import { wordForm } from './words.js';

/** Longest life of a token, in seconds. */
export const TOKEN_LIFE_S = 90 * 86_400;

export interface VerifierOptions {
  /** Issuers with their keys; nothing is looked up. A function is asked at each token: keys are read again when it answers with another object. */
  trust?: TrustList | (() => TrustList);
  /** Issuers by name (their `iss`, an origin): keys come from `<iss>/.well-known/human-author`; needs `fetch` or a filled `cache`. */
  issuers?: readonly string[];
  policy?: Partial<FilterPolicy>;
  /** How to reach issuers and their lists; absent: offline. Only issuers and their status origins are ever asked. */
  fetch?: Fetch;
  cache?: VerifierCache;
  /** Ask for a status list again after this many seconds at the latest; default: its own ttl. */
  maxListAgeS?: number;
  /** Reads HTML; `client/html` brings one. Without it HTML is `content: unchecked`. */
  html?: (html: string) => CanonicalText;
  /** Milliseconds since the epoch; default Date.now. */
  clock?: () => number;
}

/** Where the token was found. */
export interface Found {
  text?: string;
  html?: string;
  facets?: readonly TextFacet[];
  platform?: string;
  /** The immutable account id under which the text stands. */
  author?: string | { id: string };
  /** Milliseconds since the epoch; default: the verifier's clock. */
  now?: number;
  policy?: Partial<FilterPolicy>;
}

export interface Verifier {
  /** Never throws for a bad token: whatever is wrong stands in `errors`. */
  verify(token: string, found?: Found): Promise<VerifyResult>;
  /** Ask for a status list again at its next use, or for every one. */
  expireLists(uri?: string): void;
}

/**
 * A verifier with its caches.
 * @throws {AssayError} `config.invalid`, at the first `verify`, when the trust list holds an unfit key
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const clock = options.clock ?? Date.now;
  const cache = sheltered(options.cache);
  const lists = new StatusCache(options.fetch, cache, options.maxListAgeS ?? Number.POSITIVE_INFINITY);
  const discovery = new Discovery(options.issuers ?? [], options.fetch, cache);
  const policy = wholePolicy(options.policy);
  let trusted: Promise<KnownIssuer[]> | undefined;
  let read: TrustList | undefined;
  const issuers: Issuers = async (now, isWanted) => {
    const list = typeof options.trust === 'function' ? options.trust() : options.trust;
    if (trusted === undefined || list !== read) {
      trusted = importTrust(list ?? { issuers: [] });
      read = list;
    }
    if (!options.issuers?.length) return trusted;
    return [...(await trusted), ...(await discovery.issuers(now, isWanted))];
  };
  return {
    expireLists: (uri) => lists.expire(uri),
    async verify(token, found = {}) {
      const check = new Check(
        lists,
        options.html,
        found.policy === undefined ? policy : wholePolicy(options.policy, found.policy),
        found.now ?? clock(),
      );
      try {
        await check.run(token, found, issuers);
      } catch (error) {
        if (!(error instanceof CheckFailed)) throw error;
        check.errors.push(error.code);
      }
      return check.result();
    },
  };
}

/** Failures that leave what the token proves standing: the reader asked for more, or for newer. */
const MERE_POLICY = new Set<VerifyError>(['policy.hal', 'content.reformatted', 'status.stale']);

/** Everybody who is trusted, asked again where that may bring one that is wanted. */
type Issuers = (now: number, isWanted: (issuer: KnownIssuer) => boolean) => Promise<KnownIssuer[]>;

/** One run of the checklist. */
class Check {
  readonly errors: VerifyError[] = [];
  private claims: TokenClaims | null = null;
  private author: VerifyResult['author'] = 'unchecked';
  private content: VerifyResult['content'] = 'unchecked';
  private status: VerifyResult['status'] = 'unknown';
  private statusAsOf: number | null = null;
  private stale = false;
  private readonly reported = new Set<string>();
  /** The HTML may hold, but also for another sight of it. */
  private uncertain = false;

  constructor(
    private readonly lists: StatusCache,
    private readonly html: VerifierOptions['html'],
    private readonly policy: FilterPolicy,
    private readonly now: number,
  ) {}

  async run(token: string, found: Found, issuers: Issuers): Promise<void> {
    // Size, strict segments, header allow-list, type.
    const { header, payload, signature, input } = parseToken(token);
    // Key by kid, among token keys only. All are P-256, so key.alg = alg.
    const hasKey = ({ tokenKeys }: KnownIssuer) => tokenKeys.has(header.kid);
    const candidates = (await issuers(this.now, hasKey)).filter(hasKey);
    if (candidates.length === 0) throw new CheckFailed('token.unknown_key');
    // Signature, then the shape of what it covers.
    // Header and segments have been read strictly, so what is left of RFC 7515 section 5.2 is the signature itself.
    const key = candidates[0]!.tokenKeys.get(header.kid)!;
    if (!(await engine.verify(key, signature, input))) throw new CheckFailed('token.signature');
    const claims = readClaims(payload);
    this.claims = claims;
    // Issuer, audience, times, levels.
    let issuer = candidates.find((each) => each.iss === claims.iss);
    if (issuer === undefined) throw new CheckFailed('token.issuer');
    if (!speaksFor(issuer, claims.aud)) {
      // A platform that was registered since: the issuer's own signature is reason enough to ask it again.
      const isMeant = (each: KnownIssuer) => each.iss === claims.iss && hasKey(each);
      const again = await issuers(this.now, (each) => isMeant(each) && speaksFor(each, claims.aud));
      issuer = again.find(isMeant);
      if (issuer === undefined) throw new CheckFailed('token.unknown_key');
    }
    this.checkAudience(claims, issuer, found.platform);
    this.checkTimes(claims);
    checkLevels(claims);
    // Author, then content: exact, then reformatted.
    await this.checkAuthor(claims, issuer, found);
    await this.checkContent(claims, found);
    // Status, and how old it is.
    await this.checkStatus(claims, issuer, header.kid);
    // What this reader asks for.
    if (claims.hal < this.policy.minHal) this.errors.push('policy.hal');
  }

  result(): VerifyResult {
    const stands = this.claims !== null && this.errors.every((error) => MERE_POLICY.has(error));
    return {
      valid: this.errors.length === 0,
      hal: stands ? this.claims!.hal : null,
      lvl: stands ? this.claims!.lvl : null,
      author: this.author,
      content: this.content,
      status: this.status,
      statusAsOf: this.statusAsOf === null ? null : new Date(this.statusAsOf * 1000).toISOString(),
      stale: this.stale,
      notProven: stands ? this.claims!.np : ['composed', 'unique', 'uncoerced'],
      errors: this.errors,
      reported: [...this.reported].sort(),
      jti: this.claims?.jti ?? null,
      iss: this.claims?.iss ?? null,
    };
  }

  private checkAudience({ aud }: TokenClaims, issuer: KnownIssuer, platform: string | undefined): void {
    const isHere = platform === undefined || platform === aud;
    if (!isHere || !speaksFor(issuer, aud)) throw new CheckFailed('token.audience');
  }

  private checkTimes({ iat, exp }: TokenClaims): void {
    const nowS = this.now / 1000;
    if (exp <= iat || exp - iat > TOKEN_LIFE_S) throw new CheckFailed('token.claims');
    if (iat > nowS + SKEW_S) throw new CheckFailed('token.not_yet_valid');
    if (exp <= nowS - SKEW_S) throw new CheckFailed('token.expired');
  }

  /** Without a platform the audience of an issuer that speaks for one only is meant; else nothing binds the account. */
  private async checkAuthor({ aud, acc }: TokenClaims, issuer: KnownIssuer, found: Found): Promise<void> {
    const named = typeof found.author === 'string' ? found.author : found.author?.id;
    const id = typeof named === 'string' ? named : undefined;
    const only = issuer.audiences.size === 1 && !issuer.audiences.has('*');
    const placed = found.platform !== undefined || only;
    if (id === undefined || !placed) {
      if (this.policy.requireAuthor) this.errors.push('author.unchecked');
      return;
    }
    // Half a character has no UTF-8: all such ids would be hashed as one.
    const bound = LONE_SURROGATE.test(id) ? null : await bindAccount(aud, id);
    this.author = bound === acc ? 'match' : 'different';
    if (this.author === 'different') this.errors.push('author.different');
  }

  private async checkContent({ con }: TokenClaims, { text, html, facets }: Found): Promise<void> {
    // What is no text, or cannot be read, was not checked: one odd item must not stop a whole feed.
    let content: VerifyResult['content'] | undefined;
    if (text !== undefined) {
      const readable = typeof text === 'string' && (facets === undefined || isFacets(facets));
      content = readable ? await compare(con, () => canonicalText(text, facets), this.reported) : 'unchecked';
    }
    if (html !== undefined) {
      const read = this.html;
      const readable = read !== undefined && typeof html === 'string';
      const shown = readable ? await this.compareHtml(con, () => read(html)) : 'unchecked';
      // Who shows two renderings shows either: both are checked, and the worse one counts.
      content =
        content === undefined ? shown : WORST_FIRST.find((each) => each === content || each === shown)!;
    }
    this.content = content ?? 'unchecked';
    if (this.content === 'unchecked' && this.uncertain) this.errors.push('content.uncertain');
    else if (this.content === 'unchecked' && this.policy.requireAuthor) this.errors.push('content.unchecked');
    if (this.content === 'different') this.errors.push('content.different');
    if (this.content === 'reformatted' && !this.policy.acceptReformatted)
      this.errors.push('content.reformatted');
  }

  /**
   * What is in doubt, or embedded, stands in the canonical text between marks that say no more than that: a harmless
   * style and one that hides the word come to the same hash, so that a match of the hash is no match of what is seen.
   */
  private async compareHtml(
    con: TokenClaims['con'],
    read: () => CanonicalText,
  ): Promise<VerifyResult['content']> {
    const found = new Set<string>();
    const content = await compare(con, read, found);
    for (const each of found) this.reported.add(each);
    if (content === 'different' || !(found.has('uncertain') || found.has('embedded'))) return content;
    this.uncertain = true;
    return 'unchecked';
  }

  private async checkStatus({ status }: TokenClaims, issuer: KnownIssuer, kid: string): Promise<void> {
    const { idx, uri } = status.status_list;
    if (!isListOf(uri, issuer)) throw new CheckFailed('status.origin');
    const list = await this.lists.get(uri, issuer, this.now, this.policy.maxStatusAgeS);
    if (list === null) {
      this.stale = true;
      if (this.policy.onStale === 'closed') this.errors.push('status.unavailable');
      return;
    }
    // Who stole a token key can name any list, but only lists of that key are revoked with it.
    if (list.tokenKid !== null && list.tokenKid !== kid) throw new CheckFailed('status.key');
    this.statusAsOf = list.iat;
    const value = statusValue(list.bytes, STATUS_BITS, idx);
    if (value === null) throw new CheckFailed('status.index');
    this.status = STATUSES[value as 0 | 1 | 2 | 3];
    if (this.status !== 'valid') this.errors.push(`status.${this.status}`);
    this.stale = this.now / 1000 - list.iat > this.policy.maxStatusAgeS;
    if (this.stale && this.policy.onStale === 'closed') this.errors.push('status.stale');
  }
}

const WORST_FIRST = ['different', 'unchecked', 'reformatted', 'exact'] as const;
const LONE_SURROGATE = /\p{Cs}/u;

/** A text that has no canonical form is another one: no token was ever issued for it. What is found on the way goes to `reported`. */
async function compare(
  con: TokenClaims['con'],
  canonicalOf: () => CanonicalText,
  reported: Set<string>,
): Promise<VerifyResult['content']> {
  let canonical: CanonicalText;
  try {
    canonical = canonicalOf();
  } catch (error) {
    if (error instanceof TextRejected) return 'different';
    throw error;
  }
  for (const each of canonical.reported) reported.add(each);
  const h = await hashText(canonical.canonical, con.salt);
  if (h === con.h) return canonical.n === con.n ? 'exact' : 'different';
  // Words cost as much as all the rest, and are seldom needed.
  const words = con.w === undefined ? null : wordForm(canonical.canonical);
  return words !== null && (await hashText(words, con.salt)) === con.w ? 'reformatted' : 'different';
}

/** On one of the issuer's origins, spelled as a browser would send it: no other scheme that claims the origin, no user name, no fragment. */
function isListOf(uri: string, issuer: KnownIssuer): boolean {
  const known = listsOf.get(issuer) ?? new Set();
  if (known.has(uri)) return true;
  const { protocol, origin, href, username, password, hash } = new URL(uri);
  const plain = href === uri && username === '' && password === '' && hash === '';
  if (!plain || !/^https?:$/.test(protocol) || !issuer.statusOrigins.has(origin)) return false;
  if (known.size >= LIMITS.statusListsHeld) known.clear();
  listsOf.set(issuer, known.add(uri));
  return true;
}

/** Addresses that were found in order: many tokens name one list. */
const listsOf = new WeakMap<KnownIssuer, Set<string>>();

/** A token may not say more, or hide more, than its levels carry. */
function checkLevels({ lvl, hal, np }: TokenClaims): void {
  const expected = notProvenOf(lvl);
  const same = np.length === expected.length && expected.every((code) => np.includes(code));
  if (hal !== halOf(lvl) || !same) throw new CheckFailed('token.levels');
}
