/**
 * What the parts of a running service share, built once in `src/main.ts` and passed on; nothing is a global.
 * A part that needs less takes less (`Pick<Context, 'store' | 'clock'>`).
 */
import type { Logger } from 'pino';
import type { COLLECTIONS } from '../schemas/store/collections.js';
import type * as documents from '../schemas/store/documents.js';
import type { BlobStore, Collection, Store } from '../schemas/store/port.js';
import type { Log } from '../streams/log/port.js';
import type { Breaker } from './store/breaker.js';

/** The typed collections, one property per entry of COLLECTIONS. */
export interface Collections {
  items: Collection<documents.ItemDoc>;
  itemVersions: Collection<documents.ItemVersionDoc>;
  verdicts: Collection<documents.VerdictDoc>;
  counters: Collection<documents.CounterDoc>;
  deadLetters: Collection<documents.DeadLetterDoc>;
  apiKeys: Collection<documents.ApiKeyDoc>;
  sessions: Collection<documents.SessionDoc>;
  idempotency: Collection<documents.IdempotencyDoc>;
  reviewEvents: Collection<documents.ReviewEventDoc>;
  signingKeys: Collection<documents.SigningKeyDoc>;
  subjects: Collection<documents.SubjectDoc>;
  credentials: Collection<documents.CredentialDoc>;
  persons: Collection<documents.PersonDoc>;
  challenges: Collection<documents.ChallengeDoc>;
  usedProofs: Collection<documents.UsedProofDoc>;
  attestations: Collection<documents.AttestationDoc>;
  statusLists: Collection<documents.StatusListDoc>;
  quotas: Collection<documents.QuotaDoc>;
  statusIndices: Collection<documents.StatusIndexDoc>;
  platforms: Collection<documents.PlatformDoc>;
  webhooks: Collection<documents.WebhookDoc>;
  webhookDeliveries: Collection<documents.WebhookDeliveryDoc>;
  platformClaims: Collection<documents.PlatformClaimDoc>;
  meta: Collection<documents.MetaDoc>;
}

/** Every declared collection has a type, and no other. */
type Declared = { [Name in keyof typeof COLLECTIONS]: unknown };
export type CollectionsAreComplete =
  Declared extends Record<keyof Collections, unknown>
    ? Collections extends Record<keyof Declared, unknown>
      ? true
      : never
    : never;

/** Milliseconds since the epoch; injected so that tests can move it. */
export type Clock = () => number;

export interface Context {
  clock: Clock;
  logger: Logger;
  log: Log;
  store: Store;
  /** Before a store that other machines serve; null before an embedded one. */
  breaker: Breaker | null;
  collections: Collections;
  blobs: BlobStore;
}
