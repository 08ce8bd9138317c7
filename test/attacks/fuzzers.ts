/** One fuzzer for each parser that reads what strangers wrote. All follow from a seed, so a failure can be repeated. */
import { LIMITS } from '../../schemas/limits.js';
import { isClaims } from '../../src/client/claims.js';
import { canonicalHtml } from '../../src/client/html.js';
import { canonicalText, createVerifier } from '../../src/client/index.js';
import { TextRejected } from '../../src/client/rejection.js';
import { readStatusList } from '../../src/client/status-list.js';
import { CheckFailed, parseToken, readClaims, readJson } from '../../src/client/token.js';
import { importTrust } from '../../src/client/trust.js';
import { wordForm } from '../../src/client/words.js';
import { claimsFor, headerOf, jws, listUri, NOW_S, statusList, TEXT, TRUST } from './forge.js';

export interface Fuzzer {
  name: string;
  /** One input. Throws when the parser crashes or accepts what it must not. */
  once(): unknown;
}

type Draw = (below: number) => number;

/** mulberry32. */
function drawing(seed: number): Draw {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const PIECES = [
  ...'{}[]",:.\\<>/=&#@ \n\t\r\0-_+~*\'`',
  ...[
    'true',
    'null',
    '1e999',
    '-1',
    '"hal":3',
    '__proto__',
    '\\u0061',
    'ES256',
    'none',
    'https://',
    'a href="x"',
    '<b>',
    '</p>',
    '<script>',
    '&amp;',
  ],
  ...[
    '\u200b',
    '\u202e',
    '\u200d',
    '\ufe0f',
    '\ud800',
    '\udc00',
    '\u0300',
    '\u{e0041}',
    '\u{1f468}',
    '\u00e9',
    'e\u0301',
    '\u2028',
    '\ufeff',
  ],
];

/** Changes a text at one to five places. */
function mutate(text: string, draw: Draw): string {
  let changed = text;
  for (let turn = 0; turn <= draw(5); turn++) {
    const at = draw(changed.length + 1);
    const gone = [0, 0, 1, 2, draw(40)][draw(5)]!;
    const piece = draw(3) === 0 ? String.fromCharCode(draw(65_536)) : PIECES[draw(PIECES.length)]!;
    const put = [
      piece,
      '',
      changed.slice(draw(changed.length + 1)).slice(0, draw(30)),
      piece.repeat(draw(20)),
    ][draw(4)]!;
    changed = changed.slice(0, at) + put + changed.slice(at + gone);
  }
  return changed;
}

const expectCode = (error: unknown, kind: typeof CheckFailed | typeof TextRejected): void => {
  if (!(error instanceof kind)) throw error;
};

export async function fuzzers(seed: number): Promise<Fuzzer[]> {
  const draw = drawing(seed);
  const claims = await claimsFor('fuzz');
  const token = jws({ header: headerOf(), payload: claims });
  const header = JSON.stringify(headerOf());
  const payload = JSON.stringify(claims);
  const uri = listUri('1');
  const list = statusList(uri);
  const [issuer] = await importTrust(TRUST);
  const verifier = createVerifier({
    trust: TRUST,
    cache: { get: async () => list, set: async () => undefined },
    clock: () => NOW_S * 1000,
  });
  const found = { text: TEXT, platform: 'forum', author: 'ann' };
  const html = `<p>${TEXT} <a href="https://example.org/">example.org</a><br>&copy; <span class="invisible">x</span></p>`;
  const encoded = (text: string) => Buffer.from(text).toString('base64url');
  return [
    {
      name: 'token',
      async once() {
        const changed = mutate(token, draw);
        if (changed !== token && (await verifier.verify(changed, found)).valid)
          throw new Error(`accepted ${changed}`);
      },
    },
    {
      name: 'header',
      once() {
        const changed = mutate(header, draw);
        try {
          const { header: read } = parseToken(`${encoded(changed)}.e30.AA`);
          if (Object.keys(read).length !== 3 || read.alg !== 'ES256') throw new Error(`accepted ${changed}`);
        } catch (error) {
          expectCode(error, CheckFailed);
        }
      },
    },
    {
      name: 'claims',
      once() {
        const bytes = Buffer.from(mutate(payload, draw));
        try {
          const read = readClaims(bytes);
          if (!isClaims(JSON.parse(JSON.stringify(read))))
            throw new Error('claims that change when written again');
        } catch (error) {
          expectCode(error, CheckFailed);
        }
      },
    },
    {
      name: 'json',
      once() {
        const bytes = Buffer.from(mutate(payload, draw));
        const text = bytes.toString();
        const read = readJson(bytes);
        if (read !== null && JSON.stringify(JSON.parse(text)) !== JSON.stringify(read))
          throw new Error('read otherwise');
      },
    },
    {
      name: 'text',
      once() {
        try {
          const { canonical, n } = canonicalText(mutate(TEXT, draw));
          const again = canonicalText(canonical);
          if (again.canonical !== canonical || again.n !== n)
            throw new Error(`not its own canonical form: ${JSON.stringify(canonical)}`);
          wordForm(canonical);
        } catch (error) {
          expectCode(error, TextRejected);
        }
      },
    },
    {
      name: 'html',
      once() {
        try {
          const { n } = canonicalHtml(mutate(html, draw));
          if (n > LIMITS.textCodePoints) throw new Error('longer than the limit');
        } catch (error) {
          expectCode(error, TextRejected);
        }
      },
    },
    {
      name: 'status list',
      async once() {
        const changed = mutate(list, draw);
        if (changed !== list && (await readStatusList(changed, uri, issuer!, NOW_S)) !== null)
          throw new Error(`accepted ${changed}`);
      },
    },
  ];
}
