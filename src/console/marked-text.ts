/**
 * The received text with the places that reasons speak of. Spans come from detectors and are not trusted to be in order,
 * apart, or inside the text: the text is cut at every border and each piece knows the reasons that cover it.
 */
import type { EvidenceSymbol } from '../../schemas/evidence.js';
import { LIMITS } from '../../schemas/limits.js';
import { type Html, html } from './html.js';
import { visible } from './visible-text.js';

/** A piece of the text and the reasons (numbers from 1) whose spans cover it. */
export interface Piece {
  text: string;
  reasons: number[];
}

interface Border {
  at: number;
  reason: number;
  opens: 1 | -1;
}

/** Moves a border out of the middle of a surrogate pair, outwards. */
function whole(text: string, at: number, direction: 1 | -1): number {
  const splits = /[\ud800-\udbff]/.test(text[at - 1] ?? '') && /[\udc00-\udfff]/.test(text[at] ?? '');
  return splits ? at + direction : at;
}

function bordersOf(text: string, reasons: readonly Pick<EvidenceSymbol, 'spans'>[]): Border[] {
  const borders: Border[] = [];
  for (const [index, { spans = [] }] of reasons.slice(0, LIMITS.symbols).entries()) {
    for (const span of spans.slice(0, LIMITS.spansPerSymbol)) {
      const inside = (at: number): number => Math.max(0, Math.min(text.length, Math.trunc(at)));
      // Before the borders move: an empty span inside a pair covers nothing, and must not grow to cover the pair.
      if (!(inside(span.start) < inside(span.end))) continue;
      const start = whole(text, inside(span.start), -1);
      const end = whole(text, inside(span.end), 1);
      borders.push({ at: start, reason: index + 1, opens: 1 }, { at: end, reason: index + 1, opens: -1 });
    }
  }
  return borders.sort((a, b) => a.at - b.at);
}

/**
 * Cuts a text along the spans of its reasons. Joined together the pieces are the text.
 * @param reasons in the order they are shown; spans in UTF-16 units of `text`
 */
export function piecesOf(text: string, reasons: readonly Pick<EvidenceSymbol, 'spans'>[]): Piece[] {
  const pieces: Piece[] = [];
  const open = new Map<number, number>();
  let from = 0;
  const cut = (to: number): void => {
    if (to <= from) return;
    pieces.push({ text: text.slice(from, to), reasons: [...open.keys()].sort((a, b) => a - b) });
    from = to;
  };
  for (const { at, reason, opens } of bordersOf(text, reasons)) {
    cut(at);
    const depth = (open.get(reason) ?? 0) + opens;
    if (depth === 0) open.delete(reason);
    else open.set(reason, depth);
  }
  cut(text.length);
  return pieces;
}

/** `for` a machine, `against` it, or `both` where reasons disagree. */
function leaning(numbers: readonly number[], reasons: readonly EvidenceSymbol[]): string {
  const signs = new Set(numbers.map((number) => (reasons[number - 1]?.contribution ?? 0) >= 0));
  if (signs.size > 1) return 'both';
  return signs.has(true) ? 'for' : 'against';
}

/** The text as markup: marked pieces carry the numbers of their reasons, drawn by the style sheet so that they are not copied. */
export function markedText(text: string, reasons: readonly EvidenceSymbol[]): Html {
  return html`${piecesOf(text, reasons).map(({ text: piece, reasons: numbers }) => {
    if (numbers.length === 0) return visible(piece);
    const label = numbers.join(', ');
    return html`<mark class="${leaning(numbers, reasons)}" data-reason="${label}" title="Reason ${label}">${visible(piece)}</mark>`;
  })}`;
}
