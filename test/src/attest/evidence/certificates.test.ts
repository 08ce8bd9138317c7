import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  chainTo,
  holdsAt,
  octets,
  readCertificate,
  readPem,
} from '../../../../src/attest/evidence/certificates.js';
import {
  DerError,
  elements,
  extensionOf,
  sequence as sequenceOf,
} from '../../../../src/attest/evidence/der.js';
import { der, integer, sequence } from '../../../evidence/bytes.js';
import {
  aaguidExtension,
  attestationCertificate,
  authority,
  OIDS,
  pem,
} from '../../../evidence/certificate.js';

const root = authority('a root');
const middle = authority('a middle', { issuer: root, from: '20200101', until: '20400101' });
const leaf = attestationCertificate('a leaf', middle);
const x509 = (bytes: Buffer) => new X509Certificate(bytes);

describe('a chain', () => {
  test('ends at the anchor, whether it is sent along or not', () => {
    const chain = [leaf.bytes, middle.bytes].map(x509);
    const anchors = [x509(authority('another root').bytes), x509(root.bytes)];
    expect(chainTo(chain, anchors)?.anchor.raw).toEqual(root.bytes);
    expect(chainTo([...chain, x509(root.bytes)], anchors)?.anchor.raw).toEqual(root.bytes);
  });

  test('may be a certificate that is trusted itself', () => {
    expect(chainTo([x509(leaf.bytes)], [x509(leaf.bytes)])).not.toBeNull();
  });

  test('holds while all of its certificates do', () => {
    const chain = chainTo([leaf.bytes, middle.bytes].map(x509), [x509(root.bytes)])!;
    const at = (day: string) => holdsAt(chain, Date.parse(day));
    expect([at('2019-12-31'), at('2020-01-02'), at('2039-12-31'), at('2040-01-02')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('is none without certificates, with too many, with a gap, in another order, or with another root of the same name', () => {
    const anchors = [x509(root.bytes)];
    expect(chainTo([], anchors)).toBeNull();
    expect(
      chainTo(
        Array.from({ length: 7 }, () => x509(root.bytes)),
        anchors,
      ),
    ).toBeNull();
    expect(chainTo([x509(leaf.bytes)], anchors)).toBeNull();
    expect(chainTo([middle.bytes, leaf.bytes].map(x509), anchors)).toBeNull();
    const namesake = { ...authority('a root of the same name'), name: root.name };
    const forged = attestationCertificate('forged', namesake);
    expect(chainTo([x509(forged.bytes)], anchors)).toBeNull();
  });
});

describe('a certificate', () => {
  test('is read from DER and PEM, and nothing else is one', () => {
    expect(readCertificate(leaf.bytes)).not.toBeNull();
    expect(readCertificate(Buffer.from('certificate'))).toBeNull();
    expect(readPem(`${pem(root.bytes)}\n${pem(middle.bytes)}`)).toHaveLength(2);
    expect(readPem('none')).toBeNull();
    expect(readPem(pem(Buffer.from('certificate')))).toBeNull();
  });

  test('has its extensions found by their OID', () => {
    const aaguid = '00112233-4455-6677-8899-aabbccddeeff';
    const { bytes } = attestationCertificate('named', root, { extensions: [aaguidExtension(aaguid)] });
    expect(Buffer.from(octets(extensionOf(bytes, OIDS.aaguid)!)!).toString('hex')).toBe(
      aaguid.replaceAll('-', ''),
    );
    expect(extensionOf(leaf.bytes, OIDS.aaguid)).toBeNull();
    expect(octets(integer(1))).toBeNull();
  });
});

describe('DER', () => {
  test('is read, or refused by name, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const read of [elements, sequenceOf, (each: Uint8Array) => extensionOf(each, OIDS.aaguid)]) {
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DerError);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('of a certificate with any one byte changed is read, or refused by name', () => {
    fc.assert(
      fc.property(fc.nat(leaf.bytes.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(leaf.bytes);
        bytes[at] = byte;
        try {
          extensionOf(bytes, OIDS.aaguid);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
    );
  });

  test('has tags above thirty and lengths of several bytes', () => {
    const [found] = elements(der([0xbf, 0x85, 0x3e], Buffer.alloc(300)));
    expect(found).toMatchObject({ tag: 702, kind: 0xa0 });
    expect(found!.content).toHaveLength(300);
    expect(() => elements(Buffer.from('3080', 'hex'))).toThrow(DerError);
    expect(() => elements(Buffer.from('bfffffff7f00', 'hex'))).toThrow(DerError);
    expect(() => sequenceOf(Buffer.concat([sequence(), sequence()]))).toThrow(DerError);
  });
});
