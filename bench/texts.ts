/** Texts to measure with: drawn from a seed, of a given length, with the distribution of word lengths of plain English. */
import { drawing } from './bench.js';

const SYLLABLES = 'an be co de er fi go ha in jo ka lo me no on pe qui re se ti un ver wa ex ly za'.split(
  ' ',
);

/** `count` texts of about `bytes` characters each, all different. */
export function drawTexts(count: number, bytes: number, seed: number): string[] {
  const draw = drawing(seed);
  const pick = (limit: number): number => Math.floor(draw() * limit);
  const word = (): string =>
    Array.from({ length: 1 + pick(3) }, () => SYLLABLES[pick(SYLLABLES.length)]).join('');
  const lexicon = Array.from({ length: 5_000 }, word);
  return Array.from({ length: count }, (_none, at) => {
    const sentences: string[] = [`Number ${at}.`];
    for (let length = sentences[0]!.length; length < bytes; ) {
      // Squared: a few words are frequent, most are rare.
      const words = Array.from(
        { length: 4 + pick(16) },
        () => lexicon[Math.floor(draw() ** 2 * lexicon.length)]!,
      );
      const sentence = `${words.join(' ')}.`;
      sentences.push(`${sentence[0]!.toUpperCase()}${sentence.slice(1)}`);
      length += sentence.length + 1;
    }
    return sentences.join(' ');
  });
}
