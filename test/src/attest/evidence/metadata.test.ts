import { rootCertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../../schemas/limits.js';
import { type Metadata, readMetadata, standingOf } from '../../../../src/attest/evidence/metadata.js';
import { inGoodStanding, readModels } from '../../../../src/attest/evidence/metadata-models.js';
import { keyNamed } from '../../../attacks/p256.js';
import { attestationCertificate, authority, pem } from '../../../evidence/certificate.js';
import {
  aaguidOf,
  type BlobOptions,
  CERTIFIED,
  METADATA_ROOT,
  metadataBlob,
} from '../../../evidence/models.js';

const ROOT = pem(METADATA_ROOT.bytes);
const read = (options: BlobOptions = {}, root = ROOT) => readMetadata(metadataBlob(options), root);
const unusable = (detail: string) => ({ code: 'config.invalid', message: expect.stringContaining(detail) });

describe('a metadata blob', () => {
  test('is read with its number, its day and its models, with white space around it', async () => {
    const metadata = await readMetadata(`\n${metadataBlob()}\r\n`, ROOT);
    expect(metadata.no).toBe(7);
    expect(new Date(metadata.nextUpdateMs).toISOString()).toBe('2030-02-01T23:59:59.999Z');
    expect(metadata.models.get(aaguidOf('good'))?.roots()).toHaveLength(1);
    expect(metadata.models.has(aaguidOf('u2f'))).toBe(false);
  });

  test('may be signed under a chain of several, and by any of several roots', async () => {
    const middle = authority('metadata middle', { issuer: METADATA_ROOT });
    const signer = attestationCertificate('metadata signer of the middle', middle);
    const roots = pem(authority('another root').bytes) + ROOT;
    await expect(read({ key: signer.key, x5c: [signer.bytes, middle.bytes] }, roots)).resolves.toMatchObject({
      no: 7,
    });
  });

  const thief = attestationCertificate('thief', authority('thief root'));
  test.each<[string, string, BlobOptions]>([
    ['of a root that is not configured', 'does not end', { key: thief.key, x5c: [thief.bytes] }],
    ['without certificates', 'no list of certificates', { x5c: [] }],
    ['whose certificates are none', 'no list of certificates', { x5c: [Buffer.from('no')] }],
    ['signed by another key', 'signature does not hold', { key: keyNamed('thief') }],
    ['of no algorithm', 'signature algorithm', { header: { alg: 'none' } }],
    ['under a shared secret', 'signature algorithm', { header: { alg: 'HS256' } }],
    ['of an algorithm that its key does not have', 'signature does not hold', { header: { alg: 'RS256' } }],
    ['of another type', 'typ JWT', { header: { typ: 'human-author+jwt' } }],
    ['with an extension', 'extension of JWS', { header: { crit: ['b64'], b64: false } }],
    ['without a number', 'serial number', { payload: { no: 'seven' } }],
    ['without entries', 'entries', { payload: { entries: {} } }],
    ['without a date', 'nextUpdate', { payload: { nextUpdate: 'tomorrow' } }],
    ['with an impossible date', 'nextUpdate', { payload: { nextUpdate: '2030-13-01' } }],
  ])('%s is refused', async (_what, detail, options) => {
    await expect(read(options)).rejects.toMatchObject(unusable(detail));
  });

  test('of any other form, with any byte changed, or larger than the limit is refused', async () => {
    await expect(readMetadata('blob', ROOT)).rejects.toMatchObject(unusable('compact JWS'));
    await expect(readMetadata('A'.repeat(LIMITS.metadataBytes + 1), ROOT)).rejects.toMatchObject(
      unusable('compact JWS'),
    );
    await expect(readMetadata(metadataBlob(), 'no certificate')).rejects.toMatchObject(unusable('PEM'));
    const [header, payload, signature] = metadataBlob().split('.');
    const other = Buffer.from(
      Buffer.from(payload!, 'base64url').toString().replace('"REVOKED"', '"UPDATED"'),
    ).toString('base64url');
    await expect(readMetadata([header, other, signature].join('.'), ROOT)).rejects.toMatchObject(
      unusable('signature'),
    );
  });

  test('under a public authority counts only when it is FIDO’s', async () => {
    const bought = Buffer.from(rootCertificates[0]!.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    await expect(read({ x5c: [bought] }, rootCertificates[0])).rejects.toMatchObject(
      unusable('mds.fidoalliance.org'),
    );
  });

  test('counts until the end of its day, and while its certificates do', async () => {
    const metadata = await read();
    const at = (time: string, change: Partial<Metadata> = {}) =>
      standingOf({ ...metadata, ...change }, Date.parse(time));
    expect(at('2030-02-01T23:59:59Z')).toBe('current');
    expect(at('2030-02-02T00:00:01Z')).toBe('expired');
    expect(at('2009-12-31T00:00:00Z')).toBe('future');
    expect(at('2030-01-20T00:00:00Z', { untilMs: Date.parse('2030-01-19') })).toBe('expired');
  });
});

describe('models', () => {
  const statement = {
    protocolFamily: 'fido2',
    attestationTypes: ['basic_full'],
    keyProtection: ['hardware'],
    attestationRootCertificates: ['AAAA'],
  };
  const entry = (change: object = {}, more: object = {}) => ({
    aaguid: aaguidOf('one'),
    statusReports: CERTIFIED,
    metadataStatement: { ...statement, ...change },
    ...more,
  });

  test('that are not described as expected are left out, and so are two of one name', () => {
    expect(readModels([entry()]).size).toBe(1);
    expect(readModels([entry({}, { aaguid: aaguidOf('one').toUpperCase() })]).has(aaguidOf('one'))).toBe(
      true,
    );
    const odd = [
      null,
      1,
      {},
      entry({ attestationTypes: 'basic_full' }),
      entry({ attestationRootCertificates: [1] }),
      entry({}, { aaguid: 'one' }),
      entry({}, { statusReports: null }),
    ];
    for (const each of odd) expect(readModels([each]).size).toBe(0);
    expect(readModels([entry(), entry()]).size).toBe(0);
  });

  test('whose roots cannot be read have none', () => {
    expect(readModels([entry()]).get(aaguidOf('one'))?.roots()).toEqual([]);
  });

  test('with a report that is none are not in good standing', () => {
    for (const report of [null, {}, { status: 1 }, { status: 'FIDO_CERTIFIED_L9' }]) {
      const [model] = readModels([entry({}, { statusReports: [...CERTIFIED, report] })]).values();
      expect(inGoodStanding(model!, Date.UTC(2030, 0, 1))).toBe(false);
    }
  });
});
