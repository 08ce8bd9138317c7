/**
 * The canonical text `hpt-1`: one spelling for every way a platform may show the same post. Pure, no network, work
 * linear in the input. The steps are those of docs/attestation-hpt.md; the vectors in test/vectors/hpt-1.json pin them.
 */

import type { z } from 'zod';
import { LIMITS } from '../../schemas/limits.js';
import type { Facet } from '../../schemas/post.js';
import { codePoints, foldSpaces, type Report, rejectLong, rejectMarks, rejectUnfit } from './characters.js';
import { mayChange, strip } from './invisible.js';
import { type LinkRun, normaliseLinks, writeLink } from './links.js';
import { TextRejected } from './rejection.js';

export const CANONICALISATION = 'hpt-1';

export type TextFacet = z.infer<typeof Facet>;

/** What a platform displays, in order: plain text, and links with what they show. HTML becomes runs in `html.ts`. */
export type Run = string | LinkRun;

export interface CanonicalText {
  canonical: string;
  /** Code points of `canonical`. */
  n: number;
  /** What was removed or is worth a look, sorted; never a reason to refuse. */
  reported: Report[];
}

/**
 * The canonical form of a text with the platform's entity data.
 * @param facets `[start, end)` in UTF-16 units of `text`, not overlapping; `uri` is the final target
 * @throws {TextRejected} when the text has no canonical form
 */
export function canonicalText(text: string, facets: readonly TextFacet[] = []): CanonicalText {
  if (facets.length === 0 && PLAIN.test(text)) return canonicalPlain(text);
  rejectUnfit(text);
  return canonicalRuns(runsOf(text, facets));
}

/** Printable ASCII and line ends: nothing to reject but the length, nothing invisible, nothing to compose. */
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;
const FOLDED = /[\t\r]| {2}| \n|\n[ \n]|^[ \n]|[ \n]$/;

/** The same steps as for any text, less those that find nothing here (a property test holds the two together). */
function canonicalPlain(text: string): CanonicalText {
  rejectLong(text);
  const reported = new Set<Report>();
  const canonical = normaliseLinks(FOLDED.test(text) ? foldSpaces(text) : text, reported);
  rejectLong(canonical);
  return { canonical, n: canonical.length, reported: [...reported].sort() };
}

/** The canonical form of runs. @throws {TextRejected} */
export function canonicalRuns(runs: readonly Run[], found: readonly Report[] = []): CanonicalText {
  const reported = new Set<Report>(found);
  for (const run of runs) rejectUnfit(typeof run === 'string' ? run : (run.full ?? run.shown) + run.href);
  const parts = runs.map((run, index) => {
    if (typeof run === 'string') return run;
    const written = foldInside(run.full ?? run.shown);
    const full = foldInside(strip(written, reported));
    const shown = run.full === undefined ? full : foldInside(strip(foldInside(run.shown), reported));
    const next = runs[index + 1];
    const after = next === undefined ? '' : typeof next === 'string' ? next : 'x';
    return writeLink(run, { shown, full, written }, strip(after, new Set()), reported);
  });
  const joined = parts.join('');
  rejectUnfit(joined);
  let canonical = joined;
  // An address that is put in angle brackets may idle the joiner before it: then once more, until nothing changes.
  for (let round = 0; round < ROUNDS; round++) {
    const before = canonical;
    const stripped = strip(before, reported);
    // Marks that only the invisible kept apart stand together now.
    rejectMarks(stripped);
    canonical = normaliseLinks(foldSpaces(stripped), reported);
    if (canonical === before || !mayChange(canonical)) break;
  }
  rejectLong(canonical);
  return { canonical, n: codePoints(canonical), reported: [...reported].sort() };
}

/** Twice is what any text found so far needs; the bound is for those not found. */
const ROUNDS = 8;

/** Line breaks inside a link's text are spaces, or they would cut the link in two. */
const foldInside = (text: string) => text.replace(/(?:(?!\ufeff)[\s\p{Zs}])+/gu, ' ');

function runsOf(text: string, facets: readonly TextFacet[]): Run[] {
  if (facets.length > LIMITS.facets) {
    throw new TextRejected(
      'too_many_facets',
      `found ${facets.length} facets, expected at most ${LIMITS.facets}`,
    );
  }
  const runs: Run[] = [];
  let from = 0;
  for (const facet of [...facets].sort((a, b) => a.start - b.start)) {
    const { start, end } = facet;
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(end) ||
      start < from ||
      end <= start ||
      end > text.length ||
      splitsPair(text, start) ||
      splitsPair(text, end)
    ) {
      throw new TextRejected('facet_range', `facet [${start}, ${end}) overlaps, is empty or leaves the text`);
    }
    runs.push(text.slice(from, start));
    runs.push({ kind: facet.type, shown: text.slice(start, end), href: facet.uri ?? '' });
    from = end;
  }
  runs.push(text.slice(from));
  return runs.filter((run) => run !== '');
}

const splitsPair = (text: string, at: number) =>
  (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
