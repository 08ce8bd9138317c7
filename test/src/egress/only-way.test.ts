/** Nothing in the service opens a connection of its own: what goes out goes through src/egress. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** The library that others run in their own processes, the way out itself, and pages' scripts, which run in browsers. */
const ELSEWHERE = /^(?:src\/(?:client|egress)\/|src\/.*\.browser\.js$)/;

/** `fetch(plan` is the store's: a parameter of that name. */
const WAYS: readonly [what: string, pattern: RegExp][] = [
  ['the global fetch', /(?:globalThis\.|(?:await|return|=>|=|\?|:) )fetch\((?!plan)/],
  // The certificates that Node comes with open nothing.
  ['a socket', /import (?!type)(?!\{ rootCertificates \} )[^;]*from 'node:(?:https|http2|tls|dgram)'/],
  // Its isIP and BlockList open nothing.
  [
    'a socket',
    /import (?!type)(?!\{ (?:(?:isIPv?[46]?|BlockList|SocketAddress)(?:, )?)+ \})[^;]*from 'node:net'/,
  ],
  ['a request of node:http', /import (?!type)[^;]*\b(?:request|get|Agent)\b[^;]*from 'node:http'/],
  ['a client from npm', /from '(?:undici|axios|got|node-fetch|ky)'/],
];

const sources = ['src', 'streams', 'detectors', 'schemas'].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .map((file) => `${folder}/${file}`)
    .filter((file) => /\.[jt]s$/.test(file) && !ELSEWHERE.test(file)),
);

/** Code without its comments, which may name what code may not. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

const waysIn = (code: string): string[] =>
  WAYS.flatMap(([what, pattern]) => (pattern.test(code) ? [what] : []));

test('no file outside of src/egress knows a way out', () => {
  expect(sources.length).toBeGreaterThan(200);
  const found = sources.flatMap((file) =>
    waysIn(codeOf(readFileSync(file, 'utf8'))).map((way) => `${file}: ${way}`),
  );
  expect(found).toEqual([]);
});

test('one would be found', () => {
  expect(waysIn("const reply = await fetch('https://a');")).toHaveLength(1);
  expect(waysIn("import { request } from 'node:http';")).toHaveLength(1);
  expect(waysIn("import { connect } from 'node:net';")).toHaveLength(1);
  expect(waysIn("import { createServer } from 'node:http';")).toEqual([]);
  expect(waysIn('const reply = await egress.fetch(url);')).toEqual([]);
});
