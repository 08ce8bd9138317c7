/** An issuer over an embedded store in a folder of its own, with a clock that tests move. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Issuer, type IssuerOptions, openIssuer } from '../../../src/attest/issuer.js';
import { registerPlatform } from '../../../src/attest/platform-claim.js';
import { type DemoAuthor, enrolDemoAuthor } from '../../../src/demo/author.js';
import { createPlatformKey, type PlatformKey } from '../../../src/demo/platform-key.js';
import { type OpenedStore, openStore } from '../../../src/store/open.js';

export const ISS = 'https://assay.example';
export const ORIGIN = 'https://assay.example';
/** The longest name a platform may have. */
export const LONGEST = 'p'.repeat(64);

export interface Rig {
  issuer: Issuer;
  opened: OpenedStore;
  platformKey: PlatformKey;
  /** Milliseconds; assign to move the clock. */
  now: number;
  /** Opens another issuer over the same store, as a second process or a restart would. */
  reopen(options?: Partial<IssuerOptions>): Promise<Issuer>;
  author(accountId?: string, vouched?: boolean): Promise<DemoAuthor>;
  close(): Promise<void>;
}

export async function openRig(options: Partial<IssuerOptions> = {}): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-attest-'));
  const opened = await openStore({ mongoUrl: null, dataFolder: folder });
  const platformKey = createPlatformKey();
  const clock = () => rig.now;
  const reopen = (more: Partial<IssuerOptions> = {}) =>
    openIssuer(
      { collections: opened.collections, clock },
      {
        iss: ISS,
        secret: 'correct horse battery staple',
        rp: { id: 'assay.example', name: 'Assay', origins: [ORIGIN] },
        statusListSize: 1024,
        grants: ['forum', 'other', 'rolling', LONGEST].map((aud) => ({ tenant: 'acme', aud })),
        ...options,
        ...more,
      },
    );
  const rig: Rig = {
    now: Date.UTC(2030, 0, 15),
    opened,
    platformKey,
    reopen,
    issuer: undefined as unknown as Issuer,
    author: (accountId = 'ann-1', vouched = true) =>
      enrolDemoAuthor(rig.issuer, 'acme', platformKey, {
        platform: 'forum',
        accountId,
        createdAt: '2020-01-01T00:00:00Z',
        vouched,
      }),
    async close() {
      await opened.store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  rig.issuer = await reopen();
  await registerPlatform(rig.issuer, 'acme', { aud: 'forum', name: 'Forum', keys: [platformKey.publicJwk] });
  return rig;
}
