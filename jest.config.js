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
  collectCoverageFrom: ['{schemas,detectors,streams,src}/**/*.ts', '!**/*.d.ts'],
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', 'json-summary'],
  coverageThreshold: { global: { lines: 90, branches: 90 } },
  testTimeout: 20000,
};
