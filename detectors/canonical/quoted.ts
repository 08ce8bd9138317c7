/**
 * What a letter carries that its sender did not write for it: quoted lines, forwarded tails, signatures, header lines,
 * and the addresses and telephone numbers that identify people. All of it stands apart from the judged text.
 */
import type { Draft } from './draft.js';

const QUOTED_LINE = /[ \t]*[>|]/y;
const ATTRIBUTION =
  /[ \t]*(?:On .{4,180}|.{1,120} (?:writes|wrote)|.{1,100}\bschrieb\b.{0,60}|Le .{4,160}a écrit)[ \t]*:[ \t]*$/;
const SIGNATURE = /^(?:-- ?|_{5,}|-{5,}|={5,}|\*{5,})[ \t]*$/;
const FORWARDED =
  /^[ \t]*(?:-{2,} ?(?:Original|Forwarded|Begin forwarded).{0,60}|Begin forwarded message:?|_{5,} ?From:.{0,80})[ \t-]*$/i;
const HEADER = /^(?:From|To|Cc|Bcc|Sent|Date|Subject|Reply-To|Message-ID|X-[A-Za-z-]{2,40}): .{0,400}$/;
const ADDRESS = /(?:mailto:)?[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,6}/uy;
const PHONE = /(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){2,4}(?!\d)/y;

/** Longest line that can still be a header, an attribution or a signature rule. */
const LINE_READ = 420;

/** Takes quoted lines, forwarded tails and signatures out of a letter. @returns nothing; reports `quoted_text` */
export function dropQuoted(draft: Draft): void {
  const { text } = draft;
  if (!text.includes('\n')) return;
  let start = 0;
  let seen = false; // something of the sender's own came before
  while (start <= text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    draft.steps += end - start + 1;
    const line = end - start <= LINE_READ ? text.slice(start, end) : '';
    if (seen && (SIGNATURE.test(line) || FORWARDED.test(line))) {
      draft.replace(start, text.length, '');
      draft.report('quoted_text');
      break;
    }
    QUOTED_LINE.lastIndex = start;
    const apart =
      QUOTED_LINE.test(text) || HEADER.test(line) || FORWARDED.test(line) || isAttribution(text, line, end);
    if (apart) {
      draft.replace(start, Math.min(end + 1, text.length), '');
      draft.report('quoted_text');
    } else if (/\S/.test(line) || end - start > LINE_READ) {
      seen = true;
    }
    if (newline < 0) break;
    start = newline + 1;
  }
  draft.commit();
}

/** Takes the lines out of a post that it quotes from another one; a post of nothing but quotes keeps them. */
export function dropQuotedLines(draft: Draft): void {
  const { text } = draft;
  draft.steps += text.length;
  if (!text.includes('\n') || !text.includes('>')) return;
  const lines = text.split('\n');
  const quoted = lines.map((line) => /^[ \t]{0,3}>/.test(line));
  if (!lines.some((line, i) => !quoted[i] && /\S/.test(line))) return;
  let start = 0;
  lines.forEach((line, i) => {
    const end = Math.min(start + line.length + 1, text.length);
    if (quoted[i]) {
      draft.replace(start, end, '');
      draft.report('quoted_text');
    }
    start = end;
  });
  draft.commit();
}

/** "On Tuesday X wrote:" counts only where quoted text follows. */
function isAttribution(text: string, line: string, end: number): boolean {
  if (line === '' || !ATTRIBUTION.test(line)) return false;
  let next = end + 1;
  for (let blank = 0; blank < 3 && text[next] === '\n'; blank++) next++;
  QUOTED_LINE.lastIndex = next;
  return QUOTED_LINE.test(text);
}

/** Takes addresses and telephone numbers out. Looks ahead only where an @ or enough digits make it worth it. */
export function dropContacts(draft: Draft): void {
  const { text } = draft;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    draft.steps++;
    if (i < from) continue;
    const code = text.charCodeAt(i);
    const pattern =
      code === 0x2b || code === 0x28 || (code >= 48 && code <= 57 && !/\d/.test(text[i - 1] ?? ''))
        ? PHONE
        : undefined;
    if (pattern) {
      pattern.lastIndex = i;
      const match = pattern.exec(text);
      draft.steps += match ? match[0].length : 8;
      if (match && match[0].replace(/\D/g, '').length >= 9) {
        draft.replace(i, i + match[0].length, '');
        from = i + match[0].length;
      }
      continue;
    }
    if (code !== 0x40) continue;
    let start = i;
    while (start > from && i - start < 72 && /[\p{L}\p{N}._%+:-]/u.test(text[start - 1]!)) {
      start--;
      draft.steps++;
    }
    ADDRESS.lastIndex = start;
    const match = ADDRESS.exec(text);
    draft.steps += match ? match[0].length : 72;
    if (!match || start < draft.editedTo) continue;
    draft.replace(start, start + match[0].length, '');
    from = start + match[0].length;
  }
  draft.commit();
}
