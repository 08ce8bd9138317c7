/** What is fuzzed, and what has to hold for every input: one function per parser, which throws when it does not hold. */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { deflateSync } from 'node:zlib';
import { TokenClaims, type TrustList } from '../../schemas/attestation.js';
import { LIMITS } from '../../schemas/limits.js';
import { normaliseUrl } from '../../src/client/addresses.js';
import { type CanonicalText, canonicalRuns, canonicalText } from '../../src/client/canonical.js';
import { isClaims } from '../../src/client/claims.js';
import { canonicalHtml, createVerifier, type Found } from '../../src/client/html.js';
import { TextRejected } from '../../src/client/rejection.js';
import { inflateList, readStatusList } from '../../src/client/status-list.js';
import { CheckFailed, parseToken, readClaims } from '../../src/client/token.js';
import { importTrust } from '../../src/client/trust.js';
import { wordForm } from '../../src/client/words.js';
import { anyFacets, anyHtml, anyText, mutated, mutatedJson } from './inputs.js';
import type { Random } from './random.js';

/** Runs once; true: the input was refused, as it may be. Throws when something does not hold. */
export type Run = (random: Random) => boolean | Promise<boolean>;

function hold(what: string, holds: boolean): void {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

/** Null for a text that was rejected; any other error is a finding. */
function canonicalOr(read: () => CanonicalText): CanonicalText | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof TextRejected) return null;
    throw error;
  }
}

/** What is true of every canonical text. `units`: size of the input. */
function checkCanonical({ canonical, n }: CanonicalText, units: number): void {
  hold('its own canonical form', canonicalText(canonical).canonical === canonical);
  hold('in NFC', canonical.normalize('NFC') === canonical);
  hold('counted in code points', n === [...canonical].length && n <= LIMITS.textCodePoints);
  // Percent-encoding writes 9 units for one, NFC 3, and a link is written out beside its label.
  hold('growth is bounded', canonical.length <= 40 * units + 40);
  const words = wordForm(canonical);
  hold(
    'words are no longer than twice the text',
    words === null || words.length <= 10 * canonical.length + 2,
  );
  hold('words are the same when read again', wordForm(canonical) === words);
}

const text: Run = (random) => {
  const given = anyText(random);
  const facets = random.chance(0.4) ? anyFacets(random, given.length) : [];
  const found = canonicalOr(() => canonicalText(given, facets));
  if (found === null) return true;
  checkCanonical(found, given.length + facets.reduce((sum, each) => sum + (each.uri?.length ?? 0) + 12, 0));
  if (facets.length === 0) {
    const slow = canonicalRuns([given]);
    hold('the quick way gives the same', isDeepStrictEqual(slow, found));
  }
  return false;
};

const html: Run = (random) => {
  const given = anyHtml(random);
  const found = canonicalOr(() => canonicalHtml(given));
  if (found !== null) checkCanonical(found, given.length + 32);
  return found === null;
};

const words: Run = (random) => {
  // Any string, canonical or not: the reader of words trusts nobody.
  const given = anyText(random);
  const form = wordForm(given);
  hold('no double space', form === null || !/ {2}/.test(form));
  return form === null;
};

const url: Run = (random) => {
  const given = random.chance(0.7) ? `http${random.pick(['s', ''])}://${anyText(random)}` : anyText(random);
  const normal = normaliseUrl(given);
  if (normal === null) return true;
  hold('its own normal form', normaliseUrl(normal) === normal);
  hold('http(s), without a space or angle bracket', /^https?:\/\/[^\s<>]+$/.test(normal));
  return false;
};

interface TokenVectors {
  now: number;
  trust: TrustList;
  statusList: { uri: string; jwt: string };
  cases: { token: string; found: Found }[];
}

/** From the sources and from dist/ the vectors are not equally far away. */
function tokenVectors(): TokenVectors {
  const places = ['../vectors/tokens-1.json', '../../../test/vectors/tokens-1.json'];
  const place = places.map((each) => new URL(each, import.meta.url)).find((each) => existsSync(each));
  return JSON.parse(readFileSync(place!, 'utf8'));
}

/** The targets by name; what is changed is the first token of the vectors, which is valid, and their status list. */
export async function targets(): Promise<Record<string, Run>> {
  const { now, trust, statusList, cases } = tokenVectors();
  const { token: good, found } = cases[0]!;
  const [issuer] = await importTrust(trust);
  const claims = readClaims(parseToken(good).payload);
  const lst = deflateSync(Buffer.alloc(64)).toString('base64url');
  const verifier = createVerifier({ trust, policy: { onStale: 'open' }, clock: () => now * 1000 });
  if (!(await verifier.verify(good, found)).valid) throw new Error('expected the first vector to be valid');
  if ((await readStatusList(statusList.jwt, statusList.uri, issuer!, now)) === null) {
    throw new Error('expected the status list of the vectors to be valid');
  }
  return {
    'canonical-text': text,
    'canonical-html': html,
    'word-form': words,
    'normalise-url': url,
    'token-parser': (random) => {
      const given = random.chance(0.5)
        ? mutated(random, good)
        : anyText(random, ['eyJ', 'e30', good, '.', 'A']);
      try {
        const { header, payload } = parseToken(given);
        const parts = given.split('.');
        hold(
          'exactly one spelling',
          Buffer.from(payload).toString('base64url') === parts[1] && parts.length === 3,
        );
        hold('an allowed header', header.alg === 'ES256' && Object.keys(header).length === 3);
        return false;
      } catch (error) {
        if (error instanceof CheckFailed) return true;
        throw error;
      }
    },
    'token-verifier': async (random) => {
      const given = mutated(random, good);
      const { valid, errors } = await verifier.verify(given, found);
      hold('a changed token is refused', !valid && errors.length > 0);
      return true;
    },
    'claims-parser': (random) => {
      const given = JSON.parse(JSON.stringify(mutatedJson(random, claims)));
      const accepted = isClaims(given);
      hold('nothing that the schema refuses is accepted', !accepted || TokenClaims.safeParse(given).success);
      return !accepted;
    },
    'status-list-reader': async (random) => {
      const read = await readStatusList(mutated(random, statusList.jwt), statusList.uri, issuer!, now);
      hold('a changed list is refused', read === null);
      return true;
    },
    'status-list-inflation': async (random) => {
      const bytes = await inflateList(mutated(random, lst));
      hold('within the cap', bytes === null || bytes.length <= LIMITS.statusListBytes);
      return bytes === null;
    },
  };
}
