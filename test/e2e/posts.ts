/** A stream for tests of dying processes: posts in threads, some of them edited later, some deleted; texts made of a seed. */
export interface Stream {
  events: Record<string, unknown>[];
  posts: number;
  /** One per post, edit and deletion. */
  verdicts: number;
}

const WORDS = 'the ferry was late again so we walked along the river and talked about nothing much'.split(
  ' ',
);

const sentence = (seed: number): string =>
  Array.from(
    { length: 12 + (seed % 60) },
    (_none, at) => WORDS[(seed * 7 + at * (1 + (seed % 5))) % WORDS.length],
  ).join(' ');

/** @param posts how many posts; every tenth is edited once, every fortieth deleted, some hundred events later */
export function makeStream(posts: number): Stream {
  const started = Date.now() - 3_600_000;
  const at = (n: number): string => new Date(started + n * 10).toISOString();
  const later = 100;
  const events: Record<string, unknown>[] = [];
  const base = (n: number) => ({
    platform: 'forum',
    id: `p${n}`,
    author: { id: `a${n % 97}` },
    ...(n % 8 === 0 ? {} : { inReplyTo: `p${n - (n % 8)}` }),
    publishedAt: at(n),
  });
  for (let n = 0; n < posts + later; n++) {
    if (n < posts) events.push({ ...base(n), version: 1, text: `${sentence(n)} ${n}` });
    const past = n - later;
    if (past < 0) continue;
    if (past % 10 === 3)
      events.push({ ...base(past), version: 2, text: `${sentence(past + 1)}, edited`, editedAt: at(n) });
    if (past % 40 === 7) events.push({ platform: 'forum', id: `p${past}`, version: 3, deletedAt: at(n) });
  }
  return { events, posts, verdicts: events.length };
}
