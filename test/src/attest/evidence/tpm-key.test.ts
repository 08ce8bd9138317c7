/** What a TPM's public area has to say of a key before it counts as one that lies in the TPM. */
import { describe, expect, test } from '@jest/globals';
import { provesTpmKey } from '../../../../src/attest/evidence/tpm-key.js';
import { ATTRIBUTE, HONEST_ATTRIBUTES } from '../../../evidence/tpm.js';

const areaOf = (attributes: number, type = 0x0023) => {
  const area = Buffer.alloc(32);
  area.writeUInt16BE(type, 0);
  area.writeUInt16BE(0x000b, 2);
  area.writeUInt32BE(attributes, 4);
  return area;
};

describe('a public area', () => {
  test.each([
    ['ECC', 0x0023],
    ['RSA', 0x0001],
  ])('of an %s key that was made in the TPM and stays there proves it', (_name, type) => {
    expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES, type))).toBe(true);
  });

  test.each(['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'sign'] as const)(
    'without %s does not',
    (name) => {
      expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES & ~ATTRIBUTE[name]))).toBe(false);
    },
  );

  test('that is restricted does not; one that decrypts, too, does', () => {
    expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES | ATTRIBUTE.restricted))).toBe(false);
    expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES | ATTRIBUTE.decrypt))).toBe(true);
  });

  test('is read wherever its bytes lie', () => {
    const within = Buffer.concat([Buffer.alloc(5, 0xff), areaOf(HONEST_ATTRIBUTES)]).subarray(5);
    expect(provesTpmKey(within)).toBe(true);
  });

  test('of another kind of object, cut short, or none at all does not', () => {
    expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES, 0x0008))).toBe(false);
    expect(provesTpmKey(areaOf(HONEST_ATTRIBUTES).subarray(0, 8))).toBe(false);
    expect(provesTpmKey(new Uint8Array())).toBe(false);
    expect(provesTpmKey(undefined)).toBe(false);
    expect(provesTpmKey('area')).toBe(false);
  });
});
