/** Writes the attack corpus: `node scripts/run.js test/attacks/generate.ts`. The files are removed first, so none is left over. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { corpusFiles } from './corpus.js';

const folder = join('test', 'vectors', 'attacks');
const files = await corpusFiles();
rmSync(folder, { recursive: true, force: true });
for (const [name, content] of files) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
process.stdout.write(`${files.size} files in ${folder}\n`);
