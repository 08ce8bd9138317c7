/** docs/webhooks.md: its example verifies what is sent and refuses what is not, and its figures are the limits. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../schemas/limits.js';
import { signedHeaders } from '../../src/webhooks/sign.js';

const page = readFileSync('docs/webhooks.md', 'utf8');

type Verify = (secret: string, headers: Record<string, string>, body: string) => unknown;

let verifyWebhook: Verify;
beforeAll(async () => {
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] as string;
  const file = join(tmpdir(), `assay-webhook-example-${process.pid}.mjs`);
  writeFileSync(file, code);
  ({ verifyWebhook } = (await import(pathToFileURL(file).href)) as { verifyWebhook: Verify });
  rmSync(file);
});

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;
const secretOf = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const body = '{"type":"verdict.recorded","data":{"plain":"grüße"}}';
const send = (timestampS: number, keys: readonly Buffer[] = KEYS) =>
  signedHeaders({ id: 'a', timestampS, body }, keys);
const nowS = (): number => Math.floor(Date.now() / 1_000);

describe('the example', () => {
  it('accepts what was signed with the secret, alone or beside another one', () => {
    for (const key of KEYS)
      expect(verifyWebhook(secretOf(key), send(nowS()), body)).toEqual(JSON.parse(body));
    expect(verifyWebhook(secretOf(KEYS[0]), send(nowS(), [KEYS[0]]), body)).not.toBeNull();
  });

  it('refuses another secret, another body, another id, another time, and what is old', () => {
    const headers = send(nowS());
    const secret = secretOf(KEYS[0]);
    expect(verifyWebhook(secretOf(Buffer.alloc(32, 3)), headers, body)).toBeNull();
    expect(verifyWebhook(secret, headers, `${body} `)).toBeNull();
    expect(verifyWebhook(secret, { ...headers, 'webhook-id': 'b' }, body)).toBeNull();
    expect(verifyWebhook(secret, { ...headers, 'webhook-timestamp': String(nowS() - 1) }, body)).toBeNull();
    expect(verifyWebhook(secret, send(nowS() - 301), body)).toBeNull();
    expect(verifyWebhook(secret, { ...headers, 'webhook-timestamp': 'soon' }, body)).toBeNull();
    expect(verifyWebhook(secret, { ...headers, 'webhook-signature': 'v2,AAAA v1 , ' }, body)).toBeNull();
    expect(verifyWebhook(secret, {}, body)).toBeNull();
  });
});

it('the figures are those of the limits', () => {
  const DAY = 24 * 3_600_000;
  const said: [string, number, number][] = [
    ['at\nmost 16 webhooks', LIMITS.webhooks, 16],
    ['2xx within 5 seconds', LIMITS.egressMs, 5_000],
    ['more than 64 KiB', LIMITS.egressReplyBytes, 64 * 1024],
    ['After a\nday', LIMITS.webhookRetryMs, DAY],
    ['for a day every delivery carries signatures of both', LIMITS.webhookOldSecretMs, DAY],
    ['1,000 at a time', LIMITS.webhookReplay, 1_000],
    ['three days once delivered', LIMITS.webhookDeliveredMs, 3 * DAY],
    ['for 30 days from', LIMITS.webhookKeptMs, 30 * DAY],
    ['at most 8 deliveries', LIMITS.webhookInFlight, 8],
    ['32 of one tenant', LIMITS.webhookTenantInFlight, 32],
    ['256 in all', LIMITS.webhookTotalInFlight, 256],
    ['A claim lasts 30 seconds', LIMITS.webhookClaimMs, 30_000],
  ];
  for (const [sentence, limit, value] of said) {
    expect(page).toContain(sentence);
    expect(limit).toBe(value);
  }
});
