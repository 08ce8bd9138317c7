/** Texts of an evaluation under every measured attack, with somebody else's passage where an attack needs one. */
import { canonicalise } from '../../detectors/canonical/canonicalise.js';
import { type AttackKind, MEASURED_ATTACKS, passageOf } from '../attacks/measured.js';
import { seeded, shuffle } from '../random.js';
import type { Row } from '../study.js';

const SEED = 11;
/** Texts of each class that are attacked, the same for every attack: enough for one point, and each costs the encoder a reading. */
export const ATTACKED_OF_A_CLASS = 1_500;

/** At most so many rows of each class, drawn with the seed, in their old order. */
export function drawRows<Item extends Pick<Row, 'machine'>>(rows: readonly Item[], ofAClass: number): Item[] {
  const random = seeded(SEED);
  const drawn = new Set(
    [true, false].flatMap((machine) => {
      const places = [...rows.keys()].filter((i) => rows[i]!.machine === machine);
      shuffle(places, random);
      return places.slice(0, ofAClass);
    }),
  );
  return rows.filter((_, i) => drawn.has(i));
}

type Attackable = Pick<Row, 'id' | 'text' | 'kind' | 'domain' | 'group'>;

export interface AttackedTexts {
  name: string;
  kind: AttackKind;
  /** Canonical, in the order of the rows. */
  texts: string[];
}

/** Random numbers of one text, whatever stands before it. */
const diceOf = (id: string): (() => number) =>
  seeded([...id].reduce((hash, ch) => Math.imul(hash ^ ch.charCodeAt(0), 0x01000193), 0x811c9dc5 ^ SEED));

/**
 * @param rows to attack
 * @param passers people's texts that passages are taken from: of the same domain where there are any, never of the same group
 */
export function* attackAll(
  rows: readonly Attackable[],
  passers: readonly Attackable[],
): Generator<AttackedTexts> {
  const passages = rows.map(({ id, domain, group }) => {
    const own = passers.filter((one) => one.domain === domain && one.group !== group);
    const some = own.length > 0 ? own : passers;
    return passageOf(some[Math.floor(diceOf(id)() * some.length)]!.text);
  });
  for (const { name, kind, apply } of MEASURED_ATTACKS) {
    yield {
      name,
      kind,
      texts: rows.map(
        ({ id, text, kind: of }, i) => canonicalise(apply(text, diceOf(id), passages[i]!), { kind: of }).text,
      ),
    };
  }
}
