/** The model that ships: it loads, its card says where its numbers come from, and its explanations hold for texts made up here. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EncoderCard, loadCard, loadModel } from '../../detectors/card.js';
import { decide } from '../../detectors/decide.js';
import { type Detector, loadDetector } from '../../detectors/detector.js';
import { modelFolder } from '../../detectors/model-folder.js';

const FLUENT = [
  'In conclusion, effective communication plays a crucial role in fostering a positive workplace environment. It not only enhances collaboration among team members but also ensures that everyone remains aligned with the overall goals of the organization. Furthermore, embracing diverse perspectives can lead to innovative solutions, ultimately contributing to long-term success. By prioritizing transparency and mutual respect, companies can create a culture in which individuals feel valued and empowered.',
  'Regular physical activity offers numerous benefits for both physical and mental well-being. Additionally, it is important to maintain a balanced diet that includes a variety of nutrients. By incorporating simple habits into your daily routine, you can significantly improve your overall quality of life. Remember, consistency is key, and even small steps can lead to meaningful progress over time. Ultimately, taking care of yourself allows you to show up fully for the people around you.',
];
const PLAIN = [
  "so my brother rang me last nite about the van, says the clutch is gone again and he's stuck outside Leeds. told him its his own fault for buying it off Gary lol. anyway i drove up there, took 3 hrs cos of the roadworks, and when i got there he'd fixed it with a bit of wire and a spoon?! didnt even say thanks. mum reckons we should both grow up. might be right tbh",
  'Went back to the shop on Tuesday. Guy behind the counter swore blind he never sold me the thing, even tho I had the receipt in my hand. I said fine, get your boss. Boss comes out, looks at it, goes "yeah thats ours" and gives me my 40 quid back. No apology. Wont be going there again and neither should you, unless you like being shouted at before 9am.',
];

let detector: Detector;
beforeAll(async () => {
  detector = await loadDetector();
});
afterAll(() => detector.close());

const judge = async (content: string) =>
  (await detector.judge([{ kind: 'post', format: 'text', content, contentHash: '' }]))[0]!;

test('the card gives the cuts in order, with who set them, the data and how to make the model again', async () => {
  const { card, weights } = await loadModel(`${modelFolder()}/first-stage`);
  const { machine, leaning, overwhelming, noMachineSigns } = card.policy.cuts;
  expect(noMachineSigns).toBeLessThan(leaning!);
  expect(leaning).toBeLessThan(machine);
  expect(overwhelming).toBeGreaterThanOrEqual(machine);
  expect(card.policy.minWords).toBe(50);
  expect(card.policy.budget.falseAlarmRate).toBe(0.01);
  expect(weights.length).toBe(card.weights.bytes);
  expect(weights.length).toBeLessThan(20 * 1024 * 1024);
  for (const part of ['training', 'valid', 'data', 'cuts', 'notFor']) expect(card[part]).toBeDefined();
});

test('the encoder ships as one file of at most 23 MB, with a card that says for which first stage and from where it reads', async () => {
  const card = await loadCard(`${modelFolder()}/encoder`, EncoderCard);
  const { card: first } = await loadModel(`${modelFolder()}/first-stage`);
  const { weights } = await loadModel(`${modelFolder()}/encoder`);
  expect(weights.length).toBe(card.weights.bytes);
  expect(weights.length).toBeLessThan(23 * 1024 * 1024);
  expect(card.firstStage).toBe(first.weights.sha256);
  expect(card.cascade.from).toBeLessThan(card.policy.cuts.leaning!);
  expect(card.calibration.slopes).toHaveLength(2);
  for (const part of ['training', 'valid', 'data', 'cuts', 'notFor']) expect(card[part]).toBeDefined();
});

test('fluent filler is read by both models, a tired rant by the first alone', async () => {
  for (const text of FLUENT) expect((await judge(text)).detectors).toHaveLength(2);
  for (const text of PLAIN) expect((await judge(text)).detectors).toHaveLength(1);
});

test('fluent filler and a tired rant fall on different sides', async () => {
  for (const text of FLUENT) expect((await judge(text)).llr).toBeGreaterThan(1);
  for (const text of PLAIN) expect((await judge(text)).llr).toBeLessThan(-1);
});

test('a person who writes plainly is not called a machine', async () => {
  for (const text of PLAIN) {
    expect(decide(await judge(text), [], 0.5, detector.policy).band).not.toBe('machine');
  }
});

test('without the sentences that the reasons point at, the evidence is weaker', async () => {
  for (const text of FLUENT) {
    const { symbols, llr } = await judge(text);
    const spans = symbols.flatMap((symbol) => symbol.spans ?? []);
    const loudest = spans[0]!;
    expect(spans.length).toBeGreaterThan(0);
    expect(text.slice(loudest.start, loudest.end)).toMatch(/^\S.*[.]$/s);
    const pointed = spans.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
    expect((await judge(pointed.trim() === '' ? 'Nothing is left.' : pointed)).llr).toBeLessThan(llr);
  }
});

test('the probability of a disguised text is that of the plain one', async () => {
  for (const text of FLUENT) {
    const disguised = text.replace(/a/g, '\u0430').replace(/ /g, '\u200b ');
    expect((await judge(disguised)).llr).toBeCloseTo((await judge(text)).llr, 9);
  }
});
