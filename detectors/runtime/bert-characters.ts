/**
 * How BERT's uncased models see one character: canonical decomposition, accents and controls dropped, lower case, and each part
 * a letter of a word, a space, or a word of its own.
 */
import { type ALONE, DROPPED, kindOf, type LETTER, type SPACE } from './character-kinds.js';

/** What one code point of the text becomes, part by part; none when it is dropped. */
export interface Part {
  kind: typeof SPACE | typeof ALONE | typeof LETTER;
  text: string;
}

function look(code: number): readonly Part[] {
  const parts: Part[] = [];
  for (const point of String.fromCodePoint(code).normalize('NFD')) {
    const kind = kindOf(point.codePointAt(0)!) as Part['kind'] | typeof DROPPED;
    if (kind !== DROPPED) parts.push({ kind, text: point.toLowerCase() });
  }
  return parts;
}

const NOTHING: readonly Part[] = [];
const ascii = Array.from({ length: 128 }, (_, code) => look(code));

/** Code points looked at lately. A hostile text can hold many, so they are forgotten when there are more than this. */
const REMEMBERED = 20_000;
const known = new Map<number, readonly Part[]>();

/** What a code point becomes. A lone surrogate is dropped. */
export function partsOf(code: number): readonly Part[] {
  if (code < 128) return ascii[code]!;
  if (code >= 0xd800 && code <= 0xdfff) return NOTHING;
  let parts = known.get(code);
  if (parts === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    parts = look(code);
    known.set(code, parts);
  }
  return parts;
}
