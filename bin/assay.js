#!/usr/bin/env node
/** Entry of the command line: checks the Node version in syntax every Node can read, builds what is stale, hands over. */
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`assay needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
const here = new URL('.', import.meta.url);
if (existsSync(new URL('../src/cli/main.ts', here))) {
  const { build } = await import(new URL('../scripts/build.js', here).href);
  await build();
}
const { main } = await import(new URL('../dist/src/cli/main.js', here).href);
process.exitCode = await main(process.argv.slice(2));
