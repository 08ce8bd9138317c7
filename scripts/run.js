/** Builds what is stale, then runs one TypeScript file of this repository: `node scripts/run.js training/evaluate.ts --flag`. */
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [file, ...rest] = process.argv.slice(2);
if (!file) {
  process.stderr.write('usage: node scripts/run.js FILE.ts [arguments]\n');
  process.exit(2);
}
await build();
const target = join(root, 'dist', relative(root, resolve(root, file)).replace(/\.ts$/, '.js'));
process.argv = [process.argv[0], target, ...rest];
await import(pathToFileURL(target).href);
