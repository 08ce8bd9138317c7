import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AssayError } from '../../../../schemas/errors.js';
import {
  type MetadataSource,
  metadataSource,
  noMetadata,
} from '../../../../src/attest/evidence/metadata-source.js';
import { pem } from '../../../evidence/certificate.js';
import { METADATA_ROOT, metadataBlob } from '../../../evidence/models.js';
import { openRig, type Rig } from '../rig.js';

const rootPem = pem(METADATA_ROOT.bytes);
const URL = 'https://metadata.example/blob';
let rig: Rig;
let folder: string;
let errors: Error[];
let served: () => Buffer;
let asked: string[];

beforeEach(async () => {
  rig = await openRig();
  folder = mkdtempSync(join(tmpdir(), 'assay-metadata-'));
  errors = [];
  asked = [];
  served = () => Buffer.from(metadataBlob());
});
afterEach(async () => {
  await rig.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (source = URL, withWay = true): MetadataSource =>
  metadataSource(
    { meta: rig.opened.collections.meta, clock: () => rig.now },
    {
      source,
      rootPem,
      ...(withWay
        ? {
            download: async (url: string) => {
              asked.push(url);
              return served();
            },
          }
        : {}),
    },
    (error) => errors.push(error),
  );
const blob = (no: number) => Buffer.from(metadataBlob({ payload: { no } }));
const DAY_MS = 86_400_000;

describe('metadata', () => {
  test('are fetched once, kept, and asked for again after a day by whoever needs them next', async () => {
    const source = open();
    expect(source.current()).toBeNull();
    await source.refresh();
    expect(source.current()?.no).toBe(7);
    rig.now += DAY_MS - 1;
    source.current();
    expect(asked).toHaveLength(1);
    served = () => blob(8);
    rig.now += 1;
    expect(source.current()?.no).toBe(7);
    await source.refresh();
    expect(source.current()?.no).toBe(8);
    expect(asked).toEqual([URL, URL]);
  });

  test('stay as they are while the source is away, and it is asked again a quarter of an hour later', async () => {
    const source = open();
    await source.refresh();
    served = () => {
      throw new AssayError('egress.unreachable');
    };
    rig.now += DAY_MS;
    expect(source.current()?.no).toBe(7);
    await expect(source.refresh()).rejects.toMatchObject({ code: 'egress.unreachable' });
    expect(errors).toHaveLength(1);
    source.current();
    expect(asked).toHaveLength(2);
    rig.now += 15 * 60_000;
    expect(source.current()?.no).toBe(7);
    expect(asked).toHaveLength(3);
  });

  test('that are older than those seen are refused, after a restart too', async () => {
    served = () => blob(8);
    await open().refresh();
    served = () => blob(7);
    const again = open();
    await expect(again.refresh()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('no 7 is older than 8'),
    });
    expect(again.current()).toBeNull();
    served = () => blob(8);
    await again.refresh();
    expect(again.current()?.no).toBe(8);
  });

  test('are read from a file as well, and need a way out for an address', async () => {
    const file = join(folder, 'blob.jwt');
    writeFileSync(file, blob(9));
    const source = open(file, false);
    await source.refresh();
    expect(source.current()?.no).toBe(9);
    await expect(open(join(folder, 'missing')).refresh()).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(open(URL, false).refresh()).rejects.toMatchObject({ code: 'config.invalid' });
  });

  test('that are not configured are none', async () => {
    await noMetadata.refresh();
    expect(noMetadata.current()).toBeNull();
  });
});

describe('an issuer', () => {
  const options = (source: string, download?: () => Promise<Buffer>) => ({
    metadata: { source, rootPem, ...(download ? { download } : {}) },
  });

  test('does not start with a blob that cannot be used', async () => {
    await expect(rig.reopen(options('/nonexistent'))).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(rig.reopen(options(URL, async () => Buffer.from('blob')))).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  test('starts while the address is out of reach, and says so', async () => {
    const told: unknown[] = [];
    const logger = { warn: (...words: unknown[]) => void told.push(words) } as never;
    const away = async () => {
      throw new AssayError('egress.timeout');
    };
    const issuer = await rig.reopen({ ...options(URL, away), logger });
    expect(issuer.metadata.current()).toBeNull();
    expect(told).toHaveLength(1);
  });
});
