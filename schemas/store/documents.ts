/**
 * The documents in the store. Those that cross the API are made from the shapes in `schemas/`; here stand the fields
 * that only the store knows: outbox entries, claims, hashes of secrets, pre-computed keys for indexes.
 */
import type { BlobRef } from '../email.js';
import type { Evidence } from '../evidence.js';
import type { ItemKind } from '../ids.js';
import type { Facet } from '../post.js';
import type { ReviewDecision, ReviewEventName, ReviewState } from '../review.js';
import type { Band, Verdict } from '../verdict.js';
import type { DeliveryFailure, DeliveryState, WebhookState } from '../webhook.js';
import type { Doc } from './port.js';

/** The current state of one post or mail, and the text it was received with. `_id` is the item id. */
export interface ItemDoc extends Doc {
  tenant: string;
  kind: ItemKind;
  platform: string;
  externalId: string;
  conversationId: string;
  inReplyTo: string | null;
  authorId: string;
  handle: string | null;
  version: number;
  contentHash: string;
  format: 'text' | 'html' | 'raw';
  /** Received text (posts) or judged text with subject (mail); null after a deletion. */
  text: string | null;
  /** HTML as received, when the post came as HTML. */
  html: string | null;
  subject: string | null;
  raw: BlobRef | null;
  attestation: string | null;
  /** Entities of the text as the platform gave them: a link's target is part of what was attested. */
  facets: Facet[];
  /** Language as the platform gave it; a text that is judged again is judged with it. */
  lang: string | null;
  /** hal of the attestation as verified at ingest: -1 none or invalid, else 0…3. A fact of its own, beside the score. */
  hal: number;
  publishedMs: number;
  receivedMs: number;
  /** Folded words for search, at most LIMITS.searchWords. */
  words: string[];
  /** The current verdict, copied for queries. */
  verdictId: string;
  revision: number;
  band: Band;
  probability: number;
  llr: number;
  symbols: string[];
  /** Copied from the review events, for queries. */
  reviewState: ReviewState;
  /** Version of the last decision: a newer one that is called `machine` is open again. */
  reviewedVersion?: number;
  deleted: boolean;
  /** Texts of this version and older were deleted and are never kept again; -1 where nothing was. */
  deletedVersion: number;
}

/** A version of an item that is not the current one: edits and late older versions, kept as history; texts are null after a deletion. `_id` = item id ‖ version ‖ content hash. */
export interface ItemVersionDoc extends Doc {
  itemId: string;
  tenant: string;
  version: number;
  contentHash: string;
  text: string | null;
  html: string | null;
  subject: string | null;
  publishedMs: number;
  receivedMs: number;
}

/** What a recorded verdict still owes the world; a sender clears each entry after delivery. */
export interface OutboxEntry {
  /** `verdict` → verdicts topic, `evidence` → evidence topic, `webhook` → deliveries to the tenant's webhooks, `count` → counters. */
  to: 'verdict' | 'evidence' | 'webhook' | 'count';
  /** Unique within the document, so that clearing removes exactly one. */
  key: string;
  /** For `count`: the band that gains one and the band that loses one. */
  plus?: Band | null;
  minus?: Band | null;
}

/** Which verdict of an item is current: the one with the highest (version, revision). */
export interface Head {
  verdictId: string;
  version: number;
  revision: number;
  /** Null when the item is deleted. */
  band: Band | null;
  /** Texts of this version and older were deleted and are never kept again; -1 where nothing was. */
  deletedVersion: number;
}

/** One verdict: the commit point of the pipeline, with its own outbox. `_id` is the verdict id. */
export interface VerdictDoc extends Doc {
  tenant: string;
  itemId: string;
  version: number;
  revision: number;
  verdict: Verdict;
  evidence: Evidence | null;
  /** The item's current verdict once this one is recorded: itself, or the newer one it came too late to replace. */
  head: Head;
  pending: OutboxEntry[];
  /** Shard of the outbox while something is pending, else null: the index of work to do is sparse. */
  shard: number | null;
  /** Judged by the first stage alone while too much waited: to be judged again. Absent once that is done, and on all others. */
  degraded?: 'due';
  decidedMs: number;
}

/** What counts gain or lose together: current items of one tenant, kind, platform and band. */
export interface CounterSum {
  id: string;
  tenant: string;
  kind: ItemKind;
  platform: string;
  band: Band;
  n: number;
}

/** The batch of counts a shard's owner is applying, written down before it is applied. Lies in `meta` as `outbox:<shard>`. */
export interface CountBatch {
  batch: number;
  verdictIds: string[];
  sums: CounterSum[];
}

/** A counter: number of current items per tenant, kind, platform and band. `_id` names them. */
export interface CounterDoc extends Doc {
  tenant: string;
  kind: ItemKind;
  platform: string;
  band: Band;
  n: number;
  /** Guard against applying a batch twice, per shard. */
  lastBatch: Record<string, number>;
}

/** Something that could not be handled: original bytes and headers, kept until replayed or expired. */
export interface DeadLetterDoc extends Doc {
  tenant: string;
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  value: string;
  headers: Record<string, string>;
  code: string;
  detail: string;
  /** The same for failures at the same place of the code; absent on letters of earlier versions. */
  stackHash?: string;
  tries: number;
  failedMs: number;
  replayedMs: number | null;
  state: 'open' | 'replayed';
}

export const SCOPES = ['ingest', 'read', 'attest', 'moderate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** An API key: only its hash is stored. `_id` is the prefix shown to people. */
export interface ApiKeyDoc extends Doc {
  tenant: string;
  name: string;
  hash: string;
  scopes: Scope[];
  createdMs: number;
  expiresMs: number | null;
  revokedMs: number | null;
  lastUsedMs: number | null;
  ratePerMinute: number;
}

/** A console session, or the one-time link that becomes one. `_id` is the hash of the secret. */
export interface SessionDoc extends Doc {
  tenant: string;
  kind: 'link' | 'session';
  user: string;
  scopes: Scope[];
  csrf: string;
  createdMs: number;
  expiresMs: number;
}

/** Answer remembered for an Idempotency-Key. `_id` = hash(tenant, key id, Idempotency-Key). */
export interface IdempotencyDoc extends Doc {
  tenant: string;
  bodyHash: string;
  state: 'running' | 'done';
  status: number | null;
  body: string | null;
  createdMs: number;
}

/** One review event; append-only. `_id` = item id ‖ sequence number, so that two writers cannot both be the next. */
export interface ReviewEventDoc extends Doc {
  tenant: string;
  itemId: string;
  seq: number;
  event: ReviewEventName;
  actor: string;
  atMs: number;
  /** Version and verdict of the item that were looked at. */
  version: number;
  verdictId: string;
  /** For `decided`: what was decided; else null. */
  decision: ReviewDecision | null;
  note: string | null;
}

/** A signing key. What it does follows from its times (`src/attest/key-schedule.ts`). `_id` is the RFC 7638 thumbprint. */
export interface SigningKeyDoc extends Doc {
  use: 'token' | 'status';
  publicJwk: Record<string, unknown>;
  /** Who holds the private part: `sealed` (the reference is the key itself, encrypted), or an outside holder by name. */
  holder: string;
  /** How the holder finds the private part; empty once it is destroyed. */
  reference: string;
  createdMs: number;
  /** When it begins to sign, 0 for the first of a set; it is published from its creation on. */
  signsFromMs: number;
  /** `active` signs when its time comes; `retired` only verifies; `compromised` is not published any more; a `candidate` was not taken yet and is none of the set. */
  state: 'candidate' | 'active' | 'retired' | 'compromised';
  /** When it was retired by hand or given up as compromised. */
  retiredMs: number | null;
}

/** An author: a person's or an organisation's record at this issuer. `_id` is random. */
export interface SubjectDoc extends Doc {
  tenant: string;
  /** Pairwise subject key, sealed; destroyed on erasure. */
  sealedKey: string | null;
  aud: string;
  /** Account binding as in the token (`acc`), base64url of 16 bytes. */
  acc: string;
  /** What the platform said last; what it counts for now is `src/attest/vouch.ts`'s to say. */
  unq: number;
  /** When the platform said so, and the thumbprint of the key it said so with. */
  vouchedMs?: number | null;
  vouchedBy?: string | null;
  /** Until when a presented credential proves one person, and its issuer. */
  personUntilMs?: number | null;
  personBy?: string | null;
  createdMs: number;
}

/**
 * That one person is one author: `_id` is an HMAC over issuer, its name for the person, and the platform, under a key of
 * this service. Nothing else of a credential is kept.
 */
export interface PersonDoc extends Doc {
  tenant: string;
  subject: string;
  createdMs: number;
}

/** A registered public key of an author (WebAuthn). `_id` = hash of the credential id. */
export interface CredentialDoc extends Doc {
  tenant: string;
  subject: string;
  credentialId: string;
  publicKey: string;
  counter: number;
  /** The challenge whose assertion moved the counter last: the same assertion may be handled twice at once. */
  lastChallenge: string | null;
  /** The attested model of authenticator (`prs` 2); null, or absent in older documents: a key that is merely registered. */
  aaguid?: string | null;
  createdMs: number;
}

/** A challenge to enrol or to sign; consumed by deletion, exactly once. `_id` is the nonce's hash. */
export interface ChallengeDoc extends Doc {
  tenant: string;
  purpose: 'enrol' | 'sign' | 'present';
  challenge: string;
  subject: string | null;
  aud: string;
  acc: string;
  can: string | null;
  h: string | null;
  w: string | null;
  n: number | null;
  /** Private mail: h and w are HMACs under this salt. */
  salt: string | null;
  /** To enrol: what the platform said, and the thumbprint of the key it said so with. */
  unq?: number;
  vouchedBy?: string | null;
  /** The token that this one is to supersede: the text was edited. */
  prev?: string | null;
  /** The author wants a public text to be found by its hash. */
  listed?: boolean;
  createdMs: number;
  expiresMs: number;
}

/** How much was issued in one window of time. `_id` = hash of whose it is and the window. */
export interface QuotaDoc extends Doc {
  count: number;
  expiresMs: number;
}

/** A platform proof that was used (single use). `_id` = hash of its nonce. */
export interface UsedProofDoc extends Doc {
  tenant: string;
  expiresMs: number;
}

/** An issued attestation; hashes only, never a text. `_id` is the jti. */
export interface AttestationDoc extends Doc {
  tenant: string;
  subject: string;
  aud: string;
  acc: string;
  h: string;
  w: string | null;
  kid: string;
  list: number;
  idx: number;
  status: 'valid' | 'revoked' | 'suspended' | 'superseded';
  /** Rises with every change of status; a late writer of the list entry is told apart by it. */
  statusSeq: number;
  /** Why the status changed, in the words of the tenant's moderator; only in the authenticated API. */
  statusReason: string | null;
  hal: number;
  /** The token that this one supersedes. */
  prev?: string | null;
  /** The token that supersedes this one, written down before that is issued, and when, in milliseconds since the epoch. */
  successor?: string | null;
  successorMs?: number;
  /** `h` in hexadecimal, where the author opted in to be found by it; else absent. */
  lookup?: string | null;
  issuedMs: number;
  expiresMs: number;
  /** Idempotent issuance: the same challenge gives the same token. */
  token: string;
}

/** One status list: its bits, and the indices still free are drawn at random. `_id` is the list number as a string. */
export interface StatusListDoc extends Doc {
  /** Thumbprint of the token key whose tokens this list speaks of. */
  kid: string;
  size: number;
  taken: number;
  createdMs: number;
  /** Rises with every change; the served list is rebuilt when it differs from the cached one. */
  revision: number;
  /** The key was compromised: every entry reads as revoked. */
  revoked?: boolean;
  /** When an entry last changed, ours or a decoy's; events are read along it. */
  changedMs?: number;
  /** `iat` of the newest list that any process has signed, seconds since the epoch, and the revision it was claimed for. */
  signedS?: number;
  signedRevision?: number;
}

/** A claimed index of a status list. `_id` = list ‖ index: the insert is the claim. */
export interface StatusIndexDoc extends Doc {
  list: number;
  idx: number;
  /** Token Status List value: 0 valid, 1 invalid, 2 suspended, 3 superseded (application specific). */
  value: number;
  /** `statusSeq` of the attestation when the value was written. */
  seq: number;
  decoy: boolean;
}

/** A platform whose account proofs the tenant accepts; a platform belongs to one tenant. `_id` = hash(tenant, aud). */
export interface PlatformDoc extends Doc {
  tenant: string;
  aud: string;
  name: string;
  /** How the tenant came by the name; absent where it was registered before that was asked. */
  provenBy?: 'operator' | 'domain';
  /** Public keys that sign account proofs, each with the time since when it has been registered without a break. */
  keys: { kty: 'EC'; crv: 'P-256'; x: string; y: string; kid: string; sinceMs: number }[];
  createdMs: number;
}

/** A secret that signs deliveries, sealed to its webhook. */
export interface WebhookSecret {
  sealed: string;
  /** When it stops signing; null for the current one. */
  expiresMs: number | null;
}

/** Where a tenant is told of its verdicts. `_id` is random. */
export interface WebhookDoc extends Doc {
  tenant: string;
  url: string;
  name: string;
  state: WebhookState;
  /** The current one first; after a rotation the one before it, for a while. */
  secrets: WebhookSecret[];
  /** Rises with every rotation: of two at once, one wins. */
  rotation: number;
  createdMs: number;
}

/** One verdict on its way to one webhook; no text, and nothing of the verdict but its ids. `_id` = hash(webhook, verdict). */
export interface WebhookDeliveryDoc extends Doc {
  tenant: string;
  webhook: string;
  verdictId: string;
  itemId: string;
  state: DeliveryState;
  /** The webhook while it is pending, else null: the index of work to do is sparse. */
  queue: string | null;
  /** When it is to be tried next; while it is being tried, when its claim ends. */
  dueMs: number;
  /** Who is trying it. */
  claim: string | null;
  /** Tries since it was announced or replayed, the first of them, and the last with what came of it. */
  tries: number;
  firstTryMs: number | null;
  lastTryMs: number | null;
  lastStatus: number | null;
  lastFailure: DeliveryFailure | null;
  createdMs: number;
  settledMs: number | null;
  expiresMs: number;
}

/** A platform that a tenant wants and has not proven to control: it has no power. `_id` = hash(tenant, aud). */
export interface PlatformClaimDoc extends Doc {
  tenant: string;
  aud: string;
  name: string;
  keys: Omit<PlatformDoc['keys'][number], 'sinceMs'>[];
  /** What the domain has to publish. */
  token: string;
  createdMs: number;
  expiresMs: number;
}

/** Small facts: schema version, generated secrets' fingerprints, progress of the demo. */
export interface MetaDoc extends Doc {
  value: unknown;
}
