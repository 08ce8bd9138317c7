/** What a post says of itself, as far as a verifier may believe it: never the time, and never the policy it is judged by. */
import type { Found } from './verify.js';

/** A post's text and account as they stand. */
export type Place = Pick<Found, 'text' | 'html' | 'facets' | 'platform' | 'author'>;

/**
 * A post may hold anything. What is no text, or cannot be read, is handed on as it is: the verifier calls it unchecked, and the
 * worst of what is given counts. Left out, the other rendering would speak for it.
 */
export const textOf = (given: { text?: unknown; html?: unknown; facets?: unknown }): Place =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));

/** The text as it stands, and where it stands as far as that can be read. */
export function placeOf({ text, html, facets, platform, author }: Place): Place {
  const found = textOf({ text, html, facets });
  if (typeof platform === 'string') found.platform = platform;
  if (author !== undefined && author !== null) found.author = author;
  return found;
}
