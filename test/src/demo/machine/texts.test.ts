/** The machine-made texts are none from a template: what two of them share, in runs of six words and in sentences, is measured. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type MachineLetter,
  type MachineReply,
  readMachineLetters,
  readMachineReplies,
} from '../../../../src/demo/machine/texts.js';

/** Two replies may share this share of the shorter one's runs of six words; a template shares most. */
const MOST_SHARED = 0.02;

let replies: MachineReply[];
let letters: MachineLetter[];

beforeAll(async () => {
  replies = await readMachineReplies();
  letters = await readMachineLetters();
});

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

function sixGrams(text: string): Set<string> {
  const words = wordsOf(text);
  return new Set(words.slice(5).map((_, at) => words.slice(at, at + 6).join(' ')));
}

/** Largest share of 6-grams that any two texts have in common. */
function mostShared(texts: readonly string[]): number {
  const grams = texts.map(sixGrams);
  let most = 0;
  for (const [at, one] of grams.entries()) {
    for (const other of grams.slice(at + 1)) {
      const [small, large] = one.size < other.size ? [one, other] : [other, one];
      const shared = [...small].filter((gram) => large.has(gram)).length;
      most = Math.max(most, shared / Math.max(small.size, 1));
    }
  }
  return most;
}

/** Sentences of at least four words; shorter ones ("Best regards,") are anybody's. */
const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => wordsOf(sentence))
    .filter((words) => words.length >= 4)
    .map((words) => words.join(' '));

describe('the measure itself', () => {
  it('sees a template', () => {
    const template = (name: string) =>
      `I met ${name} on the train to the coast and we talked about nothing else`;
    expect(mostShared([template('Ann'), template('Ben')])).toBeGreaterThan(0.5);
  });
});

describe('machine replies', () => {
  it('are at least 150, pushing one position in each of two threads, from many accounts', () => {
    expect(replies.length).toBeGreaterThanOrEqual(150);
    const positions = new Map<string, Set<string>>();
    for (const { thread, position } of replies) {
      positions.set(thread, (positions.get(thread) ?? new Set()).add(position));
    }
    expect([...positions.values()].map(({ size }) => size)).toEqual([1, 1]);
    expect(new Set(replies.map(({ author }) => author)).size).toBeGreaterThanOrEqual(20);
  });

  it(`share no more than ${MOST_SHARED * 100}% of their runs of six words with any other`, () => {
    expect(mostShared(replies.map(({ text }) => text))).toBeLessThanOrEqual(MOST_SHARED);
  });

  it('are no two the same and none a stub', () => {
    for (const { text } of replies) expect(wordsOf(text).length).toBeGreaterThanOrEqual(15);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(replies.length);
  });

  it('hold no mail address', () => {
    for (const { text } of replies) expect(text).not.toMatch(/\S@\S+\.\w/);
  });
});

describe('machine letters', () => {
  it('are at least 60, each to another person', () => {
    expect(letters.length).toBeGreaterThanOrEqual(60);
    expect(new Set(letters.map(({ toAddress }) => toAddress)).size).toBe(letters.length);
  });

  it('share no sentence', () => {
    const owner = new Map<string, number>();
    for (const [at, { text }] of letters.entries()) {
      for (const sentence of new Set(sentencesOf(text))) {
        expect([sentence, owner.get(sentence) ?? at]).toEqual([sentence, at]);
        owner.set(sentence, at);
      }
    }
  });

  it(`share no more than ${MOST_SHARED * 100}% of their runs of six words with any other`, () => {
    expect(mostShared(letters.map(({ text }) => text))).toBeLessThanOrEqual(MOST_SHARED);
  });

  it('name only addresses that can belong to nobody', () => {
    for (const { fromAddress, toAddress, text } of letters) {
      for (const address of [fromAddress, toAddress, ...(text.match(/\S+@\S+/g) ?? [])]) {
        expect(address).toMatch(/[@.]example(\.(com|net|org))?[.,;)>]*$/);
      }
    }
  });
});
