/**
 * A second implementation of `hpt-1`, of the token check and of status lists, in Python, agrees with this one on every
 * vector and in every case of the attack corpus: proof that the specification suffices. Without Python 3.11 or newer the vectors are reported as skipped, with their number.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { TrustList } from '../../schemas/attestation.js';
import { type AttackCase, type AttackRun, attackRun } from '../../src/cli/attack-run.js';
import { type CanonicaliseLine, canonicalise } from '../../src/cli/canonicalise.js';
import type { Found } from '../../src/client/html.js';
import { wordForm } from '../../src/client/words.js';
import { PIECES } from '../fuzz/inputs.js';
import { Random } from '../fuzz/random.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const vectors = (name: string) => JSON.parse(readFileSync(path(`../vectors/${name}`), 'utf8'));

interface TokenVectors {
  now: number;
  trust: TrustList;
  cases: { name: string; token: string; found: Found; expected: object }[];
}
const tokens = vectors('tokens-1.json') as TokenVectors;
const texts = vectors('hpt-1.json') as { cases: object[] };

const attacks = vectors('attacks/corpus.json') as { runs: AttackRun[]; cases: AttackCase[] };

const CHANCE = 5_000;

const version = spawnSync('python3', ['-c', 'import sys; print(sys.version_info >= (3, 11))'], {
  encoding: 'utf8',
});
const python = version.stdout?.trim() === 'True';
const skipped = (count: number) => (python ? '' : ` (skipped, ${count} vectors: no Python 3.11 or newer)`);

/** What a check says of the vectors in a file, or of the cases it is given. */
function ask(check: string, file: string, cases?: object[]): { cases: number; differing: unknown[] } {
  const where = cases === undefined ? path(`../vectors/${file}`) : '-';
  const { stdout, stderr, status } = spawnSync('python3', [path(check), where], {
    encoding: 'utf8',
    input: cases?.map((each) => JSON.stringify(each)).join('\n'),
    maxBuffer: 16 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${check} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Addresses whose reading is the URL parser's and not the specification's stay whole; the Python parser is a subset. */
const pieces = PIECES.filter((piece) => !/^(?:http|xn--|%)/i.test(piece));
const addresses = ['https://Example.ORG/a?utm_source=1&b=2 ', 'http://x.org. ', 'https://t.co/x '];

const PROPERTIES = (
  'display visibility opacity color background background-color font font-size font-family line-height margin padding ' +
  'border-left width height position transform text-decoration vertical-align direction unicode-bidi letter-spacing ' +
  'mso-hide --x zoom overflow float outline animation all caption-side white-space border-radius not-known ' +
  'margin-left padding-right border border-left-width min-width max-width text-indent text-align text-decoration-line tab-size'
).split(' ');
const VALUES = (
  'none block inline inline-block hidden visible 0 1 .5 1px 12px 5.9px 300px -999px 50% 100% .5em 3ex 1pt auto initial ' +
  'inherit normal 9px 40px 90px 20px 1ex 80% solid right nowrap underline overline text-top #fff #000000 #777 #0000 red windowtext transparent rgb(1,2,3) rgb(1,,2) rgba(0,0,0,.5) var(--x) url(a;b) ' +
  'url("a;b") "a;display:none" Arial Wingdings Symbol bold , / /1.5 line-through super ltr bidi-override left 1e3px !important'
)
  .split(' ')
  .concat('\\', '{', ':', '/*x*/', '/*', '"', '\u00a0', 'bloc\u212a', '1.');
/** Elements that no parser has to repair, one in the other. */
const INLINE = 'span b i small big sub sup s del u q mark label font code bdi foo o:p'.split(' ');
const BLOCKS = 'div center article blockquote ul pre section'.split(' ');
const ATTRIBUTES = 'hidden dir=rtl dir=auto align=right size=2 size=-1 face=Arial'.split(' ');

/** HTML with styles that nobody chose. */
async function chanceStyles(count: number): Promise<object[]> {
  const random = new Random(15);
  const style = () => {
    const declarations: string[] = [];
    for (let left = 1 + random.below(4); left > 0; left--) {
      const values = Array.from({ length: random.chance(0.7) ? 1 : 2 }, () => random.pick(VALUES));
      declarations.push(`${random.pick(PROPERTIES)}:${values.join(' ')}`);
    }
    return declarations.join(';');
  };
  const element = (inside: string): string => {
    const tag = random.pick(INLINE);
    const attribute = random.chance(0.15) ? ` ${random.pick(ATTRIBUTES)}` : '';
    const given = random.chance(0.8) ? ` style="${style().replace(/"/g, '&quot;')}"` : '';
    return `<${tag}${given}${attribute}>${inside}</${tag}>`;
  };
  const cases: object[] = [];
  for (let left = count; left > 0; left--) {
    const sheet = random.chance(0.1) ? `<style>p{${style()}}</style>` : '';
    let html = `one ${element(`two ${element('three')}`)} four${random.chance(0.2) ? ' \u05d0' : ''}`;
    for (let around = random.below(4); around > 0; around--) {
      const tag = random.pick(BLOCKS);
      html = `<${tag} style="${style().replace(/"/g, '&quot;')}">${html}</${tag}>`;
    }
    html = sheet + html;
    const found = await canonicalise({ html });
    if ('error' in found) throw new Error(`expected a canonical form of ${html}`);
    const words = wordForm(found.canonical);
    cases.push({ input: { html }, expected: { ...found, n: [...found.canonical].length, words } });
  }
  return cases;
}

/** Texts that nobody chose, with what this implementation says of them. */
async function chanceCases(count: number): Promise<object[]> {
  const random = new Random(14);
  const cases: object[] = [];
  for (let left = count; left > 0; left--) {
    let text = '';
    for (let more = 1 + random.below(14); more > 0; more--) {
      text += random.chance(0.05) ? random.pick(addresses) : random.pick(pieces);
    }
    const facets = random.chance(0.3)
      ? [{ start: random.below(5), end: 5 + random.below(9), type: 'link', uri: 'https://example.org/' }]
      : [];
    const { error, ...rest } = (await canonicalise({ text, facets } as CanonicaliseLine)) as {
      error?: string;
      canonical: string;
    };
    const expected =
      error === undefined
        ? { ...rest, n: [...rest.canonical].length, words: wordForm(rest.canonical) }
        : { error };
    cases.push({ input: { text, facets }, expected });
  }
  return cases;
}

describe('a second implementation, in Python', () => {
  const when = python ? test : test.skip;

  when(`agrees on every vector of the canonical text${skipped(texts.cases.length)}`, () => {
    const { cases, differing } = ask('check_text.py', 'hpt-1.json');
    expect(differing).toEqual([]);
    expect(cases).toBe(texts.cases.length);
  });

  when(
    `agrees on texts that nobody chose${skipped(CHANCE)}`,
    async () => {
      const { cases, differing } = ask('check_text.py', '', await chanceCases(CHANCE));
      expect(differing).toEqual([]);
      expect(cases).toBe(CHANCE);
    },
    120_000,
  );

  when(
    `agrees on styles that nobody chose${skipped(CHANCE)}`,
    async () => {
      const { cases, differing } = ask('check_text.py', '', await chanceStyles(CHANCE));
      expect(differing).toEqual([]);
      expect(cases).toBe(CHANCE);
    },
    120_000,
  );

  when(
    `agrees on every vector of the token check${skipped(tokens.cases.length)}`,
    () => {
      const { cases, differing } = ask('check_tokens.py', 'tokens-1.json');
      expect(differing).toEqual([]);
      expect(cases).toBe(tokens.cases.length);
    },
    120_000,
  );

  const each = python ? test.each : test.skip.each;

  each(attacks.runs.map((run) => [run.name, run] as const))(
    `agrees in the run %s of the attack corpus${python ? '' : ' (skipped: no Python 3.11 or newer)'}`,
    async (name, run) => {
      const command = `python3 '${path('verify_lines.py')}'`;
      const cases = attacks.cases.filter((each) => each.run === name);
      const reports = await attackRun(path('../vectors/attacks'), command, run, cases);
      expect(reports.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
      expect(reports).toHaveLength(cases.length);
    },
    150_000,
  );
});
