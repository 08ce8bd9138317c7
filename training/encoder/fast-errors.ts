/** How the logits of the fast mode differ from exact ones on the same texts: a line, and what is left over. Pure. */

export interface FastErrors {
  /** fast = slope · exact + shift, by least squares. */
  slope: number;
  shift: number;
  /** Root mean square of what is left over. */
  spread: number;
  /** A logit as the fast mode might give it: on the line, with an error drawn from those found. */
  moved(exact: number, random: () => number): number;
}

/** @param exact logits of at least two texts that differ @param fast logits of the same texts */
export function errorsOf(exact: readonly number[], fast: readonly number[]): FastErrors {
  const n = exact.length;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
  const [x, y] = [mean(exact), mean(fast)];
  let [xx, xy] = [0, 0];
  exact.forEach((value, i) => {
    xx += (value - x) ** 2;
    xy += (value - x) * (fast[i]! - y);
  });
  if (!(xx > 0) || fast.length !== n) throw new Error('expected logits of the same texts, not all alike');
  const slope = xy / xx;
  const shift = y - slope * x;
  const left = exact.map((value, i) => fast[i]! - (slope * value + shift));
  return {
    slope,
    shift,
    spread: Math.sqrt(mean(left.map((value) => value * value))),
    moved: (value, random) => slope * value + shift + left[Math.floor(random() * n)]!,
  };
}
