/** What training leaves out: every text of the demo, on both sides. */
import { expect, it } from '@jest/globals';
import { readMachineLetters, readMachineReplies } from '../../../src/demo/machine/texts.js';
import { demoTexts } from '../../../src/demo/texts.js';

it('gives every text of people and machine', async () => {
  const texts: string[] = [];
  for await (const text of demoTexts()) texts.push(text);
  expect(texts.length).toBeGreaterThan(3_300);
  const plain = new Set(texts.map((text) => text.replace(/\s+/g, ' ').trim()));
  for (const { text } of [...(await readMachineReplies()), ...(await readMachineLetters())]) {
    expect(plain.has(text.replace(/\s+/g, ' ').trim())).toBe(true);
  }
}, 60_000);
