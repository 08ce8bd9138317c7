/** The browser of the end-to-end tests: the Chromium of the system, quiet, and without its sandbox where root runs it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** @throws {Error} when there is no Chromium */
export async function launchChromium(): Promise<Browser> {
  if (EXECUTABLE === undefined) throw new Error('expected Chromium: apt-get install chromium');
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}
