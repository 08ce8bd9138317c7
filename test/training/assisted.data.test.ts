/** The study of polished texts was made with the encoder that ships: `node scripts/run.js training/assisted.ts` makes it again. */
import { expect, test } from '@jest/globals';
import { EncoderCard, loadCard } from '../../detectors/card.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { readAssisted } from '../../training/report/assisted.js';

const run = process.env['ASSAY_DATA'] ? test : test.skip;

run('what is said of polished texts was measured with the encoder that ships', async () => {
  const card = await loadCard(`${modelFolder()}/encoder`, EncoderCard);
  expect(readAssisted().encoder).toBe(card.weights.sha256);
});
