/**
 * Attacks that leave the words alone and put something between them: line breaks, pictures and stray signs, or some sentences that
 * somebody else wrote.
 */

const SENTENCE = /(?<=[.!?]["')]?) (?=["'(]?[A-Z])/;
const AFTER_SENTENCES = [' 😊', ' 🙂', ' 👍', ' ✨', ' 🎉', ' :)', ' ;-)', '..', '!!', ' <3'];
const BETWEEN_WORDS = [',', ' -', ' …', ' *', ' ~'];

/** Breaks a text into paragraphs, as RAID's attack does. @param share of the sentence ends that get an empty line */
export function breakParagraphs(text: string, random: () => number, share = 0.5): string {
  return text
    .split(SENTENCE)
    .reduce((before, sentence) => `${before}${random() < share ? '\n\n' : ' '}${sentence}`);
}

/** Strews emoji and stray punctuation. @param share of the sentence ends and, a tenth of it, of the spaces */
export function addNoise(text: string, random: () => number, share = 0.4): string {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  return text.replace(/([.!?]?)( |$)/g, (_, stop: string, space: string) => {
    const rate = stop === '' ? share / 10 : share;
    if (random() >= rate) return stop + space;
    return stop === '' ? pick(BETWEEN_WORDS) + space : stop + pick(AFTER_SENTENCES) + space;
  });
}

/** The first sentences of a text, up to about so many words; at least one. */
export function opening(text: string, words: number): string {
  const taken: string[] = [];
  let count = 0;
  for (const sentence of text.split(SENTENCE)) {
    if (taken.length > 0 && count >= words) break;
    taken.push(sentence);
    count += sentence.split(' ').length;
  }
  return taken.join(' ');
}

/** @param passage somebody else's, put before the text as its introduction */
export const introduce = (text: string, passage: string): string => `${passage}\n\n${text}`;

/** @param passage somebody else's, put at a sentence end near the middle */
export function insertParagraph(text: string, passage: string): string {
  const sentences = text.split(SENTENCE);
  const middle = Math.max(1, Math.ceil(sentences.length / 2));
  const [before, after] = [sentences.slice(0, middle).join(' '), sentences.slice(middle).join(' ')];
  return after === '' ? `${before}\n\n${passage}` : `${before}\n\n${passage}\n\n${after}`;
}
