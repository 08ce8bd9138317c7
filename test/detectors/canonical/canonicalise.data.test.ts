import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { canonicalise } from '../../../detectors/canonical/canonicalise.js';

const dir = process.env['ASSAY_DATA'];

(dir ? test : test.skip)(
  'at least 99% of the labelled texts are already canonical, and the others settle in one go',
  () => {
    let texts = 0;
    let changed = 0;
    let unsettled = 0;
    for (const file of readdirSync(dir!).filter((name) => name.endsWith('.jsonl.gz'))) {
      for (const line of gunzipSync(readFileSync(join(dir!, file)))
        .toString('utf8')
        .split('\n')) {
        if (line === '') continue;
        const { text, domain } = JSON.parse(line) as { text: string; domain: string };
        const kind = domain === 'email' ? ('email' as const) : ('post' as const);
        const once = canonicalise(text, { kind }).text;
        texts++;
        if (once === text) continue;
        changed++;
        if (canonicalise(once, { kind }).text !== once) unsettled++;
      }
    }
    expect(texts).toBeGreaterThan(100_000);
    expect(changed / texts).toBeLessThanOrEqual(0.01);
    expect(unsettled).toBe(0);
  },
  120_000,
);
