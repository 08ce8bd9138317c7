/**
 * White space and the punctuation around it: letter-spaced words are joined, all white space becomes one space, long
 * dashes stand as ` — `, runs of marks are cut, and punctuation that a tokeniser pushed off its word is put back.
 */
import type { Draft } from './draft.js';

/** So many single letters in a row are letter-spacing, not initials or a spelled-out name. */
const SPACED_LETTERS = 8;
/** A detached mark or two is a habit; from here on it is a tokeniser's (or a disguise's) doing. */
const DETACHED_MARKS = 3;

const LETTER = /\p{L}/u;

/** Joins "l e t t e r s p a c e d" words; two or more spaces in such a run part its words. */
export function joinSpacedLetters(draft: Draft): void {
  const { text } = draft;
  let i = 0;
  while (i < text.length) {
    draft.steps++;
    if (!isLoneLetter(text, i)) {
      i++;
      continue;
    }
    const gaps: [number, number][] = [];
    let end = i + 1;
    for (;;) {
      let next = end;
      while (next < text.length && text[next] === ' ') next++;
      draft.steps += next - end + 1;
      if (next === end || next - end > 4 || !isLoneLetter(text, next)) break;
      gaps.push([end, next]);
      end = next + 1;
    }
    if (gaps.length + 1 >= SPACED_LETTERS) {
      const single = gaps.some(([a, b]) => b - a === 1);
      for (const [a, b] of gaps) draft.replace(a, b, single && b - a > 1 ? ' ' : '');
      draft.report('letter_spacing');
    }
    i = end;
  }
  draft.commit();
}

const isLoneLetter = (text: string, i: number): boolean =>
  i < text.length &&
  LETTER.test(text[i]!) &&
  (i === 0 || /[ \n"'(*]/.test(text[i - 1]!)) &&
  (i + 1 >= text.length || /[ \n.,!?"')*]/.test(text[i + 1]!));

/** One space for any white space, none at the ends. */
export function collapseSpaces(draft: Draft): void {
  const { text } = draft;
  for (let i = 0; i < text.length; ) {
    draft.steps++;
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x0a) {
      i++;
      continue;
    }
    let end = i + 1;
    while (end < text.length && (text[end] === ' ' || text[end] === '\n')) {
      end++;
      draft.steps++;
    }
    const put = i === 0 || end === text.length ? '' : ' ';
    if (end - i !== 1 || code !== 0x20 || put === '') draft.replace(i, end, put);
    i = end;
  }
  draft.commit();
}

/** Dashes to ` — `, runs of four and more marks to three, detached marks back to their word. */
export function tidyPunctuation(draft: Draft): void {
  const { text } = draft;
  const detached = countDetached(draft);
  for (let i = 0; i < text.length; ) {
    draft.steps++;
    const ch = text[i]!;
    if (ch === '—' || (ch === '-' && text[i + 1] === '-')) {
      let end = i;
      while (text[end] === '—' || text[end] === '-') end++;
      let start = i;
      while (text[end] === ' ') end++;
      if (start > draft.editedTo && text[start - 1] === ' ') start--;
      draft.steps += end - start;
      const range = ch === '—' && /\d/.test(text[start - 1] ?? '') && /\d/.test(text[end] ?? '');
      const put = range && end - start === 1 ? '-' : start === 0 ? '— ' : end >= text.length ? ' —' : ' — ';
      if (text.slice(start, end) !== put) draft.replace(start, end, put);
      i = end;
      continue;
    }
    if (ch === '.' || ch === '!' || ch === '?' || ch === ',') {
      let end = i + 1;
      while (text[end] === ch) end++;
      draft.steps += end - i;
      if (end - i > 3) draft.replace(i + 3, end, '');
      i = end;
      continue;
    }
    if (detached >= DETACHED_MARKS && ch === ' ' && isDetached(text, i)) draft.replace(i, i + 1, '');
    i++;
  }
  if (detached >= DETACHED_MARKS) draft.report('spaced_punctuation', detached);
  draft.commit();
}

/** A space before a comma, full stop, semicolon, exclamation or question mark that is followed by a space or the end. */
const isDetached = (text: string, i: number): boolean =>
  i > 0 && /[\p{L}\p{N}]/u.test(text[i - 1]!) && /^ [,.;!?](?: |$)/.test(text.slice(i, i + 3));

function countDetached(draft: Draft): number {
  let count = 0;
  draft.steps += draft.text.length;
  for (let i = draft.text.indexOf(' '); i >= 0; i = draft.text.indexOf(' ', i + 1)) {
    if (isDetached(draft.text, i)) count++;
  }
  return count;
}
