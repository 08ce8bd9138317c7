/**
 * The footer that a mailing list puts under every letter: told by its template, line by line, and left out of the words
 * (never out of the text itself). It begins with a line that only a list writes: an address alone is anybody's. What is
 * not exactly of the template is part of the text like any other line (docs/attestation-hpt.md section 6).
 */
const ADDRESS = '[A-Za-z0-9._+\\-]{1,64}@[A-Za-z0-9.\\-]{1,128}';
const LINK = '<?https?://[^\\s<>]{1,512}>?';
const OF_A_LIST =
  `[A-Za-z0-9._\\-]{1,64} mailing list(?: -- ${ADDRESS})?|` +
  `To unsubscribe send an email to ${ADDRESS}|` +
  'You received this message because you are subscribed to the Google Groups "[A-Za-z0-9._\\-]{1,64}" group\\.|' +
  `To unsubscribe from this group and stop receiving emails from it, send an email to ${ADDRESS}\\.|` +
  `To view this discussion (?:on the web )?visit ${LINK}\\.?`;
const FIRST = new RegExp(`^(?:${OF_A_LIST})$`);
const LINE = new RegExp(`^(?:${OF_A_LIST}|${ADDRESS}|${LINK})$`);
const DELIMITER = /^(?:_{20,}|--)$/;
const MOST_LINES = 6;

/** Lines of a canonical text without a list's footer at its end. */
export function withoutListFooter(lines: readonly string[]): readonly string[] {
  let at = lines.length - 1;
  while (at > 0 && lines.length - 1 - at < MOST_LINES && LINE.test(lines[at]!)) at--;
  const found = at < lines.length - 1 && DELIMITER.test(lines[at]!) && FIRST.test(lines[at + 1]!);
  return found ? lines.slice(0, at) : lines;
}
