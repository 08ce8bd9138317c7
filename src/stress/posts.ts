/** The posts of a load test: texts made of a seed, about as long as a comment, no two alike. */
const WORDS =
  'the ferry was late again so we walked along the river and talked about nothing much until somebody asked whether the old bridge would be open before winter or whether it had to wait for another year of meetings'.split(
    ' ',
  );

/** Words of a text: from, and how many lengths there are. */
const SHORTEST = 30;
const LENGTHS = 170;

const text = (n: number): string => {
  const length = SHORTEST + ((n * 7_919) % LENGTHS);
  const words = Array.from(
    { length },
    (_none, at) => WORDS[(n * 31 + at * (1 + (n % 7)) + ((at * at) % 11)) % WORDS.length],
  );
  return `${words.join(' ')} ${n}.`;
};

/** The n-th post of a run. @param run makes its id one that no other run has */
export const stressPost = (run: string, n: number, publishedAt: string) => ({
  platform: 'stress',
  id: `${run}-${n}`,
  version: 1,
  author: { id: `author-${n % 997}` },
  conversationId: `${run}-c${n % 211}`,
  text: text(n),
  publishedAt,
});
