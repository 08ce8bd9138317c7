/**
 * Letters of other scripts that were put into Latin words so that they only look the same. Whole words are judged, not letters:
 * a word of one script stays as it is, a word that mixes Latin with look-alikes is folded to Latin, and a word made of
 * look-alikes alone is folded only where nothing else in the text shows that this script is really being written.
 */
import { LOOKS_SAME, LOOKS_SIMILAR } from './confusables.js';
import type { Draft } from './draft.js';

const WORD_UNIT = /[\p{L}\p{M}\p{N}]/u;
const LATIN = /\p{Script=Latin}/u;

interface Word {
  start: number;
  end: number;
  latin: boolean;
  foreign: boolean;
  /** Every letter outside Latin has a look-alike in Latin that the eye cannot tell apart. */
  allSame: boolean;
}

/** Runs the pass: linear, two visits per code unit at most. */
export function foldScripts(draft: Draft): void {
  const { text } = draft;
  const words: Word[] = [];
  let real = 0; // words with a foreign letter that looks like nothing Latin: the script is really in use
  let suspicious = 0;
  let latinWords = 0;
  let word: Word | undefined;
  for (let i = 0; i < text.length; ) {
    draft.steps++;
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
      if (letter) {
        word ??= { start: i, end: i, latin: false, foreign: false, allSame: true };
        word.latin = true;
        word.end = i + 1;
      } else if (!(word && code >= 48 && code <= 57)) {
        close();
      }
      i++;
      continue;
    }
    const size = code >= 0xd800 && code <= 0xdbff && i + 1 < text.length ? 2 : 1;
    const ch = text.slice(i, i + size);
    if (WORD_UNIT.test(ch)) {
      word ??= { start: i, end: i, latin: false, foreign: false, allSame: true };
      word.end = i + size;
      if (LATIN.test(ch)) word.latin = true;
      else if (/\p{L}/u.test(ch)) {
        word.foreign = true;
        if (!LOOKS_SAME.has(ch)) word.allSame = false;
      }
    } else {
      close();
    }
    i += size;
  }
  close();

  function close(): void {
    if (!word) return;
    if (word.foreign) {
      words.push(word);
      if (!word.latin) word.allSame ? suspicious++ : real++;
    } else latinWords++;
    word = undefined;
  }

  if (words.length === 0) return;
  const disguised = suspicious > real && latinWords + words.length - suspicious - real >= suspicious;
  for (const { start, end, latin, allSame } of words) {
    if (!latin && !(allSame && disguised)) continue;
    fold(draft, start, end, latin ? LOOKS_SIMILAR : LOOKS_SAME);
  }
  draft.commit();
}

function fold(draft: Draft, start: number, end: number, looks: ReadonlyMap<string, string>): void {
  let folded = false;
  for (let i = start; i < end; ) {
    draft.steps++;
    const size = draft.text.codePointAt(i)! > 0xffff ? 2 : 1;
    const plain = looks.get(draft.text.slice(i, i + size));
    if (plain !== undefined) {
      draft.replace(i, i + size, plain);
      folded = true;
    }
    i += size;
  }
  if (folded) draft.report('mixed_scripts');
}
