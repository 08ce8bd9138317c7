/**
 * Case games: words in aLtErNaTiNg capitals, put there to break up what a detector reads. Only a text with several such
 * words is touched, so that iPhone, LaTeX and McDonald stay what they are.
 */
import type { Draft } from './draft.js';

const GAMES = 3;
const LONGEST_WORD = 60;

/** Lower-cases words with a change from small to capital, where three or more words of the text have several. */
export function undoCaseGames(draft: Draft): void {
  const { text } = draft;
  const found: [number, number, number][] = [];
  let start = -1;
  let rises = 0;
  let words = 0;
  let lower = false;
  for (let i = 0; i <= text.length; i++) {
    draft.steps++;
    const code = i < text.length ? text.charCodeAt(i) : 0;
    const small = code >= 97 && code <= 122;
    const capital = code >= 65 && code <= 90;
    if (small || capital) {
      if (start < 0) {
        start = i;
        rises = 0;
        lower = false;
      }
      if (capital && lower) rises++;
      lower = small;
    } else if (start >= 0) {
      words++;
      if (rises >= 1 && i - start <= LONGEST_WORD) found.push([start, i, rises]);
      start = -1;
    }
  }
  const games = found.filter(([, , rises]) => rises >= 2).length;
  if (games < GAMES || games * 20 < words) return;
  for (const [from, to] of found) draft.replace(from, to, text.slice(from, to).toLowerCase());
  draft.report('case_games', found.length);
  draft.commit();
}
