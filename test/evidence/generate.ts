/** Writes the forged-evidence suite: `node scripts/run.js test/evidence/generate.ts`. The files are removed first, so none is left over. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { corpusFiles } from './corpus.js';

const folder = join('test', 'vectors', 'evidence');
const files = corpusFiles();
rmSync(folder, { recursive: true, force: true });
for (const [name, content] of files) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
process.stdout.write(`${files.size} files in ${folder}\n`);
