/** The Dockerfile as far as it can be checked without a builder: stages, sources, user, health check, and what is left out. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Stage {
  name: string;
  from: string;
  steps: { word: string; rest: string }[];
}

/** Instructions by stage; continued lines are joined, comments dropped. */
function parse(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [, from, name] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    if (word === 'FROM') stages.push({ name: name as string, from: from as string, steps: [] });
    else stages[stages.length - 1]?.steps.push({ word, rest });
  }
  return stages;
}

const stages = parse(readFileSync('Dockerfile', 'utf8'));
const ignored = readFileSync('.dockerignore', 'utf8').trim().split('\n');
const stage = (name: string): Stage => stages.find((one) => one.name === name) as Stage;
const step = (name: string, word: string): string | undefined =>
  stage(name).steps.findLast((one) => one.word === word)?.rest;

describe('the Dockerfile', () => {
  it('understands every line', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'cpu', 'gpu-build', 'gpu']);
    for (const { steps } of stages) for (const { word } of steps) expect(word).not.toBe('');
  });

  it.each(['cpu', 'gpu'])('%s runs as a user without rights, with a health check, on a volume', (name) => {
    expect(step(name, 'USER')).toBe('node');
    expect(step(name, 'HEALTHCHECK')).toContain('/healthz');
    expect(step(name, 'ENTRYPOINT')).toBe('["node", "bin/assay.js"]');
    expect(step(name, 'CMD')).toBe('["serve"]');
    expect(step(name, 'VOLUME')).toBe('/data');
    expect(step(name, 'ENV')).toContain('ASSAY_HOME=/data');
    const words = stage(name).steps.map(({ word }) => word);
    expect(words.indexOf('USER')).toBeGreaterThan(words.lastIndexOf('RUN'));
  });

  it('copies what is there: from the clone, or from a stage before', () => {
    for (const [at, { steps }] of stages.entries()) {
      for (const { word, rest } of steps) {
        if (word !== 'COPY') continue;
        const from = /--from=(\S+)/.exec(rest)?.[1];
        const earlier = stages.slice(0, at).map(({ name }) => name);
        if (from !== undefined) expect(earlier).toContain(from);
        else {
          const sources = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
          for (const source of sources.slice(0, -1)) expect(existsSync(source)).toBe(true);
        }
      }
    }
  });

  it('runs scripts that are there', () => {
    const runs = stages.flatMap(({ steps }) => steps.filter(({ word }) => word === 'RUN'));
    const scripts = runs.flatMap(({ rest }) => rest.match(/\b(?:scripts|deploy|bin)\/\S+/g) ?? []);
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) expect(existsSync(script)).toBe(true);
  });

  it('leaves out what does not belong into an image, and nothing the service needs', () => {
    expect(ignored).toEqual(expect.arrayContaining(['node_modules', '.git', 'dist', 'test', '.env']));
    for (const needed of [
      'src',
      'schemas',
      'streams',
      'detectors',
      'models',
      'bin',
      'scripts',
      'package-lock.json',
    ]) {
      expect(ignored).not.toContain(needed);
    }
  });

  it('keeps the parts of the WebAssembly engine that Node loads, and these are there', () => {
    const kept = stage('build').steps.flatMap(({ rest }) => [...rest.matchAll(/! -name '([^']+)'/g)]);
    const names = kept.map(([, name]) => name);
    const { exports } = JSON.parse(readFileSync('node_modules/onnxruntime-web/package.json', 'utf8')) as {
      exports: { '.': { node: { import: string } } };
    };
    expect(names).toContain(exports['.'].node.import.replace('./dist/', ''));
    for (const name of names) expect(existsSync(`node_modules/onnxruntime-web/dist/${name}`)).toBe(true);
  });
});
