import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LIMITS } from '../../../../schemas/limits.js';
import { disclosedClaims } from '../../../../src/attest/evidence/disclose.js';
import { EvidenceRefused } from '../../../../src/attest/evidence/refusal.js';
import { type Jws, splitSdJwt } from '../../../../src/attest/evidence/sd-jwt.js';
import { digest, HOLDER, jws, oddDisclosure, presentation } from '../../../evidence/credentials.js';

/** A claim, and which parts of it the issuer lets the holder keep back, and the holder does. */
interface Part {
  value: string | Part[] | { [name: string]: Part };
  /** plain: always there; shown or hidden: the holder's choice. */
  how: 'plain' | 'shown' | 'hidden';
}

const NAMES = ['a', 'b', 'c', '__proto__', 'constructor', 'ü'];
const part: fc.Arbitrary<Part> = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.record({
    how: fc.constantFrom('plain', 'shown', 'hidden'),
    value: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.string({ maxLength: 5 }),
      fc.array(tie('part'), { maxLength: 3 }),
      fc
        .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('part')), {
          maxLength: 3,
          selector: ([name]) => name,
        })
        .map((members) => Object.fromEntries(members)),
    ),
  }) as fc.Arbitrary<Part>,
})).part;

let salt = 0;

/** What the issuer writes, what the holder sends, and what the verifier has to read. */
function issue(value: Part['value'], sent: string[], isShown = true): { written: unknown; read: unknown } {
  const conceal = (how: Part['how'], members: unknown[]): string => {
    const encoded = oddDisclosure([`salt-${salt++}`, ...members]);
    if (how === 'shown' && isShown) sent.push(encoded);
    return digest(encoded);
  };
  const below = ({ value: inner, how }: Part) => issue(inner, sent, isShown && how !== 'hidden');
  if (typeof value === 'string') return { written: value, read: value };
  if (Array.isArray(value)) {
    const parts = value.map((each) => ({ each, ...below(each) }));
    return {
      written: parts.map(({ each, written }) =>
        each.how === 'plain' ? written : { '...': conceal(each.how, [written]) },
      ),
      read: parts.filter(({ each }) => each.how !== 'hidden').map(({ read }) => read),
    };
  }
  const parts = Object.entries(value).map(([name, each]) => ({ name, each, ...below(each) }));
  const digests = parts
    .filter(({ each }) => each.how !== 'plain')
    .map(({ name, each, written }) => conceal(each.how, [name, written]));
  const members = (kept: typeof parts, which: 'written' | 'read') =>
    Object.fromEntries(kept.map((each) => [each.name, each[which]]));
  return {
    written: {
      ...members(
        parts.filter(({ each }) => each.how === 'plain'),
        'written',
      ),
      ...(digests.length > 0 ? { _sd: digests } : {}),
    },
    read: members(
      parts.filter(({ each }) => each.how !== 'hidden'),
      'read',
    ),
  };
}

const issued = (payload: object): Jws => ({
  compact: '',
  header: {},
  payload: payload as Record<string, unknown>,
});
const disclosuresOf = (encoded: readonly string[]) =>
  splitSdJwt(`${[jws({}, {}, HOLDER), ...encoded].join('~')}~`).disclosures;

describe('what a holder discloses', () => {
  test('is read as it was issued, without what stays hidden, whatever the claims', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), part), {
          selector: ([name]) => name,
          maxLength: 4,
        }),
        (members) => {
          const sent: string[] = [];
          const { written, read } = issue(Object.fromEntries(members), sent);
          const claims = disclosedClaims(
            issued(JSON.parse(JSON.stringify(written))),
            disclosuresOf(sent.reverse()),
          );
          expect(JSON.stringify(sorted(claims))).toBe(JSON.stringify(sorted(read)));
          expect(Object.getPrototypeOf(claims)).toBe(Object.prototype);
        },
      ),
    );
  });

  test('is refused with one disclosure more', () => {
    fc.assert(
      fc.property(part, (claim) => {
        const sent: string[] = [];
        const { written } = issue({ claim }, sent);
        const more = [...disclosuresOf(sent), ...disclosuresOf([oddDisclosure(['s', 'more', 1])])];
        expect(() => disclosedClaims(issued(written as object), more)).toThrow(EvidenceRefused);
      }),
    );
  });
});

describe('a presentation', () => {
  test('is taken apart, or refused by name, whatever the text', () => {
    const good = presentation();
    const texts = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc
        .tuple(fc.nat(good.length), fc.nat(good.length), fc.string({ maxLength: 3 }))
        .map(([a, b, text]) => good.slice(0, Math.min(a, b)) + text + good.slice(Math.max(a, b))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          splitSdJwt(text);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceRefused);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('has bounds in length and in disclosures', () => {
    const tooLarge = expect.objectContaining({ code: 'evidence.too_large' });
    expect(() => splitSdJwt('~'.repeat(LIMITS.credentialLength + 1))).toThrow(tooLarge as never);
    const parts = (count: number) =>
      `${[jws({}, {}, HOLDER), ...Array.from({ length: count }, (_each, n) => oddDisclosure(['s', n]))].join('~')}~`;
    expect(splitSdJwt(parts(LIMITS.disclosures)).disclosures).toHaveLength(LIMITS.disclosures);
    expect(() => splitSdJwt(parts(LIMITS.disclosures + 1))).toThrow(tooLarge as never);
  });
});

/** Members by name: a digest's place says nothing about the claim's. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, each]) => [name, sorted(each)]);
  return members.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
