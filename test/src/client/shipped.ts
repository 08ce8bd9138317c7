/** What is shipped of the verifier library: each entry's modules as `npm run build` writes them, and what they import. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Shipped {
  /** JavaScript by source path relative to the repository. */
  files: Map<string, string>;
  /** Packages and Node builtins, with the modules that import them. */
  outside: Map<string, string[]>;
}

const compiled = new Map<string, string>();

/** As scripts/build.js transpiles one file: without types, imports that are only types gone. */
function compile(source: string): string {
  let code = compiled.get(source);
  if (code === undefined) {
    const compilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ES2022,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      verbatimModuleSyntax: true,
      isolatedModules: true,
    };
    const text = readFileSync(join(ROOT, source), 'utf8');
    code = ts.transpileModule(text, { fileName: source, compilerOptions }).outputText;
    compiled.set(source, code);
  }
  return code;
}

/** Follows every import, dynamic ones included, from the given sources. */
export function shipped(...entries: string[]): Shipped {
  const files = new Map<string, string>();
  const outside = new Map<string, string[]>();
  const open = [...entries];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    if (files.has(source)) continue;
    const code = compile(source);
    files.set(source, code);
    for (const { fileName } of ts.preProcessFile(code, true, true).importedFiles) {
      if (fileName.startsWith('.')) {
        open.push(relative(ROOT, join(ROOT, dirname(source), fileName)).replace(/\.js$/, '.ts'));
      } else outside.set(fileName, [...(outside.get(fileName) ?? []), source]);
    }
  }
  return { files, outside };
}

/** The entries of package.json that begin with `./client`, as sources. */
export function clientEntries(): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const entries = Object.entries(exports as Record<string, string>).filter(([name]) =>
    name.startsWith('./client'),
  );
  return Object.fromEntries(
    entries.map(([name, path]) => [name, path.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')]),
  );
}

/**
 * Installs what is shipped into `<folder>/node_modules`, beside the packages given, so that a program there imports it
 * by name as a platform does.
 */
export function installInto(folder: string, packages: readonly string[]): void {
  const home = join(folder, 'node_modules', 'assay');
  for (const [source, code] of shipped(...Object.values(clientEntries())).files) {
    const target = join(home, 'dist', source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'assay', version: '0.0.0', type: 'module', exports }),
  );
  for (const name of packages) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
}
