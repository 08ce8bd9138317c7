/** Fetches Java servers for tests from Maven into a cache, once: `.cache/` in the repository, or the folder in ASSAY_CACHE. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './tools.js';

/** The repository's root, from the sources and from dist/ alike. */
const root = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) folder = dirname(folder);
  return folder;
})();

export const cacheFolder = (): string => resolve(process.env['ASSAY_CACHE'] ?? join(root, '.cache'));

const xml = (tag: string, content: string): string => `<${tag}>${content}</${tag}>`;

function pom(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group = '', name = '', version = ''] = artifact.split(':');
    return xml('dependency', xml('groupId', group) + xml('artifactId', name) + xml('version', version));
  });
  const own = xml('groupId', 'assay') + xml('artifactId', 'servers') + xml('version', '1');
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">${xml('modelVersion', '4.0.0')}${own}${xml('dependencies', dependencies.join(''))}</project>`;
}

/**
 * The jars of these artifacts (`group:name:version`) and all they need at run time.
 * @param name folder in the cache; has to change when the artifacts do
 * @param prepare further files to put beside the jars, made once
 * @returns the folder with `libs/`
 */
export async function fetchJars(
  name: string,
  artifacts: readonly string[],
  prepare: (folder: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Made aside and renamed, so that a folder that exists is whole, and two that fetch at once do not meet.
  const aside = await mkdtemp(join(cacheFolder(), 'fetching-'));
  try {
    await writeFile(join(aside, 'pom.xml'), pom(artifacts));
    const goal = [
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(aside, 'libs')}`,
    ];
    await runTool('mvn', ['-q', '-B', '-f', join(aside, 'pom.xml'), ...goal]);
    await prepare(aside);
    await rename(aside, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return folder;
}
