/**
 * Every collection with its indexes. A query that no index here serves is refused by the port, so this file is also
 * the list of questions the store can answer.
 */
import type { CollectionSpec } from './port.js';

const spec = (name: string, indexes: CollectionSpec['indexes'] = []): CollectionSpec => ({ name, indexes });

export const COLLECTIONS = {
  /** Lists of items run newest first along receivedMs; each filter that may stand alone leads an index of its own. */
  items: spec('items', [
    { name: 'by_received', keys: ['tenant', 'receivedMs'] },
    { name: 'by_band', keys: ['tenant', 'band', 'receivedMs'] },
    { name: 'by_kind', keys: ['tenant', 'kind', 'receivedMs'] },
    { name: 'by_platform', keys: ['tenant', 'platform', 'receivedMs'] },
    { name: 'by_conversation', keys: ['tenant', 'conversationId', 'receivedMs'] },
    { name: 'by_author', keys: ['tenant', 'authorId', 'receivedMs'] },
    { name: 'by_hal', keys: ['tenant', 'hal', 'receivedMs'] },
    { name: 'by_review', keys: ['tenant', 'reviewState', 'receivedMs'] },
    { name: 'by_probability', keys: ['tenant', 'probability'] },
    { name: 'by_symbol', keys: ['tenant', 'symbols', 'receivedMs'], multikey: 'symbols' },
    { name: 'by_word', keys: ['tenant', 'words', 'receivedMs'], multikey: 'words' },
    { name: 'by_parent', keys: ['tenant', 'platform', 'externalId'] },
  ]),
  itemVersions: spec('item_versions', [{ name: 'by_item', keys: ['itemId', 'version'] }]),
  verdicts: spec('verdicts', [
    { name: 'by_item_revision', keys: ['itemId', 'revision'], unique: true },
    { name: 'by_shard', keys: ['shard', 'decidedMs'], sparse: true },
    { name: 'by_decided', keys: ['tenant', 'decidedMs'] },
    { name: 'by_degraded', keys: ['degraded', 'decidedMs'], sparse: true },
  ]),
  counters: spec('counters', [{ name: 'by_tenant', keys: ['tenant'] }]),
  deadLetters: spec('dead_letters', [
    { name: 'by_state', keys: ['tenant', 'state', 'failedMs'] },
    { name: 'by_failed', keys: ['failedMs'] },
  ]),
  apiKeys: spec('api_keys', [{ name: 'by_tenant', keys: ['tenant', 'createdMs'] }]),
  sessions: spec('sessions', [{ name: 'by_expiry', keys: ['expiresMs'] }]),
  idempotency: spec('idempotency', [{ name: 'by_created', keys: ['createdMs'] }]),
  reviewEvents: spec('review_events', [{ name: 'by_item', keys: ['itemId', 'seq'], unique: true }]),
  signingKeys: spec('signing_keys', [{ name: 'by_use', keys: ['use', 'createdMs'] }]),
  subjects: spec('subjects', [{ name: 'by_account', keys: ['tenant', 'aud', 'acc'], unique: true }]),
  credentials: spec('credentials', [{ name: 'by_subject', keys: ['subject', 'createdMs'] }]),
  persons: spec('persons', [{ name: 'by_subject', keys: ['subject', 'createdMs'] }]),
  challenges: spec('challenges', [
    { name: 'by_expiry', keys: ['expiresMs'] },
    { name: 'by_subject', keys: ['subject', 'createdMs'], sparse: true },
  ]),
  usedProofs: spec('used_proofs', [{ name: 'by_expiry', keys: ['expiresMs'] }]),
  attestations: spec('attestations', [
    { name: 'by_subject', keys: ['subject', 'issuedMs'] },
    { name: 'by_audience', keys: ['tenant', 'aud', 'issuedMs'] },
    { name: 'by_lookup', keys: ['lookup'], sparse: true },
  ]),
  statusLists: spec('status_lists', [
    { name: 'by_kid', keys: ['kid', 'createdMs'] },
    { name: 'by_change', keys: ['changedMs'] },
  ]),
  quotas: spec('quotas', [{ name: 'by_expiry', keys: ['expiresMs'] }]),
  statusIndices: spec('status_indices', [{ name: 'by_list', keys: ['list', 'value'] }]),
  platforms: spec('platforms', [
    { name: 'by_aud', keys: ['aud'], unique: true },
    { name: 'by_tenant', keys: ['tenant', 'aud'] },
  ]),
  webhooks: spec('webhooks', [{ name: 'by_tenant', keys: ['tenant', 'createdMs'] }]),
  /** The next that is due of each webhook's queue stands first along by_queue; settled ones have no queue. */
  webhookDeliveries: spec('webhook_deliveries', [
    { name: 'by_queue', keys: ['queue', 'dueMs'], sparse: true },
    { name: 'by_state', keys: ['webhook', 'state', 'createdMs'] },
    { name: 'by_expiry', keys: ['expiresMs'] },
  ]),
  platformClaims: spec('platform_claims', [
    { name: 'by_tenant', keys: ['tenant', 'createdMs'] },
    { name: 'by_expiry', keys: ['expiresMs'] },
  ]),
  meta: spec('meta'),
} as const satisfies Record<string, CollectionSpec>;
