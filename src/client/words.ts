/**
 * The words of a canonical text: what stays the same when a platform only reformats it. Words in order with their
 * case, one space between; everything else that is not in the closed list of typographic characters is kept too:
 * symbols, emoji, link targets, bidi controls, signs, and where a quotation begins and ends
 * (docs/attestation-hpt.md section 6).
 */
import { ENDS_ADDRESS, normaliseUrl, trimBare } from './addresses.js';
import { PICTOGRAPH, SKIN_TONE } from './invisible.js';
import { linksIn } from './links.js';
import { withoutListFooter } from './list-footer.js';
import { standsAfterMention } from './mentions.js';

const WORD_CHARACTER = '\\p{L}\\p{N}\\p{M}\\u200c\\u200d\\u180e';
/** What may be a sign of a number; of these, what may be a dash between words too. */
const PLUS_MINUS = '+\\-\\u2212\\u2010-\\u2013';
const DASH = '\\-\\u2010-\\u2015';
const UNSIGNED = `(?<![${WORD_CHARACTER}${PLUS_MINUS}])`;
/** Signs before a number, a decimal point that begins one, or a hyphen before a word. */
const SIGN = `${UNSIGNED}(?:[${PLUS_MINUS}]+(?=[.,]?\\p{N})|[\\-\\u2010\\u2011](?=\\p{L}))`;
const POINT = `(?<![${WORD_CHARACTER}.,])[.,](?=\\p{N})`;
/** One of these inside a word or number is part of it. */
const INNER =
  `(?:[.,:\\-\\u2010\\u2011'’_·]|\\*{1,2})(?=[\\p{L}\\p{N}])|` +
  '(?<=\\p{N})[\\u2012-\\u2014\\u2022\\u3001\\u3002\\u30fb\\u060c\\uff0c\\uff0e\\uff1a\\uff61\\uff64\\uff65](?=\\p{N})';
const WORD = `(?:${SIGN})?(?:${POINT})?[\\p{L}\\p{N}](?:[${WORD_CHARACTER}]|${INNER})*`;

/** `:wave:`, as platforms spell their own pictures. */
const SHORTCODE = `(?<![${WORD_CHARACTER}]):[A-Za-z0-9_+\\-]{1,64}:(?![${WORD_CHARACTER}])`;
/** Faces with the eyes first, and with the mouth first after a space. */
const EMOTICON =
  `[:;=]['’\\-^]?[()\\[\\]{}/\\\\|*]|(?<![${WORD_CHARACTER}])[:;]['’\\-^]?[DPpOo3](?![${WORD_CHARACTER}])|` +
  `(?<![^ ])[()\\[\\]{}/\\\\|*]['’\\-^]?[:;=](?![${WORD_CHARACTER}])`;
/** A number and what may stand around it, on either side of a dash. */
const AFTER_NUMBER = '(?<=\\p{N}[)%\\p{Sc}]? ?)';
const BEFORE_NUMBER = `(?= ?[${PLUS_MINUS}]*[(\\p{Sc}]?[.,]?\\p{N})`;
/**
 * Typographic characters that carry meaning where they stand: a dash before an amount or a symbol, after a symbol (`<-`)
 * or a word (`O-`); dashes and dots between two numbers, and a colon between two with spaces; a star between two words;
 * `!` before `=`, a bracket or a word (`!ok`); quotation marks after a number, which may be feet, inches, minutes, seconds.
 */
const LOOSE =
  `${UNSIGNED}[\\-\\u2010-\\u2013](?=[\\p{Sc}\\p{Sm}(])|(?<=\\p{Sm})[${DASH}]|` +
  `${AFTER_NUMBER}[${DASH}]+(?![${DASH}])${BEFORE_NUMBER}|` +
  `(?<=[${WORD_CHARACTER}])[\\-\\u2010\\u2011](?![\\-\\u2010\\u2011${WORD_CHARACTER}])|` +
  '(?<=\\p{N} )[:·\\u30fb](?= \\p{N})|(?<=[^ *] )\\*(?= )|' +
  `(?<![${WORD_CHARACTER}!])!+(?=[=(${WORD_CHARACTER}])|(?<=\\p{N} ?)(?:\\.{2,}|[…\\u2025])(?= ?\\p{N})|` +
  `(?<=\\p{N})(?:['‘’]{1,2}|["“”»])`;
const EMOJI = `(?:[\\u{1F1E6}-\\u{1F1FF}]{2}|${PICTOGRAPH}${SKIN_TONE}?[\\u{E0020}-\\u{E007F}]*(?:\\u200d${PICTOGRAPH}${SKIN_TONE}?)*)\\p{M}*`;
/** The closed list of what a reformatting may change: spaces, dashes, brackets, quotes, marks of the sentence, bullets. */
const TYPOGRAPHIC =
  ' \\-\\u2010-\\u2015\\p{Ps}\\p{Pe}\\p{Pi}\\p{Pf}"\'.,;:!?*_`\\u00a1\\u00b4\\u00b7\\u00bf\\u060c\\u061b\\u061f\\u06d4\\u0964\\u0965\\u2022\\u2023\\u2025\\u2026\\u3001\\u3002\\u30fb\\uff01\\uff02\\uff07\\uff0c\\uff0e\\uff1a\\uff1b\\uff1f\\uff61\\uff64\\uff65';
const OTHER = `[^ ]\\p{M}+|[^${TYPOGRAPHIC}]`;
const TOKEN = new RegExp(`(${WORD})|(?! )(?:${SHORTCODE}|${EMOTICON}|${LOOSE}|${EMOJI}|${OTHER})`, 'gu');

/** An address as people type it, without its scheme; a host of at most 8 labels. */
const BARE_HOST = new RegExp(
  '(?<![\\p{L}\\p{N}\\p{M}_@.\\-])(?:[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?\\.){1,7}[A-Za-z]{2,24}' +
    `(?!\\.?[\\p{L}\\p{N}\\p{M}_@\\-])(?:[/?#][^${ENDS_ADDRESS}]*)?`,
  'gu',
);
const QUOTED = /^(?:> ?)+/;
/** As a heading is typed. */
const HEADING = /^#{1,6} /;

/** Returns the word form of a canonical text, or null when it holds no word. */
export function wordForm(canonical: string): string | null {
  const tokens: string[] = [];
  let words = 0;
  const take = (text: string) => {
    for (const match of text.matchAll(TOKEN)) {
      if (match[1] !== undefined) words++;
      tokens.push(spell(match[0]));
    }
  };
  const takeBetweenAddresses = (text: string) => {
    let from = 0;
    for (const match of text.includes('.') ? text.matchAll(BARE_HOST) : []) {
      const address = trimBare(match[0]);
      take(text.slice(from, match.index));
      tokens.push(bareAddress(address));
      from = match.index + address.length;
    }
    take(text.slice(from));
  };
  let depth = 0;
  for (const line of withoutListFooter(canonical.split('\n'))) {
    const quote = QUOTED.exec(line)?.[0] ?? '';
    const deep = quote.replace(/ /g, '').length;
    // A line break is no token, so this one cannot be typed.
    if (deep !== depth) tokens.push(`\n${'>'.repeat(deep)}`);
    depth = deep;
    let from = quote.length + (HEADING.exec(line.slice(quote.length))?.[0].length ?? 0);
    for (const link of linksIn(line)) {
      // Platforms isolate an address by itself in a text that runs from right to left: a class of its own too.
      const isolated =
        /[\u2066-\u2068]/.test(line.slice(Math.max(from, link.start - 1), link.start)) &&
        line[link.end] === '\u2069';
      takeBetweenAddresses(line.slice(from, isolated ? link.start - 1 : link.start));
      from = isolated ? link.end + 1 : link.end;
      // As typed a mention has no address; which server it leads to is another.
      if (standsAfterMention(line, link)) continue;
      tokens.push(link.url.replace(/^https?:\/\//, '').replace(/^([^/?#]*)\/$/, '$1'));
    }
    takeBetweenAddresses(line.slice(from));
  }
  return words === 0 ? null : tokens.join(' ');
}

/** One spelling for apostrophes, quotation marks, hyphens, signs and dots. */
const spell = (token: string): string =>
  token
    .replace(/[‘’]/g, "'")
    .replace(/^[“”»]$/, '"')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/^(?:\.{2,}|[…\u2025])$/, '..')
    .replace(/^[+\-\u2212]+(?=.)/, (signs) => signs.replace(/\u2212/g, '-'));

/** As the link to it would be spelled, unless it was typed with capitals in its host, which are then words like others. */
function bareAddress(address: string): string {
  const host = /^[^/?#]*/.exec(address)![0];
  if (host !== host.toLowerCase()) return address;
  const url = normaliseUrl(`https://${address}`);
  return url === null ? address : url.slice('https://'.length).replace(/^([^/?#]*)\/$/, '$1');
}
