/** Gives a replacement the capitals of what it replaces: a first capital, or all of them. */

/** @returns `word`, capitalised like `like`; unchanged when that has no capital first */
export function likeCase(like: string, word: string): string {
  if (like.length > 1 && like === like.toUpperCase() && like !== like.toLowerCase())
    return word.toUpperCase();
  const first = like.charAt(0);
  if (first !== first.toLowerCase()) return word.charAt(0).toUpperCase() + word.slice(1);
  return word;
}
