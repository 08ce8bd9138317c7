/**
 * Every attack that the evaluation measures: those of training/attacks.ts, which light doses of training know, and others that no
 * training has seen. All are made on both classes; an attacked text keeps its label.
 */
import { ATTACKS, type Attack } from '../attacks.js';
import { addNoise, breakParagraphs, insertParagraph, introduce, opening } from './insertions.js';
import { rewriteByRules } from './rewrite.js';
import { toAmerican, toBritish } from './spellings.js';
import { swapSynonyms } from './words.js';

/** What an attack touches; the gates are set by kind. */
export type AttackKind = 'characters' | 'words' | 'rewriting' | 'insertion';

export interface MeasuredAttack {
  name: string;
  kind: AttackKind;
  /** @param passage what a person wrote on another matter, some forty words */
  apply(text: string, random: () => number, passage: string): string;
}

const KINDS: Readonly<Record<Attack, AttackKind>> = {
  homoglyph: 'characters',
  zero_width: 'characters',
  misspelling: 'words',
  articles: 'words',
  upper_lower: 'characters',
  whitespace: 'characters',
  spelling_variant: 'words',
  numbers: 'words',
};

/** Words of the passages of other people. */
const PASSAGE = 40;
/** A person's text from which a passage can be taken. */
export const passageOf = (text: string): string => opening(text, PASSAGE);

const known = (Object.keys(ATTACKS) as Attack[]).map(
  (name): MeasuredAttack => ({
    name: name.replace('_', ' '),
    kind: KINDS[name],
    apply: (text, random) => ATTACKS[name](text, random),
  }),
);

export const MEASURED_ATTACKS: readonly MeasuredAttack[] = [
  ...known,
  { name: 'British spelling', kind: 'words', apply: toBritish },
  { name: 'American spelling', kind: 'words', apply: toAmerican },
  { name: 'synonyms', kind: 'words', apply: (text, random) => swapSynonyms(text, random) },
  { name: 'paraphrase by rules', kind: 'rewriting', apply: (text, random) => rewriteByRules(text, random) },
  { name: 'paragraph breaks', kind: 'insertion', apply: (text, random) => breakParagraphs(text, random) },
  { name: 'emoji and stray signs', kind: 'insertion', apply: (text, random) => addNoise(text, random) },
  {
    name: "a person's introduction",
    kind: 'insertion',
    apply: (text, _, passage) => introduce(text, passage),
  },
  {
    name: "a person's paragraph inside",
    kind: 'insertion',
    apply: (text, _, passage) => insertParagraph(text, passage),
  },
];
