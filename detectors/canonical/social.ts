/**
 * What platforms hang around a post: who is answered, what is tagged. Leading mentions and repost marks, trailing tags,
 * the # sign and bracketed labels go, as they went from the training texts (data card).
 */
import type { Draft } from './draft.js';

const LEADING =
  /(?:\s*(?:RT\s+(?=@)|RT:\s*|@[\p{L}\p{N}_.]{1,60}:?(?=\s|$)|\[[\p{L}\p{N} /_.-]{1,24}\](?=\s|$)|(?:TIL|ELI5|LPT|CMV|AMA|PSA)[:,]?\s+(?:that\s+)?(?=\S)))+\s*/uy;
const HASH = /#(?=[\p{L}_])/u;
const TAG_UNIT = /[\p{L}\p{N}_]/u;

/** Runs the pass. Linear: the start is read once, the end backwards once, the middle once. */
export function dropSocialMarks(draft: Draft): void {
  dropLeading(draft);
  dropTrailingTags(draft);
  dropHashSigns(draft);
}

function dropLeading(draft: Draft): void {
  LEADING.lastIndex = 0;
  const match = LEADING.exec(draft.text);
  draft.steps += match ? match[0].length : 1;
  if (!match || match[0].trim() === '') return;
  draft.replace(0, match[0].length, '');
  draft.commit();
}

/** Tags after the last sentence; a text that is nothing but tags keeps their words. */
function dropTrailingTags(draft: Draft): void {
  const { text } = draft;
  let end = text.length;
  let cut = end;
  for (;;) {
    while (end > 0 && /\s/.test(text[end - 1]!)) {
      end--;
      draft.steps++;
    }
    let start = end;
    while (start > 0 && TAG_UNIT.test(text[start - 1]!)) {
      start--;
      draft.steps++;
    }
    if (start === end || start === 0 || text[start - 1] !== '#') break;
    if (start > 1 && TAG_UNIT.test(text[start - 2]!)) break;
    end = start - 1;
    cut = end;
  }
  if (cut === text.length || text.slice(0, cut).trim() === '') return;
  draft.replace(cut, text.length, '');
  draft.commit();
}

function dropHashSigns(draft: Draft): void {
  const { text } = draft;
  for (let i = text.indexOf('#'); i >= 0; i = text.indexOf('#', i + 1)) {
    draft.steps += 2;
    if (i > 0 && TAG_UNIT.test(text[i - 1]!)) continue;
    if (HASH.test(text.slice(i, i + 3))) draft.replace(i, i + 1, '');
  }
  draft.steps += text.length;
  draft.commit();
}
