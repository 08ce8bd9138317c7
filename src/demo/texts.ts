/**
 * Every text of the demo, people's and machine's, as it would be judged: for keeping them, and near twins of them, out of
 * what models are trained on and measured with.
 */
import { readLetter } from '../../detectors/email/read-letter.js';
import { readDemoItems } from './stream.js';

/** Texts of posts as they stand, of letters as their readers see them. A letter that cannot be read gives none. */
export async function* demoTexts(): AsyncGenerator<string> {
  for (const item of await readDemoItems()) {
    if (item.kind === 'post') {
      yield item.text;
      continue;
    }
    const { raw } = await item.read();
    const letter = await readLetter(Buffer.from(raw, 'base64')).catch(() => null);
    if (letter !== null) yield letter.text;
  }
}
