import { readdirSync, readFileSync } from 'node:fs';
import { transformSync } from '@swc/core';

/** Four suites: `unit` (npm only, under 3 minutes), `servers` (real Kafka, Mongo-wire), `e2e` (a real browser, processes that die), `data` (labelled texts and published vectors). */
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};

const legs = ['servers', 'e2e', 'data'];
const covered = ['schemas', 'detectors', 'streams', 'src'];

/**
 * Files that declare nothing but types compile to nothing. No test can run them, and counted by their lines they would
 * stand as uncovered.
 */
function typesOnly() {
  const files = covered.flatMap((folder) =>
    readdirSync(new URL(folder, import.meta.url), { recursive: true }).map((file) => `${folder}/${file}`),
  );
  const compiled = (file) =>
    transformSync(readFileSync(new URL(file, import.meta.url), 'utf8'), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' }, minify: {} },
      minify: true,
    }).code;
  return files.filter((file) => file.endsWith('.ts') && /^(export\{\};?)?\s*$/.test(compiled(file)));
}

const measuring = process.argv.includes('--coverage');

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...legs.map((leg) => `\\.${leg}\\.test\\.ts$`)],
    },
    ...legs.map((leg) => ({
      ...base,
      displayName: leg,
      testMatch: [`<rootDir>/test/**/*.${leg}.test.ts`],
    })),
  ],
  collectCoverageFrom: [
    `{${covered.join(',')}}/**/*.ts`,
    '!**/*.d.ts',
    ...(measuring ? typesOnly().map((file) => `!${file}`) : []),
  ],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary'],
  coverageThreshold: { global: { lines: 90, branches: 90 } },
  testTimeout: 20000,
  // Jest leaves one core free by itself, which on two cores is half; one process for all files would also keep their memory.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1GB',
};
