/**
 * Makes signing keys, one for each need: of several processes that start or rotate at once, one has its key taken and the
 * others find it. A key is stored as a candidate first, then claimed by the insert of a name that follows from the keys
 * there are, then made active; whoever finds the claim finishes it, so a process may die at any step.
 */
import { calculateJwkThumbprint, importJWK } from 'jose';
import { AssayError } from '../../schemas/errors.js';
import { hashId } from '../../schemas/ids.js';
import type { MetaDoc, SigningKeyDoc } from '../../schemas/store/documents.js';
import type { Collection } from '../../schemas/store/port.js';
import type { Clock } from '../context.js';
import type { HeldKey, KeyHolder, KeyUse, SignBytes } from './key-holder.js';
import { scheduleOf, signingKey } from './key-schedule.js';

export interface KeyParts {
  collection: Collection<SigningKeyDoc>;
  /** Where keys are claimed. */
  claims: Collection<MetaDoc>;
  clock: Clock;
  /** Holders by name; the first one makes new keys. */
  holders: readonly KeyHolder[];
}

/** Keys of a set that are looked at: the newest hundred, far beyond any rotation schedule. */
const KEYS_PER_SET = 100;
/** Characters of a holder's reference. */
const REFERENCE_MOST = 4_096;

/** The stored keys of a set, the newest first. */
export async function keysOfSet(
  { collection }: Pick<KeyParts, 'collection'>,
  use: KeyUse,
): Promise<SigningKeyDoc[]> {
  const residual = { state: { ne: 'candidate' } };
  const query = { index: 'by_use', where: { use }, residual, order: 'desc', limit: KEYS_PER_SET } as const;
  return (await collection.page(query)).docs;
}

/** @throws {AssayError} `attest.key_locked` when this process does not know the key's holder */
export function holderOf(
  { holders }: Pick<KeyParts, 'holders'>,
  { holder }: Pick<SigningKeyDoc, 'holder'>,
): KeyHolder {
  const found = holders.find(({ name }) => name === holder);
  if (found === undefined) throw new AssayError('attest.key_locked', `no key holder ${holder} is configured`);
  return found;
}

/**
 * Opens a key where it lies.
 * @throws {AssayError} `attest.key_locked` when its holder is not there, or says so; `attest.no_signer` for whatever else it throws
 */
export async function openHeld(
  parts: Pick<KeyParts, 'holders'>,
  { use, holder, reference }: SigningKeyDoc,
): Promise<SignBytes> {
  return fromHolder(holder, () => holderOf(parts, { holder }).openKey(use, reference));
}

/** What a holder throws is for the log: it may name devices, slots and paths. */
export async function fromHolder<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('attest.no_signer', `the key holder ${name} has failed`, { cause });
  }
}

/**
 * Makes and stores a key, or finds the one that another process made for the same need.
 * @param set the keys that were there when it was found that one is missing: they name the need
 * @param signsFromMs when it begins to sign; the other process may have meant another time
 * @throws {AssayError} `attest.no_signer` when the holder makes none
 */
export async function makeKey(
  parts: KeyParts,
  use: KeyUse,
  set: readonly SigningKeyDoc[],
  signsFromMs: number,
): Promise<SigningKeyDoc> {
  const { collection, claims, clock } = parts;
  const candidate = await heldKey(parts, use);
  const made: SigningKeyDoc = { ...candidate, createdMs: clock(), signsFromMs };
  await collection.insert(made);
  const claim = claimOf(use, set);
  const outcome = await claims.insert({ _id: claim, value: made._id });
  const kid = outcome.did === 'inserted' ? made._id : String((await claims.get(claim))?.value);
  if (kid !== made._id) {
    await collection.delete(made._id);
    await holderOf(parts, made).destroyKey(use, made.reference).catch(ignore);
  }
  await collection.update(kid, { set: { state: 'active' } }, { guard: { state: 'candidate' } });
  const taken = await collection.get(kid);
  if (taken !== null) return taken;
  // Its maker slept so long before the claim that it was swept. Nobody has it, so the need is open again.
  await claims.delete(claim, { value: kid });
  return makeKey(parts, use, set, signsFromMs);
}

/** Names the need for a key, after the keys there are. */
export const claimOf = (use: KeyUse, set: readonly SigningKeyDoc[]): string =>
  hashId('signing-key-claim', use, ...set.map(({ _id }) => _id).sort());

const ignore = (): void => undefined;

/** A fresh key of the first holder, checked: what a holder says is not taken for granted. */
async function heldKey(
  { holders: [holder] }: KeyParts,
  use: KeyUse,
): Promise<Omit<SigningKeyDoc, 'createdMs' | 'signsFromMs'>> {
  const { name } = holder!;
  try {
    const { publicJwk, reference } = await holder!.createKey(use);
    const { kty, crv, x, y } = publicJwk satisfies HeldKey['publicJwk'];
    await importJWK({ kty, crv, x, y }, 'ES256');
    if (typeof reference !== 'string' || reference === '' || reference.length > REFERENCE_MOST) {
      throw new Error(`expected a reference of 1 to ${REFERENCE_MOST} characters`);
    }
    const kid = await calculateJwkThumbprint({ kty, crv, x, y });
    return {
      _id: kid,
      use,
      publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
      holder: name,
      reference,
      state: 'candidate',
      retiredMs: null,
    };
  } catch (cause) {
    throw new AssayError('attest.no_signer', `the key holder ${name} made no ${use} key`, { cause });
  }
}

/**
 * The key of a set that signs now. Where there is none, the next one signs from now on if it can be opened here, else a
 * fresh one is made.
 * @throws {AssayError} `attest.no_signer` when none can be made
 */
export async function ensureSigner(parts: KeyParts, use: KeyUse): Promise<SigningKeyDoc> {
  const now = parts.clock();
  const set = await keysOfSet(parts, use);
  const schedule = scheduleOf(set, now);
  const signs = signingKey(schedule);
  if (signs !== null) return signs;
  // The first key of all signs whatever the clock says; one that follows a key does not reach into its time.
  const waiting = schedule.find(({ role }) => role === 'next')?.key;
  const next =
    waiting !== undefined && (await opens(parts, waiting))
      ? waiting
      : await makeKey(parts, use, set, set.length === 0 ? 0 : now);
  if (next.signsFromMs <= now) return next;
  await parts.collection.update(next._id, { set: { signsFromMs: now } }, { guard: { state: 'active' } });
  return { ...next, signsFromMs: now };
}

const opens = (parts: KeyParts, key: SigningKeyDoc): Promise<boolean> =>
  openHeld(parts, key).then(
    () => true,
    () => false,
  );
