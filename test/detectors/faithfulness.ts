/**
 * Whether the places that a verdict points at are those it rests on: the first of them is taken out of the text, and beside it, in turn,
 * other stretches of about the same length.
 */
import type { Detector } from '../../detectors/detector.js';
import { seeded } from '../../training/random.js';

export interface Faithfulness {
  /** Texts on the side of machines, with a place pointed at that is no more than half of them. */
  texts: number;
  /** Share of comparisons in which the llr falls more without the place than without another stretch. */
  won: number;
  /** Share of texts whose llr falls without the place. */
  fell: number;
  /** Mean fall of the llr in nats, without the place and without another stretch. */
  fall: { place: number; other: number };
}

/** Stretches that each place is compared with. */
const OTHERS = 3;

const without = (text: string, start: number, end: number): string =>
  `${text.slice(0, start)}${text.slice(end)}`.trim();

/** A stretch of whole words, from a place drawn by chance. */
function stretch(text: string, length: number, random: () => number): [number, number] {
  let start = Math.floor(random() * (text.length - length));
  while (start > 0 && text[start - 1] !== ' ') start--;
  let end = start + length;
  while (end < text.length && text[end] !== ' ') end++;
  return [start, end];
}

export async function faithfulness(
  detector: Detector,
  texts: readonly string[],
  seed: number,
): Promise<Faithfulness> {
  const random = seeded(seed);
  const judge = async (some: readonly string[]) =>
    detector.judge(
      some.map((content) => ({ kind: 'post' as const, format: 'text' as const, content, contentHash: '' })),
    );
  const cut: string[] = [];
  const falls: { llr: number; first: number }[] = [];
  for (const [i, { llr, symbols }] of (await judge(texts)).entries()) {
    const text = texts[i]!;
    const place = symbols.flatMap(({ spans = [] }) => spans)[0];
    if (llr <= 0 || place === undefined || place.end - place.start > text.length / 2) continue;
    falls.push({ llr, first: cut.length });
    cut.push(without(text, place.start, place.end));
    for (let k = 0; k < OTHERS; k++) {
      cut.push(without(text, ...stretch(text, place.end - place.start, random)));
    }
  }
  const rest = (await judge(cut)).map(({ llr }) => llr);
  let [won, fell, place, other] = [0, 0, 0, 0];
  for (const { llr, first } of falls) {
    const own = llr - rest[first]!;
    place += own;
    if (own > 0) fell++;
    for (let k = 1; k <= OTHERS; k++) {
      other += (llr - rest[first + k]!) / OTHERS;
      if (own > llr - rest[first + k]!) won += 1 / OTHERS;
    }
  }
  const n = falls.length;
  return { texts: n, won: won / n, fell: fell / n, fall: { place: place / n, other: other / n } };
}
