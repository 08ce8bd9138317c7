/**
 * The claims that a holder discloses (RFC 9901 section 7.1, steps 3 to 5): each disclosure is put where its digest
 * stands, in objects, arrays, and disclosures themselves; digests nobody disclosed go. Refused are digests that stand
 * twice, disclosures that belong nowhere or come twice, and names that are there already. Pure.
 */
import { LIMITS } from '../../../schemas/limits.js';
import { EvidenceRefused } from './refusal.js';
import { type Disclosure, digester, type Jws } from './sd-jwt.js';

interface Room {
  /** Not yet used. */
  waiting: Map<string, Disclosure>;
  /** Every digest seen so far. */
  seen: Set<string>;
}

/** @throws {EvidenceRefused} `sd_jwt.disclosure`, `sd_jwt.digest`, `sd_jwt.claims` */
export function disclosedClaims(issued: Jws, disclosures: readonly Disclosure[]): Record<string, unknown> {
  const digestOf = digester(issued);
  const waiting = new Map(disclosures.map((each) => [digestOf(each.encoded), each]));
  if (waiting.size !== disclosures.length) throw new EvidenceRefused('sd_jwt.disclosure', 'found one twice');
  const room: Room = { waiting, seen: new Set() };
  const { _sd_alg, ...payload } = issued.payload;
  const claims = openObject(payload, room, 0);
  if (waiting.size > 0) throw new EvidenceRefused('sd_jwt.disclosure', 'found one without its digest');
  return claims;
}

function open(value: unknown, room: Room, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= LIMITS.jsonDepth)
    throw new EvidenceRefused('sd_jwt.claims', `expected at most ${LIMITS.jsonDepth} levels`);
  return Array.isArray(value) ? openArray(value, room, depth) : openObject(value, room, depth);
}

function openObject(object: object, room: Room, depth: number): Record<string, unknown> {
  const { _sd: digests = [], ...plain } = object as { _sd?: unknown };
  if ('...' in plain) throw new EvidenceRefused('sd_jwt.digest', 'found ... outside of an array');
  if (!Array.isArray(digests)) throw new EvidenceRefused('sd_jwt.digest', 'expected _sd as an array');
  const members = Object.entries(plain);
  const names = new Set(members.map(([name]) => name));
  for (const digest of digests) {
    const disclosure = take(digest, room);
    if (disclosure === null) continue;
    const { name, value } = disclosure;
    if (name === null)
      throw new EvidenceRefused('sd_jwt.disclosure', 'found an element where a member belongs');
    if (names.has(name)) throw new EvidenceRefused('sd_jwt.claims', 'found a name that is there already');
    names.add(name);
    members.push([name, value]);
  }
  return Object.fromEntries(members.map(([name, value]) => [name, open(value, room, depth + 1)]));
}

function openArray(array: readonly unknown[], room: Room, depth: number): unknown[] {
  return array.flatMap((element) => {
    if (!isDigest(element)) return [open(element, room, depth + 1)];
    const disclosure = take(element['...'], room);
    if (disclosure === null) return [];
    if (disclosure.name !== null) {
      throw new EvidenceRefused('sd_jwt.disclosure', 'found a member where an element belongs');
    }
    return [open(disclosure.value, room, depth + 1)];
  });
}

/** `{"...": digest}`, with nothing beside it. */
const isDigest = (element: unknown): element is { '...': unknown } =>
  typeof element === 'object' &&
  element !== null &&
  !Array.isArray(element) &&
  Object.keys(element).join() === '...';

/** The disclosure of a digest, or null for one that stays hidden (or is a decoy). */
function take(digest: unknown, { waiting, seen }: Room): Disclosure | null {
  if (typeof digest !== 'string') throw new EvidenceRefused('sd_jwt.digest', 'expected a digest as text');
  if (seen.has(digest)) throw new EvidenceRefused('sd_jwt.digest', 'found a digest twice');
  seen.add(digest);
  const disclosure = waiting.get(digest) ?? null;
  waiting.delete(digest);
  return disclosure;
}
