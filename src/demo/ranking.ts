/** How well scores part two sides, whatever the cut: the share of pairs that stand in the right order (area under the ROC curve). */

/**
 * Mann-Whitney statistic over all pairs; ties count half.
 * @returns 0…1, 0.5 is chance; null where a side is empty
 */
export function shareRankedRight(machine: readonly number[], people: readonly number[]): number | null {
  if (machine.length === 0 || people.length === 0) return null;
  const all = [
    ...machine.map((score) => ({ score, machine: true })),
    ...people.map((score) => ({ score, machine: false })),
  ].sort((a, b) => a.score - b.score);
  let ranks = 0;
  for (let at = 0; at < all.length; ) {
    let end = at;
    while (end < all.length && all[end]!.score === all[at]!.score) end++;
    // Ranks count from 1; those of equal scores share their mean.
    const rank = (at + 1 + end) / 2;
    ranks += rank * all.slice(at, end).filter((one) => one.machine).length;
    at = end;
  }
  const most = (machine.length * (machine.length + 1)) / 2;
  return (ranks - most) / (machine.length * people.length);
}
