/**
 * A last sentence that breaks off. Generators that hit their length limit and sites that truncate both leave one; it was cut
 * from the training texts of both classes (data card), so that it gives nothing away.
 */
import type { Draft } from './draft.js';

/** Texts with fewer words keep their loose end. */
const WORDS = 40;
/** More than this share of a text is never cut for want of a full stop. */
const LARGEST_CUT = 0.25;

/** Cuts what follows the last finished sentence. Linear. */
export function cutLooseEnd(draft: Draft): void {
  const { text } = draft;
  if (/[.!?…:;"')\]—]$/.test(text) || !endsInLetter(text)) return;
  let words = 1;
  for (let i = text.indexOf(' '); i >= 0; i = text.indexOf(' ', i + 1)) words++;
  draft.steps += text.length;
  if (words < WORDS) return;
  const earliest = Math.ceil(text.length * (1 - LARGEST_CUT));
  for (let i = text.length - 2; i >= earliest; i--) {
    draft.steps++;
    const ch = text[i]!;
    if (ch !== ' ' || !/[.!?]["')\]]?$/.test(text.slice(Math.max(0, i - 2), i))) continue;
    // Names, initials and abbreviations end no sentence: what follows has to start like one.
    if (
      !/[\p{Lu}"'(]/u.test(text[i + 1]!) ||
      /(?:^|[ .])\p{L}{1,2}\.$/u.test(text.slice(Math.max(0, i - 4), i))
    )
      continue;
    draft.replace(i, text.length, '');
    draft.commit();
    return;
  }
}

const endsInLetter = (text: string): boolean => /[\p{L}\p{N},]$/u.test(text);
