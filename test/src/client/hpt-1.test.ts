/** The frozen vectors of `hpt-1`: each one, and what all of them together show (docs/attestation-hpt.md). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type CanonicalText, canonicalText, type TextFacet } from '../../../src/client/canonical.js';
import { hashesOf } from '../../../src/client/hash.js';
import { canonicalHtml } from '../../../src/client/html.js';
import { TextRejected } from '../../../src/client/rejection.js';
import { wordForm } from '../../../src/client/words.js';

interface Case {
  name: string;
  input: { text?: string; html?: string; facets?: TextFacet[] };
  /** The same post as a platform shows it: all of one name share `h` or `w`. */
  post?: string;
  platform?: string;
  /** Shown the same: all of one name share `h`. */
  sameAs?: string;
  /** Reads the same but for a class that the specification lists: another `h`, the same `w`. */
  sameWords?: { as: string; class: string };
  /** Reads differently: another `h` and another `w`. */
  differsFrom?: string;
  expected: {
    error?: string;
    canonical: string;
    n: number;
    words: string | null;
    h: string;
    w: string | null;
    reported: string[];
  };
}
const file = new URL('../../vectors/hpt-1.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };
const specification = readFileSync(new URL('../../../docs/attestation-hpt.md', import.meta.url), 'utf8');
const byName = new Map(cases.map((each) => [each.name, each]));

const read = ({ text, html, facets }: Case['input']): CanonicalText =>
  html === undefined ? canonicalText(text!, facets) : canonicalHtml(html);

/** Names that say why two cases may share a hash: their own, their groups, and for words what they are equal to. */
function kin(each: Case, words: boolean): Set<string> {
  const names = new Set<string>();
  for (let at: Case | undefined = each; at !== undefined; ) {
    names.add(at.name);
    if (at.sameAs !== undefined) names.add(`same ${at.sameAs}`);
    if (at.post !== undefined) names.add(`post ${at.post}`);
    at = words && at.sameWords !== undefined ? byName.get(at.sameWords.as) : undefined;
  }
  return names;
}

/** Cases by the value of a member, those without it left out. */
function groups(member: 'post' | 'sameAs'): Map<string, Case[]> {
  const found = new Map<string, Case[]>();
  for (const each of cases) {
    const name = each[member];
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), each]);
  }
  return found;
}

/** Pairs that share a hash and should not. */
function strangers(hash: 'h' | 'w'): [string, string][] {
  const first = new Map<string, Case>();
  const found: [string, string][] = [];
  for (const each of cases) {
    const value = each.expected[hash];
    if (each.expected.error !== undefined || value === null) continue;
    const other = first.get(value);
    if (other === undefined) first.set(value, each);
    else {
      const names = kin(other, hash === 'w');
      if (![...kin(each, hash === 'w')].some((name) => names.has(name))) found.push([other.name, each.name]);
    }
  }
  return found;
}

describe('hpt-1 vectors', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', async (_name, { input, expected }) => {
    if (expected.error !== undefined) {
      let reason: string | undefined;
      try {
        read(input);
      } catch (error) {
        reason = (error as TextRejected).reason;
        expect(error).toBeInstanceOf(TextRejected);
      }
      expect(reason).toBe(expected.error);
      return;
    }
    const text = read(input);
    expect(text).toEqual({ canonical: expected.canonical, n: expected.n, reported: expected.reported });
    expect(wordForm(text.canonical)).toBe(expected.words);
    expect(await hashesOf(text)).toEqual({ h: expected.h, w: expected.w });
    expect(canonicalText(text.canonical).canonical).toBe(text.canonical);
  });

  test('are at least 2,000, each with a name of its own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(2_000);
    expect(byName.size).toBe(cases.length);
  });

  test('what may hide or show a word shares no hash with either reading of it', () => {
    const tricks = cases.filter(({ name }) => /^in doubt, [^:]*$/.test(name));
    expect(tricks.length).toBeGreaterThanOrEqual(220);
    for (const { name, expected } of tricks) {
      expect([name, expected.canonical.includes('\ufffc')]).toEqual([name, true]);
      for (const reading of ['shown', 'not shown']) {
        expect(byName.get(`${name}: ${reading}`)?.differsFrom).toBe(name);
      }
    }
  });

  test('the same post on at least eight platforms shares h or w in 99 of 100 showings', () => {
    const posts = groups('post');
    const shown = [...posts.values()].flat();
    const agreeing = shown.filter((each) => {
      const typed = byName.get(`${each.post}: as typed`)!.expected;
      return each.expected.h === typed.h || each.expected.w === typed.w;
    });
    expect(
      new Set(shown.map((each) => each.platform).filter((name) => name !== 'any')).size,
    ).toBeGreaterThanOrEqual(8);
    expect(posts.size).toBeGreaterThanOrEqual(6);
    expect(agreeing.length / shown.length).toBeGreaterThanOrEqual(0.99);
  });

  test('texts that are shown the same share h', () => {
    const same = [...groups('sameAs')];
    expect(same.filter(([, all]) => new Set(all.map((each) => each.expected.h)).size > 1)).toEqual([]);
    expect(same.filter(([, all]) => all.length < 2)).toEqual([]);
  });

  test('no two texts share h unless they are shown the same', () => expect(strangers('h')).toEqual([]));

  test('no two texts share w unless they differ by a class that the specification lists', () => {
    expect(strangers('w')).toEqual([]);
  });

  test.each(cases.filter((each) => each.sameWords).map((each) => [each.name, each] as const))(
    'same words, other spelling: %s',
    (_name, { sameWords, expected }) => {
      const other = byName.get(sameWords!.as)!.expected;
      expect(expected.w).toBe(other.w);
      expect(expected.h).not.toBe(other.h);
      expect(specification).toContain(`**${sameWords!.class}**`);
    },
  );

  test.each(cases.filter((each) => each.differsFrom).map((each) => [each.name, each] as const))(
    'reads differently: %s',
    (_name, { differsFrom, expected }) => {
      const other = byName.get(differsFrom!)!.expected;
      expect(expected.h).not.toBe(other.h);
      if (expected.w !== null) expect(expected.w).not.toBe(other.w);
    },
  );
});
