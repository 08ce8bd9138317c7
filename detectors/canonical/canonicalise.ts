/**
 * The canonicaliser: the one form in which texts are read, in training and in serving alike. It undoes disguises (look-alike
 * letters, invisible characters, odd spaces, case games) and flattens raw input the way the training texts were flattened
 * (links, mentions, markup, quotes, signatures, line breaks). What it undid is reported: a reason to look, never proof.
 */
import { undoCaseGames } from './casing.js';
import { repairCharacters } from './characters.js';
import { Draft, type Repair } from './draft.js';
import { cutLooseEnd } from './ending.js';
import { foldScripts } from './fold-scripts.js';
import { dropHtml } from './html.js';
import { dropInlineMarkup, dropLineMarks } from './markup.js';
import type { OffsetMap } from './offsets.js';
import { isPlain } from './plain.js';
import { dropContacts, dropQuoted, dropQuotedLines } from './quoted.js';
import { dropSocialMarks } from './social.js';
import { collapseSpaces, joinSpacedLetters, tidyPunctuation } from './spacing.js';

/** Changes with every change of what the canonicaliser puts out; part of every verdict's provenance. */
export const CANONICALISER = 'det-1';

/** Output is never longer than this many times the input (an ellipsis or a dash becomes three units). */
export const GROWTH = 3;

/** Rounds until nothing changes; markup nested deeper than this loses its signs altogether. */
const ROUNDS = 6;

export interface CanonicaliseOptions {
  /** `post` loses mentions and tags, `email` quoted tails, signatures and addresses. Default: `post`. */
  kind?: 'post' | 'email';
  /** The input is an HTML document or fragment. */
  html?: boolean;
}

export interface Canonical {
  text: string;
  /** What was undone, sorted by name; empty for a plain text. */
  reported: { name: Repair; count: number }[];
  /** Offsets of `text` in the received text. */
  map: OffsetMap;
  /** Code units visited; at most proportional to the input. */
  steps: number;
}

/**
 * Brings a received text to its canonical form. Idempotent, linear, and never longer than {@link GROWTH} times the input.
 * @param raw the text as received; may hold anything, lone surrogates included
 */
export function canonicalise(raw: string, options: CanonicaliseOptions = {}): Canonical {
  const mail = options.kind === 'email';
  const draft = new Draft(raw);
  if (options.html) dropHtml(draft);
  if (!isPlain(draft.text, mail)) repair(draft, mail);
  draft.steps += draft.text.length;
  return {
    text: draft.text,
    reported: draft.reported,
    get map() {
      return draft.map;
    },
    steps: draft.steps,
  };
}

function repair(draft: Draft, mail: boolean): void {
  for (let i = 0; i < ROUNDS; i++) {
    const before = draft.text;
    round(draft, mail);
    if (draft.text === before) return;
    if (isPlain(draft.text, mail)) return;
  }
  // Whoever nests markup this deep plays with the reader of the markup: take its signs away and read the words.
  dropSigns(draft);
  for (let i = 0; i < ROUNDS; i++) {
    const before = draft.text;
    round(draft, mail);
    if (draft.text === before) return;
  }
}

function round(draft: Draft, mail: boolean): void {
  repairCharacters(draft);
  foldScripts(draft);
  joinSpacedLetters(draft);
  if (mail) dropQuoted(draft);
  else dropQuotedLines(draft);
  dropLineMarks(draft);
  dropInlineMarkup(draft);
  collapseSpaces(draft);
  if (mail) dropContacts(draft);
  else dropSocialMarks(draft);
  collapseSpaces(draft);
  tidyPunctuation(draft);
  undoCaseGames(draft);
  cutLooseEnd(draft);
  collapseSpaces(draft);
}

/** Leaves letters, digits, spaces and sentence marks. */
function dropSigns(draft: Draft): void {
  const { text } = draft;
  for (let i = 0; i < text.length; i++) {
    draft.steps++;
    if ('<>&*_`#@[]()\\~|+=/:-—'.includes(text[i]!)) draft.replace(i, i + 1, ' ');
  }
  draft.commit();
}
