/**
 * Secrets of webhooks: `whsec_` and 32 random bytes (Standard Webhooks 1.0.0, symmetric signatures). Shown once, kept
 * sealed to their webhook. After a rotation the one before signs on for a day, so that receivers can change over.
 */
import { randomBytes } from 'node:crypto';
import { LIMITS } from '../../schemas/limits.js';
import type { WebhookDoc, WebhookSecret } from '../../schemas/store/documents.js';
import type { Seal } from '../attest/seal.js';

const PREFIX = 'whsec_';

export const newWebhookSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** The bytes that sign. */
const keyOf = (secret: string): Buffer => Buffer.from(secret.slice(PREFIX.length), 'base64');

/** A sealed secret that was moved to another webhook does not open. */
const placeOf = (webhook: string): string => `webhook:${webhook}`;

export const sealSecret = (seal: Seal, webhook: string, secret: string): WebhookSecret => ({
  sealed: seal.close(keyOf(secret), placeOf(webhook)),
  expiresMs: null,
});

/** The new one first, and the one that was current for as long as it may still sign; what was older is gone. */
export const rotated = (
  secrets: readonly WebhookSecret[],
  fresh: WebhookSecret,
  now: number,
): WebhookSecret[] => [
  fresh,
  ...secrets.slice(0, 1).map(({ sealed }) => ({ sealed, expiresMs: now + LIMITS.webhookOldSecretMs })),
];

/** Keys that sign now, the current one first. @throws {AssayError} `attest.key_locked` */
export const signingKeys = (
  { _id, secrets }: Pick<WebhookDoc, '_id' | 'secrets'>,
  seal: Seal,
  now: number,
): Buffer[] =>
  secrets
    .filter(({ expiresMs }) => expiresMs === null || expiresMs > now)
    .map(({ sealed }) => seal.open(sealed, placeOf(_id)));
