/** The model that ships: it loads, its card says where its numbers come from, and its explanations hold for texts made up here. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EncoderCard, loadCard, loadModel } from '../../detectors/card.js';
import { decide } from '../../detectors/decide.js';
import { type Detector, loadDetector } from '../../detectors/detector.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { faithfulness } from './faithfulness.js';

const FLUENT = [
  'In conclusion, effective communication plays a crucial role in fostering a positive workplace environment. It not only enhances collaboration among team members but also ensures that everyone remains aligned with the overall goals of the organization. Furthermore, embracing diverse perspectives can lead to innovative solutions, ultimately contributing to long-term success. By prioritizing transparency and mutual respect, companies can create a culture in which individuals feel valued and empowered.',
  'Regular physical activity offers numerous benefits for both physical and mental well-being. Additionally, it is important to maintain a balanced diet that includes a variety of nutrients. By incorporating simple habits into your daily routine, you can significantly improve your overall quality of life. Remember, consistency is key, and even small steps can lead to meaningful progress over time. Ultimately, taking care of yourself allows you to show up fully for the people around you.',
  'Choosing the right laptop can be a daunting task, especially with so many options available on the market. First, it is essential to consider your budget and how you intend to use the device. Students may prioritize portability and battery life, while professionals might require more processing power. Additionally, reading reviews from trusted sources can provide valuable insights. Ultimately, the best choice is one that aligns with your individual needs and preferences.',
  'The city of Marlow has long been celebrated for its vibrant cultural scene and rich history. Visitors can explore a wide range of museums, each offering a unique perspective on the region and its people. The local cuisine is equally impressive, blending traditional flavors with modern techniques. Whether you are seeking adventure or relaxation, there is something for everyone to enjoy. A visit to this charming destination is sure to leave lasting memories.',
  'Thank you for reaching out regarding your recent order. We sincerely apologize for any inconvenience this delay may have caused. Our team is currently working diligently to resolve the issue and ensure that your package arrives as soon as possible. In the meantime, please do not hesitate to contact us if you have any further questions or concerns. We truly appreciate your patience and understanding.',
  'Climate change represents one of the most pressing challenges facing humanity today. Rising temperatures have already begun to affect ecosystems, economies, and communities across the globe. While individual actions are important, meaningful progress requires coordinated efforts among governments, businesses, and citizens. Investing in renewable energy is a crucial step toward a more sustainable future. By working together, we can mitigate the worst effects and protect our planet for generations to come.',
  'Learning a new language is a rewarding journey that opens doors to new cultures and opportunities. It requires patience, dedication, and a willingness to embrace mistakes as part of the process. Setting realistic goals can help learners stay motivated and track their progress effectively. Moreover, engaging with native speakers offers invaluable practice and fosters genuine connections. With consistent effort, anyone can achieve fluency and gain a deeper appreciation of the world.',
  'This novel offers a compelling exploration of grief, memory, and the enduring power of family. The author skillfully weaves together multiple timelines, creating a rich and layered narrative. Each character is thoughtfully developed, and their struggles feel both authentic and deeply moving. Although the pacing slows slightly in the middle, the emotional payoff is well worth the wait. Overall, it is a beautifully crafted story that will resonate with readers long after the final page.',
];
/** Single sentences of the two kinds, to be put between one another. */
const SMOOTH = [
  'Ultimately, fostering open communication is essential to building trust and ensuring the long-term success of any team.',
  'Additionally, it is important to consider the potential benefits and challenges associated with this approach.',
  'By embracing innovation and collaboration, organizations can unlock new opportunities and drive meaningful change.',
  'Overall, this experience highlights the importance of maintaining a healthy balance between work and personal life.',
  'Furthermore, technology plays a crucial role in enhancing the overall quality of education for students worldwide.',
  'In conclusion, effective planning not only saves valuable time but also significantly enhances overall productivity.',
];
const ROUGH = [
  'so the van packed in again outside Leeds and i had to ring my brother.',
  'He said it was my own fault for buying it off Gary, which, fair enough.',
  'took 3 hrs to get there cos of the roadworks on the M1.',
  'Anyway the bloke at the garage wanted 400 quid for it, no chance.',
  "we ended up fixing it with a bit of wire and mum's old spoon lol.",
  'never again, next time im getting the train.',
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

test('the reasons point at whole sentences, the weightiest first, and without it the evidence is weaker', async () => {
  for (const text of FLUENT) {
    const { symbols, llr } = await judge(text);
    const [first] = symbols.flatMap((symbol) => symbol.spans ?? []);
    expect(text.slice(first!.start, first!.end)).toMatch(/^\S.*[.]$/s);
    const rest = text.slice(0, first!.start) + text.slice(first!.end);
    expect((await judge(rest)).llr).toBeLessThan(llr);
  }
});

test('between plain sentences the reasons point first at the smooth one', async () => {
  let found = 0;
  const placed = SMOOTH.map((smooth, i) => {
    const plain = ROUGH.slice(i % 3, (i % 3) + 4);
    return { smooth, text: [...plain.slice(0, i % 4), smooth, ...plain.slice(i % 4)].join(' ') };
  });
  for (const { smooth, text } of placed) {
    const { llr, symbols } = await judge(text);
    const [first] = symbols.flatMap(({ spans = [] }) => spans);
    if (llr > 0 && text.slice(first!.start, first!.end) === smooth) found++;
    // Where the text as a whole falls on the side of people, its reasons point at what speaks for that.
    if (
      llr <= 0 &&
      symbols.every(({ spans = [] }) => spans.every((s) => text.slice(s.start, s.end) !== smooth))
    )
      found++;
  }
  expect(found).toBeGreaterThanOrEqual(Math.ceil(0.8 * placed.length));
});

test('without the first place the llr falls further than without another stretch, in two of three comparisons', async () => {
  const found = await faithfulness(detector, FLUENT, 3);
  expect(found.texts).toBeGreaterThanOrEqual(FLUENT.length - 2);
  expect(found.won).toBeGreaterThan(2 / 3);
  expect(found.fell).toBeGreaterThanOrEqual(0.8);
  expect(found.fall.place).toBeGreaterThan(found.fall.other);
});

test('the probability of a disguised text is that of the plain one', async () => {
  for (const text of FLUENT) {
    const disguised = text.replace(/a/g, '\u0430').replace(/ /g, '\u200b ');
    expect((await judge(disguised)).llr).toBeCloseTo((await judge(text)).llr, 9);
  }
});
