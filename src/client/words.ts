/**
 * The words of a canonical text: what stays the same when a platform only reformats it. Words in order with their
 * case, one space between; numbers keep sign and inner separators; symbols, emoji, link targets and the bidi controls
 * that reorder what is read are kept. What falls away: punctuation and line breaks (docs/attestation-hpt.md section 6).
 */
import { linksIn } from './links.js';

/** A word (apostrophes inside it belong to it; so do separators between two digits, and a sign before a number); or an emoji, symbol or bidi control. */
const WORD =
  /(?:(?<![\p{L}\p{N}\p{M}+\-\u2212])[+\-\u2212](?=\p{Nd}))?[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}\u200c\u200d]|['’](?=[\p{L}\p{N}])|(?<=\p{Nd})[.,:/-](?=\p{Nd}))*/u;
const SYMBOL =
  /\p{RI}\p{RI}|\p{Extended_Pictographic}\p{Emoji_Modifier}?[\u{E0020}-\u{E007F}]*(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?)*|[\p{Sc}\p{Sm}\p{So}%‰]|[\u202a-\u202e\u2066-\u2069]/u;
const TOKEN = new RegExp(`(${WORD.source})|${SYMBOL.source}`, 'gu');

/** Returns the word form of a canonical text, or null when it holds no word. */
export function wordForm(canonical: string): string | null {
  const tokens: string[] = [];
  let words = 0;
  let from = 0;
  const take = (text: string) => {
    for (const match of text.matchAll(TOKEN)) {
      if (match[1] !== undefined) words++;
      tokens.push(match[0].replace(/’/g, "'").replace(/^\u2212/, '-'));
    }
  };
  for (const link of linksIn(canonical)) {
    take(canonical.slice(from, link.start));
    tokens.push(link.url);
    from = link.end;
  }
  take(canonical.slice(from));
  return words === 0 ? null : tokens.join(' ');
}
