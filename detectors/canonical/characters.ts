/**
 * First pass of the canonicaliser: single characters. Takes out what cannot be seen, cuts piled-up marks, undoes letters in
 * costume (full width, mathematical, circled), unifies spaces, quotes, dashes and the ellipsis, and brings the rest
 * to NFC. Line breaks stay: the passes after it still need the lines.
 */

import { LATIN_LOOKS } from './confusables.js';
import type { Draft } from './draft.js';

/** More marks than this on one base letter are never writing (no orthography in use needs more; UAX #15 names 30). */
const MARKS_PER_BASE = 4;

const MARK = /^\p{M}$/u;
const JAMO_TAIL = /^[\u1160-\u11ff\ud7b0-\ud7ff]$/;
const PICTOGRAPH = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u;
/** Scripts in which a joiner or non-joiner is spelling, not decoration. */
const JOINED_SCRIPT =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;

const LATIN = /^\p{Script=Latin}$/u;
const KEYCAP_MARK = 0x20e3;

/** What a code point is to this pass. */
type Kind = 'keep' | 'drop' | 'joiner' | 'variation' | 'space' | 'newline' | 'put';

interface Reading {
  kind: Kind;
  put?: string;
  report?: 'odd_spaces' | 'styled_letters' | 'invisible_characters' | 'ill_formed';
}

const KEEP: Reading = { kind: 'keep' };
const INVISIBLE: Reading = { kind: 'drop', report: 'invisible_characters' };

/** Cache of readings; code points above the first planes' few thousand are read at most once each. */
const readings = new Map<number, Reading>();
const READINGS_KEPT = 8192;

function read(cp: number): Reading {
  let reading = readings.get(cp);
  if (!reading) {
    reading = classify(cp);
    if (readings.size < READINGS_KEPT) readings.set(cp, reading);
  }
  return reading;
}

function classify(cp: number): Reading {
  if (cp === 0x0a || cp === 0x0b || cp === 0x0c || cp === 0x0d || cp === 0x85) return { kind: 'newline' };
  if (cp === 0x2028 || cp === 0x2029) return { kind: 'newline' };
  if (cp === 0x09) return { kind: 'space' };
  if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) return { kind: 'drop' };
  if (cp < 0x7f) return KEEP;
  if (cp >= 0xd800 && cp <= 0xdfff) return { kind: 'drop', report: 'ill_formed' };
  if (cp === 0x00a0 || cp === 0x202f || cp === 0x3000) return { kind: 'space' };
  if (cp === 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp === 0x205f || cp === 0x2800) {
    return { kind: 'space', report: 'odd_spaces' };
  }
  if (cp === 0x200c || cp === 0x200d || cp === 0x034f)
    return { kind: 'joiner', report: 'invisible_characters' };
  if (cp >= 0xfe00 && cp <= 0xfe0f) return { kind: 'variation', report: 'invisible_characters' };
  // A soft hyphen or a byte-order mark comes with honest copying; the rest of the invisible ones does not.
  if (cp === 0x00ad || cp === 0xfeff || cp === 0x200e || cp === 0x200f) return { kind: 'drop' };
  if (isInvisible(cp)) return INVISIBLE;
  return punctuation(cp) ?? styled(cp) ?? KEEP;
}

function isInvisible(cp: number): boolean {
  return (
    cp === 0x061c ||
    cp === 0x115f ||
    cp === 0x1160 ||
    cp === 0x3164 ||
    cp === 0xffa0 ||
    (cp >= 0x17b4 && cp <= 0x17b5) ||
    (cp >= 0x180b && cp <= 0x180f) ||
    cp === 0x200b ||
    (cp >= 0x202a && cp <= 0x202e) ||
    (cp >= 0x2060 && cp <= 0x206f) ||
    (cp >= 0xfff0 && cp <= 0xfffb) ||
    (cp >= 0x1d173 && cp <= 0x1d17a) ||
    (cp >= 0xe0000 && cp <= 0xe0fff)
  );
}

const PUNCTUATION = new Map<number, string>(
  (
    [
      ['\u2018\u2019\u201a\u201b\u02bc\uff07', "'"],
      ['\u201c\u201d\u201e\u201f\uff02', '"'],
      ['\u2026', '...'],
      ['\u2010\u2011\u2012\u2043', '-'],
      ['\u2013\u2015\u2e3a\u2e3b', '\u2014'],
    ] as const
  ).flatMap(([from, to]) => [...from].map((ch): [number, string] => [ch.codePointAt(0)!, to])),
);

function punctuation(cp: number): Reading | undefined {
  const put = PUNCTUATION.get(cp);
  return put === undefined ? undefined : { kind: 'put', put };
}

/** Letters in costume: compatibility forms whose plain form is ASCII, squared and circled capitals, small capitals. */
function styled(cp: number): Reading | undefined {
  const ch = String.fromCodePoint(cp);
  const dressed: [number, number][] = [
    [0x1f130, 0x1f149],
    [0x1f150, 0x1f169],
    [0x1f170, 0x1f189],
  ];
  for (const [first, last] of dressed) {
    // 🅰 🅱 🅾 🅿 are emoji in their own right and common in honest posts.
    if (cp >= first && cp <= last && !/^\p{Emoji}$/u.test(ch)) {
      return { kind: 'put', put: String.fromCharCode(65 + cp - first), report: 'styled_letters' };
    }
  }
  const looks = LATIN_LOOKS.get(ch);
  if (looks !== undefined) return { kind: 'put', put: looks, report: 'styled_letters' };
  const ranges: [number, number][] = [
    [0x2102, 0x2138],
    [0x249c, 0x24e9],
    [0xfb00, 0xfb06],
    [0xff01, 0xff5e],
    [0x1d400, 0x1d7ff],
    [0x1d2c, 0x1d6a],
  ];
  if (!ranges.some(([first, last]) => cp >= first && cp <= last)) return undefined;
  const plain = ch.normalize('NFKC');
  if (!/^[!-~]{1,3}$/.test(plain) || /[™℠℡]/u.test(ch)) return undefined;
  // ⒜ comes out as (a): the letter is what was meant.
  const put = cp >= 0x249c && cp <= 0x24b5 ? plain[1]! : plain;
  const quiet = cp >= 0xfb00 && cp <= 0xfb06; // typesetters' ligatures come with copying from PDF
  return { kind: 'put', put, report: quiet ? undefined : 'styled_letters' };
}

/** Runs the pass over the draft. Linear: every code point is visited once. */
export function repairCharacters(draft: Draft): void {
  const { text } = draft;
  let previous = ''; // the last code point that was kept
  let marks = 0;
  let index = 0;
  while (index < text.length) {
    draft.steps++;
    const code = text.charCodeAt(index);
    if (code >= 0x20 && code < 0x7f) {
      previous = text[index]!;
      marks = 0;
      index++;
      continue;
    }
    const cp = text.codePointAt(index)!;
    const size = cp > 0xffff ? 2 : 1;
    const end = index + size;
    const ch = text.slice(index, end);
    if (isMark(cp, ch)) {
      index = end;
      marks++;
      if (LATIN.test(previous)) {
        // On a Latin letter a mark that composes is spelling; one that does not is decoration.
        const composed = (previous + ch).normalize('NFC');
        if ([...composed].length === 1) {
          previous = composed;
          continue;
        }
      } else if (marks <= MARKS_PER_BASE && previous !== '') continue;
      draft.replace(end - size, end, '');
      draft.report('stacked_marks');
      continue;
    }
    index = end;
    const reading = read(cp);
    if (reading.kind === 'keep') {
      previous = ch;
      marks = 0;
      continue;
    }
    marks = 0;
    switch (reading.kind) {
      case 'newline':
        if (ch !== '\n') draft.replace(end - size, end, '\n');
        previous = '\n';
        break;
      case 'space':
        draft.replace(end - size, end, ' ');
        if (reading.report) draft.report(reading.report);
        previous = ' ';
        break;
      case 'put':
        draft.replace(end - size, end, reading.put!);
        if (reading.report) draft.report(reading.report);
        previous = reading.put!;
        break;
      case 'joiner':
      case 'variation':
        if (belongs(reading.kind, previous, text, end)) {
          previous = ch;
          break;
        }
        draft.replace(end - size, end, '');
        if (!PICTOGRAPH.test(previous)) draft.report('invisible_characters');
        break;
      default:
        draft.replace(end - size, end, '');
        if (reading.report) draft.report(reading.report);
    }
  }
  draft.commit();
  composeClusters(draft);
}

/** A mark that modifies the letter before it; variation selectors, tags and the keycap are none of this kind. */
function isMark(cp: number, ch: string): boolean {
  if (cp < 0x300 || cp === 0x34f || cp === KEYCAP_MARK || cp >= 0xe0000) return false;
  return !(cp >= 0xfe00 && cp <= 0xfe0f) && !isInvisible(cp) && MARK.test(ch);
}

/** Whether a joiner or variation selector does its honest work here: in an emoji, or in a script that joins. */
function belongs(kind: 'joiner' | 'variation', previous: string, text: string, end: number): boolean {
  if (kind === 'variation') {
    if (/^[0-9#*]$/.test(previous)) return text.charCodeAt(end) === KEYCAP_MARK;
    return PICTOGRAPH.test(previous) && previous !== '\ufe0f';
  }
  if (JOINED_SCRIPT.test(previous)) return true;
  if (!PICTOGRAPH.test(previous) || end >= text.length) return false;
  return PICTOGRAPH.test(String.fromCodePoint(text.codePointAt(end)!));
}

/** NFC, one cluster (base and its marks) at a time, so that offsets stay exact and no run of marks is ever sorted. */
function composeClusters(draft: Draft): void {
  const { text } = draft;
  let start = 0;
  let index = 0;
  let plain = true;
  const close = (end: number) => {
    if (!plain) {
      const cluster = text.slice(start, end);
      const composed = cluster.normalize('NFC');
      if (composed !== cluster) draft.replace(start, end, composed);
    }
  };
  while (index < text.length) {
    draft.steps++;
    const code = text.charCodeAt(index);
    const size = code >= 0xd800 && code <= 0xdbff ? 2 : 1;
    const ch = size === 1 ? text[index]! : text.slice(index, index + 2);
    if (code < 0x300 || !(MARK.test(ch) || JAMO_TAIL.test(ch))) {
      close(index);
      start = index;
      plain = code < 0x300;
    } else {
      plain = false;
    }
    index += size;
  }
  close(index);
  draft.commit();
}
