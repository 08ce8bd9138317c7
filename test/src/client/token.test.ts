/** Reading a token: one spelling only, any bytes without a crash, and the same shape of claims as the schema states. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TokenClaims } from '../../../schemas/attestation.js';
import { isClaims } from '../../../src/client/claims.js';
import { createVerifier } from '../../../src/client/index.js';
import { CheckFailed, decodeStrict, parseToken, readJson, splitStrict } from '../../../src/client/token.js';
import { FOUND, type Kit, LIST, makeKit, network } from './kit.js';

let kit: Kit;
let token: string;
beforeAll(async () => {
  kit = await makeKit();
  token = await kit.token();
});

describe('base64url', () => {
  test('has exactly one spelling for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        expect(Buffer.from(decodeStrict(text)!)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('any text either decodes and encodes back to itself, or is refused', () => {
    const unit = fc.constantFrom(...'ABCDEFGabcdefg0123456789-_+/= .\n\u00e9'.split(''));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const bytes = decodeStrict(text);
        if (bytes !== null) expect(Buffer.from(bytes).toString('base64url')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a JSON object', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  // JSON.parse of Node 24.21 takes a name written with an escape for `\\` where an object before had that name in the same place.
  // No name of a token is a lone backslash, and what is read otherwise than it is written has a name that is not allowed.
  const names = fc
    .oneof(fc.string(), fc.constantFrom('a', ':', '"', '\\"', '{":', '__proto__', 'b'))
    .filter((name) => name !== '\\');

  test('whose names differ is read as it is, whatever stands in its texts', () => {
    const any = fc.letrec((tie) => ({
      value: fc.oneof(
        names,
        fc.integer(),
        fc.constant(null),
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(any.object, fc.constantFrom(0, 1, '\t'), (object, space) => {
        const text = JSON.stringify(object, null, space);
        expect(readJson(bytes(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('with a name that stands twice is none, in whatever spelling and depth', () => {
    const spelled = (name: string) =>
      `"${[...name].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
    const ascii = fc.stringMatching(/^[ -~]{0,6}$/).filter((name) => name !== '\\');
    fc.assert(
      fc.property(ascii, fc.jsonValue(), fc.nat({ max: 3 }), fc.boolean(), (name, value, depth, escaped) => {
        const member = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
        const twin = `${escaped ? spelled(name) : JSON.stringify(name)}:1`;
        const text = `${'{"x":['.repeat(depth)}{${member},${twin}}${']}'.repeat(depth)}`;
        expect(typeof JSON.parse(text)).toBe('object');
        expect(readJson(bytes(text))).toBeNull();
      }),
    );
  });

  test('costs work in proportion to its length: backslashes, quotes and brackets without end', () => {
    for (const text of [
      `"${'\\\\'.repeat(200_000)}"`,
      `"${'\\"'.repeat(200_000)}"`,
      `[${'"a",'.repeat(100_000)}1]`,
    ]) {
      expect(readJson(bytes(`{"a":${text}}`))).not.toBeNull();
    }
    expect(readJson(bytes('[{"a":'.repeat(100_000)))).toBeNull();
  });
});

describe('any text as a token', () => {
  const parse = (text: string) => {
    try {
      return parseToken(text) && 'parsed';
    } catch (error) {
      if (error instanceof CheckFailed) return error.code;
      throw error;
    }
  };

  test('is parsed or refused with a code, never a crash', () => {
    const segment = fc.oneof(
      fc.base64String().map((text) => text.replace(/[+/=]/g, '-')),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string(),
    );
    const text = fc.array(segment, { maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(text, (each) => {
        expect(['token.too_large', 'token.malformed', 'token.header']).toContain(parse(each));
      }),
      { numRuns: 1000 },
    );
    expect(parse(token)).toBe('parsed');
  });

  test('a token with any one character changed, removed or added does not verify', async () => {
    const fetch = network({ [LIST]: await kit.list() });
    const verifier = createVerifier({ trust: kit.trust, fetch });
    expect((await verifier.verify(token, FOUND)).valid).toBe(true);
    const edit = fc.record({
      at: fc.nat({ max: token.length - 1 }),
      how: fc.constantFrom('change', 'remove', 'add'),
      by: fc.constantFrom(...'ABCxyz019-_.= +/\u0000\u00e9'.split('')),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, how, by }) => {
        const rest = how === 'add' ? at : at + 1;
        const edited = token.slice(0, at) + (how === 'remove' ? '' : by) + token.slice(rest);
        if (edited === token) return;
        expect((await verifier.verify(edited, FOUND)).valid).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('only three parts make a token', () => {
    for (const text of ['', '.', '..', 'e30..e30', 'e30.e30.', '.e30.e30', 'e30.e30.e30.e30']) {
      expect(splitStrict(text)).toBeNull();
    }
    expect(splitStrict('e30.e30.AA')).not.toBeNull();
  });
});

describe('the shape of claims in plain code and in the schema', () => {
  const paths = [
    ...[
      'iss',
      'aud',
      'sub',
      'acc',
      'jti',
      'iat',
      'exp',
      'lvl',
      'hal',
      'evd',
      'con',
      'status',
      'np',
      'prev',
      'other',
    ],
    ...['lvl.prs', 'lvl.unq', 'lvl.cmp', 'lvl.x', 'con.can', 'con.h', 'con.w', 'con.n', 'con.salt', 'con.x'],
    ...[
      'status.status_list',
      'status.status_list.idx',
      'status.status_list.uri',
      'status.x',
      '__proto__',
      'con.constructor',
    ],
  ];
  const value = fc.oneof(
    fc.constantFrom(undefined, null, -1, 0, 1, 2, 3, 4, 1.5, Number.NaN, true, '', 'hpt-0', 'hpt-1', [], {}, [
      'composed',
    ]),
    fc.constantFrom(
      'A'.repeat(22),
      'A'.repeat(43),
      'A'.repeat(21),
      'a b',
      'ü',
      'a'.repeat(65),
      2 ** 53,
      'https://x.org/1',
    ),
    fc.constantFrom(
      ['passkey'],
      ['a', 'b', 'c', 'd'],
      ['Upper'],
      ['composed', 'composed'],
      ['else'],
      `https://x.org/${'a'.repeat(250)}`,
    ),
    fc.jsonValue(),
  );

  test('agree on every change of one or two members', () => {
    const change = fc.tuple(fc.constantFrom(...paths), value);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        // biome-ignore lint/suspicious/noExplicitAny: any member may become anything
        const claims: any = structuredClone(kit.claims);
        for (const [path, to] of changes) {
          const names = path.split('.');
          const last = names.pop()!;
          const target = names.reduce((at, name) => at?.[name], claims);
          if (typeof target !== 'object' || target === null) continue;
          if (to === undefined) delete target[last];
          else
            Object.defineProperty(target, last, {
              value: to,
              enumerable: true,
              configurable: true,
              writable: true,
            });
        }
        expect(isClaims(claims)).toBe(TokenClaims.safeParse(claims).success);
      }),
      { numRuns: 1500 },
    );
    expect(isClaims(kit.claims)).toBe(true);
  });

  test.each([null, [], 'x', 5])('refuse %j', (value) => {
    expect(isClaims(value)).toBe(false);
  });
});
