/**
 * A list message as a platform would show it: the list's footer, advertisements, signatures and the full quotation under
 * an answer are cut; quotations that are answered line by line stay. Addresses are hidden.
 */
import { maskText } from './mask.js';

/** From such a line on, a message is no longer its author's. */
const ENDS: readonly RegExp[] = [
  /^-- ?$/,
  /^-----BEGIN PGP SIGNATURE-----/,
  /^[ \t]*-{3,} ?Original Message ?-{3,}/i,
  /^-+ Yahoo! Groups Sponsor/,
  /^To unsubscribe(?: from this group)?[,:]/i,
  /^http:\/\/xent\.com\/mailman\/listinfo/,
];
/** A rule is a footer only where the list's name follows close behind. */
const RULE = /^[-_]{20,}[ \t]*$/;
const LIST_NAME =
  /mailing list|maillist|listinfo|sf\.net email|sourceforge|unsubscribe|xml\.com|sponsored by/i;
const LOOK_BEHIND_RULE = 4;

const isQuoted = (line: string): boolean => /^[ \t]*[>|]/.test(line);
const isBlank = (line: string): boolean => /^[ \t]*$/.test(line);
const isAttribution = (line: string): boolean =>
  /(?:wrote|writes|said|says|schrieb)[ \t]*:?[ \t]*$|^In message .*,?$/i.test(line);

function endOf(lines: readonly string[]): number {
  for (const [at, line] of lines.entries()) {
    if (ENDS.some((pattern) => pattern.test(line))) return at;
    const behind = lines.slice(at + 1, at + 1 + LOOK_BEHIND_RULE).join(' ');
    if (RULE.test(line) && LIST_NAME.test(behind)) return at;
  }
  return lines.length;
}

/** Drops a full quotation at the end, with the line or two that introduce it. */
function dropQuotedTail(lines: string[]): void {
  let quoted = false;
  while (lines.length > 0 && (isQuoted(lines.at(-1)!) || isBlank(lines.at(-1)!))) {
    quoted = isQuoted(lines.pop()!) || quoted;
  }
  if (!quoted || lines.length === 0 || !isAttribution(lines.at(-1)!)) return;
  lines.pop();
  if (lines.length > 0 && /^(?:On|Le|Am|At) .{6,120}$/.test(lines.at(-1)!)) lines.pop();
}

/** @param text the message's plain text, line ends as LF */
export function readablePost(text: string): string {
  const unsigned = text.replace(/^-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: .*\n)?\n*/m, '');
  // Old mailers left control characters behind; intake of a platform would not.
  const lines = unsigned.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').split('\n');
  const own = lines.slice(0, endOf(lines)).map((line) => line.trimEnd());
  dropQuotedTail(own);
  return maskText(own.join('\n'))
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+|\s+$/g, '');
}
