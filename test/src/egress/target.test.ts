import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../../schemas/limits.js';
import { exceptionKey, readTarget } from '../../../src/egress/target.js';

const NONE = new Set<string>();

describe('an address is refused before anything is looked up', () => {
  test.each([
    ['loopback', 'https://127.0.0.1/'],
    ['decimal', 'https://2130706433/'],
    ['hexadecimal', 'https://0x7f000001/'],
    ['hexadecimal parts', 'https://0x7f.0x0.0x0.0x1/'],
    ['octal', 'https://0177.0.0.1/'],
    ['octal as one number', 'https://017700000001/'],
    ['short', 'https://127.1/'],
    ['short with three parts', 'https://127.0.1/'],
    ['mixed', 'https://0x7f.1/'],
    ['zero', 'https://0/'],
    ['with a dot at the end', 'https://127.0.0.1./'],
    ['full-width digits', 'https://１２７.０.０.１/'],
    ['ideographic dots', 'https://127。0。0。1/'],
    ['circled digits', 'https://①②⑦.⓪.⓪.①/'],
    ['percent signs', 'https://%31%32%37.0.0.1/'],
    ['private in decimal', 'https://167772161/'],
    ['metadata in hexadecimal', 'https://0xA9FEA9FE/latest/meta-data/'],
    ['metadata in octal', 'https://0251.0376.0251.0376/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv6 loopback spelled out', 'https://[0:0:0:0:0:0:0:1]:8443/'],
    ['unspecified', 'https://[::]/'],
    ['mapped', 'https://[::ffff:127.0.0.1]/'],
    ['mapped in hexadecimal', 'https://[::FFFF:7F00:0001]/'],
    ['compatible', 'https://[::127.0.0.1]/'],
    ['NAT64', 'https://[64:ff9b::a9fe:a9fe]/'],
    ['6to4', 'https://[2002:7f00:1::]/'],
    ['Teredo', 'https://[2001:0:1::1]/'],
    ['unique local', 'https://[fd00:ec2::254]/'],
    ['zone', 'https://[fe80::1%25eth0]/'],
    ['localhost', 'https://localhost/'],
    ['localhost in capitals', 'https://LOCALHOST/'],
    ['localhost with a dot', 'https://localhost./'],
    ['under localhost', 'https://a.localhost/'],
    ['metadata by name', 'https://metadata.google.internal/'],
    ['mDNS', 'https://printer.local/'],
    ['home network', 'https://nas.home.arpa/'],
    ['one label', 'https://intranet/'],
    ['one label in full-width letters', 'https://ｌｏｃａｌｈｏｓｔ/'],
    ['empty label', 'https://example..com/'],
    ['two dots at the end', 'https://example.com../'],
    ['a name before the host', 'https://example.com@127.0.0.1/'],
    ['a name before a public host', 'https://user@example.com/'],
    ['a password', 'https://:secret@example.com/'],
    ['a backslash', 'https:\\\\127.0.0.1\\'],
    ['no slashes', 'https:127.0.0.1'],
    ['a line feed inside', 'https://127.0.\n0.1/'],
    ['http', 'http://example.com/'],
    ['http on the port of https', 'http://example.com:443/'],
    ['another scheme', 'ftp://example.com/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:text/plain,x'],
    ['port 0', 'https://example.com:0/'],
    ['no such port', 'https://example.com:65536/'],
    ['no host', 'https:///'],
    ['relative', '/hooks'],
    ['nothing', ''],
    ['a number too many', 'https://1.2.3.4.5/'],
    ['a number too large', 'https://4294967296/'],
  ])('%s: %s', (_spelling, address) => {
    expect(() => readTarget(address, NONE)).toThrow(expect.objectContaining({ code: 'egress.refused' }));
  });

  it('longer than the limit, and not at it', () => {
    const long = (length: number) => 'https://example.com/'.padEnd(length, 'x');
    expect(readTarget(long(LIMITS.egressUrlLength), NONE).host).toBe('example.com');
    expect(() => readTarget(long(LIMITS.egressUrlLength + 1), NONE)).toThrow('found a longer one');
  });

  it('with a message that does not repeat what it holds', () => {
    expect(() => readTarget('https://user:hunter2@example.com/', NONE)).toThrow(
      'expected an https address on the public internet, found one with a name or a password',
    );
  });
});

/** One part of an IPv4 address as some parsers read it. */
const spellings = (value: number): string[] => [
  String(value),
  `0x${value.toString(16)}`,
  `0X000${value.toString(16).toUpperCase()}`,
  `0${value.toString(8)}`,
  `000${value.toString(8)}`,
];

describe('an IPv4 address that is not public', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constantFrom(0, 10, 127, 224, 239, 255), octet, octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  );

  it('is refused in every spelling: any base, any number of parts, a dot at the end', () => {
    const shapes = fc.record({
      parts: inside,
      count: fc.integer({ min: 1, max: 4 }),
      bases: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
      end: fc.constantFrom('', '.'),
    });
    fc.assert(
      fc.property(shapes, ({ parts, count, bases, end }) => {
        const head = parts.slice(0, count - 1);
        const rest = parts.slice(count - 1).reduce((sum, part) => sum * 256 + part, 0);
        const host = [...head, rest].map((part, at) => spellings(part)[bases[at]!]).join('.') + end;
        expect(() => readTarget(`https://${host}/`, NONE)).toThrow(
          expect.objectContaining({ code: 'egress.refused' }),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is refused inside of IPv6 in every form', () => {
    fc.assert(
      fc.property(
        inside,
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
        ([a, b, c, d], prefix) => {
          expect(() => readTarget(`https://[${prefix}${a}.${b}.${c}.${d}]:8443/`, NONE)).toThrow(
            expect.objectContaining({ code: 'egress.refused' }),
          );
        },
      ),
    );
  });
});

test.each([
  ['https://example.com/hooks?a=1#b', 'example.com', 443],
  ['https://example.com.:8443/', 'example.com', 8443],
  ['HTTPS://EXAMPLE.com', 'example.com', 443],
  ['https://bücher.example/', 'xn--bcher-kva.example', 443],
  ['https://134744072/', '8.8.8.8', 443],
  ['https://[2606:4700::1111]:444/', '2606:4700::1111', 444],
])('%s means %s on port %d', (address, host, port) => {
  expect(readTarget(address, NONE)).toMatchObject({ host, port, secure: true, excepted: false });
});

describe('the operator’s list', () => {
  const exceptions = new Set(
    ['localhost:8080', '127.0.0.1:9000', '[::1]:9000', 'Inside:443'].map(exceptionKey),
  );

  it('admits its places in every spelling, over http as well', () => {
    for (const address of [
      'http://localhost:8080/x',
      'http://127.0.0.1:9000/',
      'http://2130706433:9000/',
      'http://[0:0::1]:9000/',
      'https://inside/',
    ])
      expect(readTarget(address, exceptions)).toMatchObject({ excepted: true });
  });

  it('admits no other port, no other name for the place, and no name and password', () => {
    for (const address of [
      'http://localhost:8081/',
      'http://127.0.0.1:8080/',
      'http://localhost/',
      'http://inside/',
      'http://a@localhost:8080/',
      'ftp://localhost:8080/',
    ])
      expect(() => readTarget(address, exceptions)).toThrow(
        expect.objectContaining({ code: 'egress.refused' }),
      );
  });

  it('is written as host:port', () => {
    for (const place of ['localhost', 'a/b:80', 'http://a:80', 'u@a:80', 'a:80/', ':80', 'a:', 'a:99999'])
      expect(() => exceptionKey(place)).toThrow('expected host:port');
    expect(exceptionKey('A:80')).toBe('a:80');
  });
});
