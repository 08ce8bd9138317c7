/**
 * Remains of HTML and Markdown, links and list marks. The training texts were flattened the same way (data card), so
 * raw input has to lose them before it is judged. Every look-ahead is bounded, so a text made of nothing but
 * brackets costs a fixed number of steps per bracket.
 */
import type { Draft } from './draft.js';

/** How far a tag, a link or an emphasised stretch may reach, in UTF-16 units. */
const REACH = 300;

const TAG =
  /<(?:!--[^>]{0,300}|\/?(?:a|abbr|article|aside|b|big|blockquote|body|br|button|center|cite|code|dd|del|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|header|hr|html|i|img|input|ins|label|li|link|main|mark|meta|nav|ol|option|p|pre|q|s|script|section|select|small|span|strike|strong|style|sub|sup|table|tbody|td|textarea|tfoot|th|thead|title|tr|tt|u|ul|video)(?:[\s/][^<>]{0,300})?)>/iy;
const ENTITY =
  /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp|mdash|ndash|hellip|rsquo|lsquo|ldquo|rdquo|copy|eacute));/iy;
const URL_AT = /(?:https?:\/\/|www\.(?=[a-z0-9]))[^\s<>"]+/iy;
const LINK = /!?\[([^[\]\n]{0,300})\]\((?:[^()\s]|\([^()\s]{0,100}\)){0,300}(?: "[^"\n]{0,100}")?\)/y;
const BOLD = /(\*\*|__)(?=[^\s*_])([^*_\n]{0,300}[^\s*_])\1(?![\p{L}\p{N}])/uy;
const ITALIC = /([*_])(?=[\p{L}\p{N}"'])([^*_\n]{0,300}[\p{L}\p{N}.!?,;:"')])\1(?![\p{L}\p{N}*_])/uy;
const CODE = /(`{1,3})([^`]{1,300})\1/y;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  mdash: '—',
  ndash: '—',
  hellip: '...',
  rsquo: "'",
  lsquo: "'",
  ldquo: '"',
  rdquo: '"',
  copy: '©',
  eacute: 'é',
};

/** List marks, headings, quote marks and rules at the start of a line; repeated ones go together. */
const LINE_MARKS =
  /(?:[ \t]*(?:#{1,6} +|[-*+•◦‣▪]{1} +|\d{1,3}[.)] +|[-*_=]{3,}[ \t]*(?=\n|$)|`{3}\w{0,20}[ \t]*(?=\n|$)))+/y;

/** Takes out list marks, headings and rules at line starts. Only texts with line breaks have lines to speak of. */
export function dropLineMarks(draft: Draft): void {
  const { text } = draft;
  if (!text.includes('\n')) return;
  for (let start = 0; start <= text.length; ) {
    LINE_MARKS.lastIndex = start;
    const match = LINE_MARKS.exec(text);
    draft.steps += 8 + (match ? match[0].length : 0);
    if (match && match[0].length > 0) draft.replace(start, start + match[0].length, '');
    const next = text.indexOf('\n', start);
    if (next < 0) break;
    draft.steps += next - start;
    start = next + 1;
  }
  draft.commit();
}

/** Takes out tags, entities, links and emphasis inside lines. */
export function dropInlineMarkup(draft: Draft): void {
  const { text } = draft;
  let from = 0; // nothing before this place is looked at again in this pass
  const attempt = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    draft.steps += match ? match[0].length : reach(text, at);
    return match;
  };
  for (let i = 0; i < text.length; i++) {
    draft.steps++;
    if (i < from) continue;
    const match = edit(text.charCodeAt(i), i);
    if (match) {
      draft.replace(i, i + match.length, match.put);
      from = i + match.length;
    }
  }
  draft.commit();

  function edit(code: number, i: number): { length: number; put: string } | undefined {
    let match: RegExpExecArray | null;
    switch (code) {
      case 0x3c: // <
        match = attempt(TAG, i);
        return match ? { length: match[0].length, put: ' ' } : undefined;
      case 0x26: // &
        match = attempt(ENTITY, i);
        return match ? { length: match[0].length, put: entity(match) } : undefined;
      case 0x5b: // [
      case 0x21: // !
        if (code === 0x21 && text[i + 1] !== '[') return undefined;
        match = attempt(LINK, i);
        return match ? { length: match[0].length, put: match[1]! } : undefined;
      case 0x2a: // *
      case 0x5f: // _
        if (i > 0 && /[\p{L}\p{N}*_]/u.test(text[i - 1]!)) return undefined;
        match = attempt(BOLD, i) ?? attempt(ITALIC, i);
        return match ? { length: match[0].length, put: match[2]! } : undefined;
      case 0x60: // `
        match = attempt(CODE, i);
        return match ? { length: match[0].length, put: match[2]! } : undefined;
      case 0x68: // h
      case 0x48:
      case 0x77: // w
      case 0x57:
        if (i > 0 && /[\p{L}\p{N}]/u.test(text[i - 1]!)) return undefined;
        if (text[i + 1]?.toLowerCase() !== (code === 0x68 || code === 0x48 ? 't' : 'w')) return undefined;
        match = attempt(URL_AT, i);
        return match ? link(match[0]) : undefined;
      default:
        return undefined;
    }
  }

  function link(found: string): { length: number; put: string } {
    draft.report('links');
    // The punctuation after a link belongs to the sentence.
    let length = found.length;
    while (length > 0 && ".,;:!?)']".includes(found[length - 1]!)) length--;
    return { length, put: '' };
  }
}

/** Steps a failed look-ahead may have cost: to the end of the reach or of the text. */
const reach = (text: string, at: number): number => Math.min(REACH, text.length - at);

function entity(match: RegExpExecArray): string {
  if (match[3]) return NAMED[match[3].toLowerCase()]!;
  const cp = match[1] ? Number.parseInt(match[1], 10) : Number.parseInt(match[2]!, 16);
  return cp > 0 && cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff) ? String.fromCodePoint(cp) : '';
}
