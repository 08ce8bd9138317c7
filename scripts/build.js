/**
 * Transpiles the TypeScript folders to dist/, file by file, without checking types (that is `npm run types`).
 * Needs the `typescript` package only, so it also works where dev dependencies are left out (NODE_ENV=production),
 * and rewrites only what is older than its source: the second start costs milliseconds.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDERS = [
  'schemas',
  'detectors',
  'streams',
  'src',
  'training',
  'bench',
  'scripts',
  'test/e2e',
  'test/servers',
  'test/attacks',
  'test/evidence',
  'test/fuzz',
];
/** Copied as they are; `.browser.js` runs in a page and is plain JavaScript. */
const ASSETS = /\.(css|svg|html|json)$|\.browser\.js$/;

/** @param {string} folder @returns {Generator<string>} every file below, absolute */
function* files(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

const mtime = (path) => {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
};

/** Whole or not at all: another process may be building, or reading, at the same time. */
function write(target, content) {
  const part = `${target}.${process.pid}.part`;
  writeFileSync(part, content);
  renameSync(part, target);
}

/** @returns {Promise<number>} how many files were written */
export async function build() {
  const outDir = join(root, 'dist');
  const wanted = new Set();
  const stale = [];
  for (const folder of FOLDERS) {
    for (const source of files(join(root, folder))) {
      const isTs = source.endsWith('.ts') && !source.endsWith('.d.ts');
      if (!isTs && !ASSETS.test(source)) continue;
      const target = join(outDir, relative(root, source)).replace(/\.ts$/, '.js');
      wanted.add(target);
      if (mtime(target) < mtime(source)) stale.push({ source, target, isTs });
    }
  }
  for (const old of files(outDir))
    if (!wanted.has(old) && !/\.(map|part)$/.test(old)) rmSync(old, { force: true });
  if (stale.length === 0) return 0;
  const { default: ts } = await import('typescript');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  for (const { source, target, isTs } of stale) {
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(source);
    if (!isTs) {
      write(target, text);
      continue;
    }
    const out = ts.transpileModule(text.toString('utf8'), {
      // NodeNext would look for package.json, which a single-file transpile does not see, and fall back to CommonJS.
      compilerOptions: {
        ...options,
        module: ts.ModuleKind.ES2022,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        noEmit: false,
        inlineSourceMap: true,
        inlineSources: false,
      },
      fileName: source,
    });
    write(target, out.outputText);
  }
  return stale.length;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const count = await build();
  process.stderr.write(`build: ${count} files written to dist/\n`);
}
