import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decide } from '../../detectors/decide.js';
import { type DetectInput, type Detector, loadDetector } from '../../detectors/detector.js';
import { SENTENCE_KEYS } from '../../detectors/sentences.js';
import { Judgement } from '../../schemas/evidence.js';
import { POLICY, testWeights, writeTestModel } from './model.js';

const PARAGRAPH =
  'I went to the market early in the morning, because I wanted to buy fresh bread. The baker, who has known me for years, asked how my mother was doing. We talked for a while about the weather and the price of flour! Then I carried everything home through the rain, and it was not easy at all. Would you have waited for the bus? My sister says that she would have.';

const WORDS = PARAGRAPH.split(' ').length;

let detector: Detector;
beforeAll(async () => {
  detector = await loadDetector({ folder: writeTestModel(), detector: 'first-stage' });
});
afterAll(() => detector.close());

const input = (content: string, change: Partial<DetectInput> = {}): DetectInput => ({
  kind: 'post',
  format: 'text',
  content,
  contentHash: 'h',
  ...change,
});
const judge = async (content: string, change: Partial<DetectInput> = {}): Promise<Judgement> =>
  (await detector.judge([input(content, change)]))[0]!;
const decided = async (content: string, change: Partial<DetectInput> = {}) => {
  const judgement = await judge(content, change);
  const { band, because } = decide(judgement, [], 0.5, POLICY);
  return { band, because, judgement };
};

test('a judgement has the shape of the evidence and names who judged', async () => {
  const judgement = await judge(PARAGRAPH);
  expect(Judgement.parse(judgement)).toEqual(judgement);
  expect(judgement).toMatchObject({ contentHash: 'h', language: 'en', languageCovered: true, words: WORDS });
  expect(judgement.detectors).toEqual(detector.detectors);
  expect(detector.detectors[0]).toMatchObject({ id: 'first-stage', engine: 'js', device: 'cpu' });
  expect(detector.detectorSet).toContain(detector.detectors[0]!.sha256.slice(0, 12));
  expect(detector.policy).toEqual(POLICY);
});

test('contributions of the symbols sum to the llr, and every symbol has a sentence', async () => {
  for (const text of [PARAGRAPH, 'Short one.', `${PARAGRAPH} ${PARAGRAPH}`.repeat(8)]) {
    const { llr, symbols } = await judge(text);
    expect(symbols.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(llr, 9);
    for (const { sentence } of symbols) expect(SENTENCE_KEYS).toContain(sentence);
    expect(new Set(symbols.map(({ name }) => name)).size).toBe(symbols.length);
  }
});

test('the same text gets the same judgement whatever stands beside it', async () => {
  const alone = await judge(PARAGRAPH);
  const among = await detector.judge([
    input('Hello there!'),
    input(PARAGRAPH),
    input('x'.repeat(50_000)),
    input(PARAGRAPH),
  ]);
  expect(among[1]).toEqual(alone);
  expect(among[3]).toEqual(alone);
});

test('spans are sentences of the received text, through markup and disguise', async () => {
  const received = PARAGRAPH.replace('fresh', '**fre\u200bsh**').replace('baker', 'b\u0430ker');
  const { symbols } = await judge(received);
  const spans = symbols.flatMap((symbol) => symbol.spans ?? []);
  expect(spans.length).toBeGreaterThan(0);
  expect(spans.length).toBeLessThanOrEqual(5);
  for (const { start, end } of spans) {
    expect(received.slice(start, end)).toMatch(/^[A-Z].*[.!?]$/su);
  }
  expect(symbols.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['repair.invisible_characters', 'repair.mixed_scripts']),
  );
  const repairs = symbols.filter(({ name }) => name.startsWith('repair.'));
  for (const { contribution } of repairs) expect(contribution).toBe(0);
});

test('a disguised text gets the score of the plain one', async () => {
  const plain = await judge(PARAGRAPH);
  const disguised = await judge(PARAGRAPH.replace(/e/g, 'е').replace(/ /g, ' \u200b'));
  expect(disguised.llr).toBeCloseTo(plain.llr, 12);
});

test('html is read as its reader sees it', async () => {
  const { words, llr } = await judge(`<p>${PARAGRAPH}</p>`, { format: 'html' });
  const plain = await judge(PARAGRAPH);
  expect(words).toBe(plain.words);
  expect(llr).toBeCloseTo(plain.llr, 12);
});

test('mail is judged without its quoted tail', async () => {
  const { llr, symbols } = await judge(`${PARAGRAPH}\n\n> I wrote this before\n> and this too`, {
    kind: 'email',
    format: 'raw',
  });
  expect(llr).toBeCloseTo((await judge(PARAGRAPH, { kind: 'email', format: 'raw' })).llr, 12);
  expect(symbols.map(({ name }) => name)).toContain('repair.quoted_text');
});

test.each([
  ['nothing', '', 'because.empty'],
  ['spaces', ' \n\t ', 'because.empty'],
  ['one word', 'Hello', 'because.short'],
  ['a million repeats', 'buy now '.repeat(125_000), 'because.not_prose'],
  ['a token of 100 kB', 'x'.repeat(100_000), 'because.not_prose'],
  ['base64', Buffer.from(PARAGRAPH.repeat(20)).toString('base64'), 'because.not_prose'],
  [
    'code',
    'function f(a, b) { if (a < b) { return [a, b]; } else { return { ...a, b: b[0] }; } } const g = (x) => f(x, x) + f(1, 2) && f(x, -1);',
    'because.not_prose',
  ],
  ['a table', '1.0 2.5 3.7 total 4.1 5.9 6.3 total 7.7 8.2 9.0 total 1.1 2.2 3.3 sum', 'because.not_prose'],
  ['marks only', '!!! ... ??? ---', 'because.empty'],
  ['control characters', '\u0000\u0001\u0002\u001f\u007f', 'because.empty'],
  ['lone surrogates', '\ud800'.repeat(1_000), 'because.empty'],
  [
    'another language',
    'Ich habe lange darüber nachgedacht, was du gestern gesagt hast, und ich glaube nicht, dass es so gewesen ist. Meine Schwester meint, wir sollten morgen noch einmal in Ruhe miteinander reden, bevor jemand etwas entscheidet. Sonst fahren wir eben mit dem Zug nach Hause und warten dort auf eine Antwort, die vielleicht niemals kommen wird.',
    'because.language',
  ],
  [
    'another script',
    'Я долго думал о том, что ты сказал вчера, и не верю, что это правда. Моя сестра считает, что нам стоит поговорить завтра спокойно.',
    'because.language',
  ],
])('%s: an answer with its reason', async (_, text, because) => {
  const { band, because: found, judgement } = await decided(text);
  expect([band, found]).toEqual(['insufficient', because]);
  expect(Number.isFinite(judgement.llr)).toBe(true);
  for (const { sentence } of judgement.symbols) expect(SENTENCE_KEYS).toContain(sentence);
});

test('piled-up marks are taken off, and the words beneath are judged', async () => {
  const { judgement } = await decided(`${PARAGRAPH} e${'\u0301'.repeat(100_000)}nd.`);
  expect(judgement.words).toBe(WORDS + 1);
  expect(judgement.symbols.map(({ name }) => name)).toContain('repair.stacked_marks');
});

test('anything at all gets a finite judgement of the right shape', async () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
  );
  await fc.assert(
    fc.asyncProperty(
      any,
      fc.constantFrom('text', 'html', 'raw'),
      fc.constantFrom('post', 'email'),
      async (content, format, kind) => {
        const judgement = await judge(content, { format, kind });
        expect(Judgement.parse(judgement)).toEqual(judgement);
      },
    ),
    { numRuns: 150 },
  );
});

test('a large batch lets others have their turn', async () => {
  let turns = 0;
  let done = false;
  const tick = (): void => {
    turns++;
    if (!done) setImmediate(tick);
  };
  setImmediate(tick);
  await detector.judge(Array.from({ length: 500 }, () => input(PARAGRAPH.repeat(4))));
  done = true;
  expect(turns).toBeGreaterThanOrEqual(5);
});

test('a model that is missing, damaged, foreign or of another version is refused with its code', async () => {
  const refused = async (folder: string): Promise<void> => {
    await expect(loadDetector({ folder, detector: 'first-stage' })).rejects.toMatchObject({
      code: 'detector.missing_model',
    });
  };
  await refused('/nowhere');
  const weights = testWeights();
  const damaged = writeTestModel();
  const bytes = weights.slice();
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(join(damaged, 'first-stage', 'weights.bin'), bytes);
  await refused(damaged);
  const gone = writeTestModel({ weights: { file: 'other.bin', sha256: '', bytes: 0 } });
  await refused(gone);
  await refused(writeTestModel({ policy: {} }));
  await refused(writeTestModel({ features: 'text-0' }));
  await refused(writeTestModel({ canonicaliser: 'det-0' }));
  await refused(writeTestModel({}, weights.slice(0, 1_000)));
  const foreign = weights.slice();
  foreign[0] = 0;
  await refused(writeTestModel({}, foreign));
});
