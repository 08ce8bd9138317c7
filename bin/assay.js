#!/usr/bin/env node
/** Entry of the command line: checks the Node version in syntax that old Nodes can read, builds what is stale, hands over. */
import { existsSync } from 'node:fs';

const NEEDED = [20, 19];

function complain(sentence) {
  process.stderr.write(`assay: ${sentence}\n`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  complain(`Node.js ${NEEDED.join('.')} or newer is needed; this is ${process.versions.node}.`);
}

async function start() {
  // A clone builds itself; a package or an image that comes without sources is built already.
  if (existsSync(new URL('../src/cli/main.ts', import.meta.url))) {
    const { build } = await import('../scripts/build.js');
    await build();
  }
  const { main } = await import('../dist/src/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

start().catch((error) => {
  if (error.code === 'ERR_MODULE_NOT_FOUND' && !existsSync(new URL('../node_modules', import.meta.url))) {
    complain('the packages it needs are not installed: run `npm ci` in its folder first.');
  }
  if (error.code === 'EACCES' || error.code === 'EROFS') {
    complain(`it could not write its built files (${error.path}): run \`npm run build\` as a user who may.`);
  }
  throw error;
});
