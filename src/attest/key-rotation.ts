/**
 * What an operator does with the signing keys: `rotate` makes the next one, published now and signing a cache age later;
 * `retire` ends one; `compromise` drops one at once, and with it every token it signed. The procedure for each stands in
 * docs/attestation.md section 6.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { SigningKeyDoc, StatusListDoc } from '../../schemas/store/documents.js';
import type { Filter } from '../../schemas/store/port.js';
import type { Context } from '../context.js';
import { type KeyUse, SEALED } from './key-holder.js';
import {
  ensureSigner,
  fromHolder,
  holderOf,
  type KeyParts,
  keysOfSet,
  makeKey,
  openHeld,
} from './key-making.js';
import { PUBLISHED_AHEAD_MS, type ScheduledKey, scheduleOf } from './key-schedule.js';
import { sweepCandidates } from './key-sweep.js';

export interface KeyRoom extends KeyParts {
  lists: Context['collections']['statusLists'];
}

/** All keys of both sets with their roles. */
export async function allKeys(room: KeyRoom): Promise<ScheduledKey[]> {
  const sets = await Promise.all((['token', 'status'] as const).map((use) => inSet(room, use)));
  return sets.flat();
}

const inSet = async (room: KeyRoom, use: KeyUse): Promise<ScheduledKey[]> =>
  scheduleOf(await keysOfSet(room, use), room.clock());

/**
 * The next key of a set: published from now on, signing after `PUBLISHED_AHEAD_MS`. Rotating twice finds the first.
 * Only who can open the key that signs makes its successor: a slip in the secret, or a holder that was not named, would
 * otherwise be noticed a day later, when nobody can sign.
 * @returns the key, and whether it was made just now
 * @throws {AssayError} `attest.key_locked`; `attest.no_signer` when the holder makes none
 */
export async function rotate(room: KeyRoom, use: KeyUse): Promise<{ key: SigningKeyDoc; made: boolean }> {
  const set = await inSet(room, use);
  const waiting = set.find(({ role }) => role === 'next');
  if (waiting) return { key: waiting.key, made: false };
  const signs = set.find(({ role }) => role === 'signs');
  if (signs) await openHeld(room, signs.key);
  const known = set.map(({ key }) => key);
  await sweepCandidates(room);
  return { key: await makeKey(room, use, known, room.clock() + PUBLISHED_AHEAD_MS), made: true };
}

/**
 * Ends a key: it signs no more, its private part is destroyed, and it stays published until the last thing it signed has
 * ended. A key that signs is ended by its successor, not by hand. Doing it twice finishes what was left the first time.
 * @throws {AssayError} `request.not_found`, `attest.key_in_use` for the only key that can sign; `attest.no_signer` or
 * `attest.key_locked` when the key is retired and its holder has not destroyed the private part
 */
export async function retire(room: KeyRoom, kid: string): Promise<ScheduledKey> {
  const { key, role } = await found(room, kid);
  if (role === 'signs') {
    throw new AssayError(
      'attest.key_in_use',
      'This key signs; rotate, and retire it when the next one does.',
    );
  }
  if (key.state === 'compromised') return found(room, kid);
  // Marked first: a process that dies while the holder destroys it leaves no key that seems to be able to sign.
  const ended = { state: 'retired', retiredMs: room.clock() };
  await room.collection.update(
    kid,
    { set: key.holder === SEALED ? { ...ended, reference: '' } : ended },
    { guard: { state: 'active' } },
  );
  try {
    await destroyHeld(room, key);
  } catch (cause) {
    if (!(cause instanceof AssayError)) throw cause;
    const { code, message } = cause;
    const detail = `${kid} is retired, and its private part is not destroyed: ${message}. Do it again when that is mended.`;
    throw new AssayError(code, detail, { cause });
  }
  return found(room, kid);
}

export interface Compromised {
  /** The key that signs now. */
  successor: SigningKeyDoc;
  /** Lists that were revoked as a whole. */
  lists: number;
  /** Whether the private part is gone: a holder that is not configured here, or fails, still has it. */
  destroyed: boolean;
}

/**
 * Drops a key at once: published no more, its private part destroyed. Of a token key every list is revoked as a whole,
 * which verifiers can read since the status key signs it; of a status key every list is told anew, so that copies it
 * signed are dropped. Another key signs from now on: the next one if it is there, else a fresh one. Doing it twice
 * changes nothing, and finishes what was left when the first time failed.
 * @throws {AssayError} `request.not_found`; `attest.no_signer` when the key is dropped and no other can be made
 */
export async function compromise(room: KeyRoom, kid: string): Promise<Compromised> {
  const { key } = await found(room, kid);
  const gone = { state: 'compromised', retiredMs: key.retiredMs ?? room.clock() };
  // A sealed key lies in its reference; an outside holder's is needed until the holder has destroyed the key.
  await room.collection.update(kid, {
    set: key.holder === SEALED ? { ...gone, reference: '' } : gone,
  });
  const lists =
    key.use === 'token'
      ? await changeLists(room, { index: 'by_kid', where: { kid } }, { revoked: true })
      : await changeLists(room, { index: 'by_change' }, {});
  const [signer, destroyed] = await Promise.all([
    ensureSigner(room, key.use).catch((error: unknown) => error as Error),
    // A holder that is not there, or fails, still has it.
    destroyHeld(room, key).then(
      () => true,
      () => false,
    ),
  ]);
  const revoked = key.use === 'token' ? lists : 0;
  if (!(signer instanceof Error)) return { successor: signer, lists: revoked, destroyed };
  const detail = `${kid} is dropped, ${revoked} lists are revoked, and now no ${key.use} key signs: ${signer.message}. Do it again when one can be made.`;
  throw new AssayError('attest.no_signer', detail, { cause: signer });
}

/** Destroys the private part where it lies, then forgets where that was. @throws {AssayError} `attest.no_signer`, `attest.key_locked` */
async function destroyHeld(room: KeyRoom, key: SigningKeyDoc): Promise<void> {
  if (key.holder === SEALED || key.reference === '') return;
  await fromHolder(key.holder, () => holderOf(room, key).destroyKey(key.use, key.reference));
  await room.collection.update(key._id, { set: { reference: '' } });
}

async function found(room: KeyRoom, kid: string): Promise<ScheduledKey> {
  const key = (await allKeys(room)).find((each) => each.key._id === kid);
  if (key === undefined) throw new AssayError('request.not_found', `There is no signing key ${kid}.`);
  return key;
}

/** Changes lists as a whole, which raises their revision; entries need not be touched one by one. */
async function changeLists(
  { lists, clock }: KeyRoom,
  which: { index: 'by_kid' | 'by_change'; where?: Filter },
  set: Partial<StatusListDoc>,
): Promise<number> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page: { docs: StatusListDoc[]; next: string | null } = await lists.page({
      ...which,
      limit: LIMITS.batchItems,
      ...(after === undefined ? {} : { after }),
    });
    ids.push(...page.docs.map(({ _id }) => _id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  // Read to the end before anything is changed: what is changed moves along the index.
  for (let at = 0; at < ids.length; at += LIMITS.batchItems) {
    const change = { set: { ...set, changedMs: clock() }, inc: { revision: 1 } };
    await lists.bulk(ids.slice(at, at + LIMITS.batchItems).map((id) => ({ update: { id, change } })));
  }
  return ids.length;
}
