/** The plain text that a post's HTML shows, for lists and previews. */
import { runsOfHtml } from './client/html.js';
import { TextRejected } from './client/index.js';

/** What HTML shows as plain text, read by the reader that attestations use; where that refuses, the source without tags. */
export function shownText(source: string): string {
  try {
    return (
      runsOfHtml(source)
        .runs.map((run) => (typeof run === 'string' ? run : run.shown))
        .join('')
        // The marks of doubt are for hashes.
        .replace(/\ufffc/g, '')
        .trim()
    );
  } catch (error) {
    if (!(error instanceof TextRejected)) throw error;
    return source.replace(/<[^<>]*>/g, ' ').trim();
  }
}
