/** Seeded numbers: the demo is the same on every machine and at every start. */
import { createHash } from 'node:crypto';

/** A source of numbers in [0, 1) that follow from the seed alone (SHA-256 in counter mode). */
export function drawer(seed: string): () => number {
  let at = 0;
  return () => {
    const digest = createHash('sha256').update(`${seed}:${at++}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(values: readonly T[], seed: string): T[] {
  const draw = drawer(seed);
  const out = [...values];
  for (let at = out.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    [out[at], out[other]] = [out[other]!, out[at]!];
  }
  return out;
}
