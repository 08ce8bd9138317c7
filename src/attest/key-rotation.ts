/**
 * What an operator does with the signing keys: `rotate` makes the next one, published now and signing a cache age later;
 * `retire` ends one; `compromise` drops one at once, and with it every token it signed. The procedure for each stands in
 * docs/attestation.md section 6.
 */
import { AssayError } from '../../schemas/errors.js';
import { LIMITS } from '../../schemas/limits.js';
import type { SigningKeyDoc, StatusListDoc } from '../../schemas/store/documents.js';
import type { Context } from '../context.js';
import type { KeyUse } from './key-holder.js';
import { PUBLISHED_AHEAD_MS, type ScheduledKey, scheduleOf } from './key-schedule.js';
import { createKey, holderOf, type KeyParts } from './keys.js';

export interface KeyRoom extends KeyParts {
  lists: Context['collections']['statusLists'];
}

/** All keys of both sets with their roles. */
export async function allKeys({ collection, clock }: KeyRoom): Promise<ScheduledKey[]> {
  const sets = await Promise.all(
    (['token', 'status'] as const).map(async (use) => {
      const query = { index: 'by_use', where: { use }, order: 'desc', limit: 100 } as const;
      return scheduleOf((await collection.page(query)).docs, clock());
    }),
  );
  return sets.flat();
}

const inSet = async (room: KeyRoom, use: KeyUse): Promise<ScheduledKey[]> =>
  (await allKeys(room)).filter(({ key }) => key.use === use);

/**
 * The next key of a set: published from now on, signing after `PUBLISHED_AHEAD_MS`. Rotating twice finds the first.
 * @returns the key, and whether it was made just now
 */
export async function rotate(room: KeyRoom, use: KeyUse): Promise<{ key: SigningKeyDoc; made: boolean }> {
  const waiting = (await inSet(room, use)).find(({ role }) => role === 'next');
  if (waiting) return { key: waiting.key, made: false };
  return { key: await createKey(room, use, room.clock() + PUBLISHED_AHEAD_MS), made: true };
}

/**
 * Ends a key: it signs no more, its private part is destroyed, and it stays published until the last thing it signed has
 * ended. A key that signs is ended by its successor, not by hand.
 * @throws {AssayError} `request.not_found`, `attest.key_in_use` for the only key that can sign
 */
export async function retire(room: KeyRoom, kid: string): Promise<ScheduledKey> {
  const { key, role } = await found(room, kid);
  if (role === 'signs') {
    throw new AssayError(
      'attest.key_in_use',
      'This key signs; rotate, and retire it when the next one does.',
    );
  }
  if (key.state === 'compromised') return (await found(room, kid))!;
  await holderOf(room, key).destroyKey(key.use, key.reference);
  await room.collection.update(
    kid,
    { set: { state: 'retired', retiredMs: room.clock(), reference: '' } },
    { guard: { state: 'active' } },
  );
  return found(room, kid);
}

/**
 * Drops a key at once: published no more, its private part destroyed. Of a token key every list is revoked as a whole,
 * which verifiers can read since the status key signs it. Another key signs from now on: the next one if it is there,
 * else a fresh one. Doing it twice changes nothing.
 * @returns the key that signs now, and how many lists were revoked
 * @throws {AssayError} `request.not_found`
 */
export async function compromise(
  room: KeyRoom,
  kid: string,
): Promise<{ successor: SigningKeyDoc; lists: number }> {
  const { key } = await found(room, kid);
  await room.collection.update(kid, {
    set: { state: 'compromised', retiredMs: key.retiredMs ?? room.clock(), reference: '' },
  });
  const lists = key.use === 'token' ? await revokeLists(room, kid) : 0;
  await holderOf(room, key)
    .destroyKey(key.use, key.reference)
    .catch(() => undefined);
  const set = await inSet(room, key.use);
  const signs = set.find(({ role }) => role === 'signs');
  if (signs) return { successor: signs.key, lists };
  const next = set.find(({ role }) => role === 'next');
  if (next === undefined) return { successor: await createKey(room, key.use, room.clock()), lists };
  const signsFromMs = room.clock();
  await room.collection.update(next.key._id, { set: { signsFromMs } });
  return { successor: { ...next.key, signsFromMs }, lists };
}

async function found(room: KeyRoom, kid: string): Promise<ScheduledKey> {
  const key = (await allKeys(room)).find((each) => each.key._id === kid);
  if (key === undefined) throw new AssayError('request.not_found', `There is no signing key ${kid}.`);
  return key;
}

/** Every list of a key, as a whole; entries need not be touched one by one. */
async function revokeLists({ lists, clock }: KeyRoom, kid: string): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page: { docs: StatusListDoc[]; next: string | null } = await lists.page({
      index: 'by_kid',
      where: { kid },
      limit: LIMITS.batchItems,
      ...(after === undefined ? {} : { after }),
    });
    await lists.bulk(
      page.docs.map(({ _id: id }) => ({
        update: { id, change: { set: { revoked: true, changedMs: clock() }, inc: { revision: 1 } } },
      })),
    );
    count += page.docs.length;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return count;
}
