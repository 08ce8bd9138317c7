/**
 * Tokens of CSS (CSS Syntax Level 3, section 4), for the few constructs that every renderer reads alike. Whatever needs
 * error recovery or is written to be misread (an escape, an open string, a stray sign) makes the whole unreadable, and
 * what is unreadable is in doubt (docs/attestation-hpt.md section 7). Work is linear: every pattern is sticky.
 */
export type Token =
  /** `text`: lower case by ASCII alone, since CSS knows no other. */
  | { type: 'ident' | 'hash' | 'string' | 'url'; text: string }
  /** `unit`: empty for a mere number, `%`, or a unit in lower case. */
  | { type: 'number'; value: number; unit: string }
  /** Its arguments flat, less white space; `plain`: no other function among them. */
  | { type: 'function'; text: string; args: Token[]; plain: boolean }
  | { type: 'sign'; text: string };

const SPACE = /[ \t\n\f\r]+/y;
const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const IDENT = /(?:--|-?[A-Za-z_\u0080-\uffff])[-\w\u0080-\uffff]*/y;
const HASH = /#[-\w\u0080-\uffff]+/y;
const STRING = /"[^"\\\n\r\f]*"|'[^'\\\n\r\f]*'/y;
/** Word writes escapes where it defines lists, which no browser reads: in a sheet they are a sign that fits nowhere else. */
const ESCAPED = /\\[^\n\r\f]|"(?:[^"\\\n\r\f]|\\[^\n\r\f])*"|'(?:[^'\\\n\r\f]|\\[^\n\r\f])*'/y;
/** The rest of an address without quotes, after `url(`. */
const BARE_URL = /[ \t\n\f\r]*[^ \t\n\f\r"'()\\\u0000-\u0008\u000b\u000e-\u001f\u007f]*[ \t\n\f\r]*\)/y;
const QUOTED = /[ \t\n\f\r]*["']/y;
/** What stands between values in a declaration; a style sheet has more. */
const SIGNS = ':;,/!';
const SHEET_SIGNS = `${SIGNS}{}@.>+~*`;
const SIGNS_IN_FUNCTION = ',/';

export const lower = (text: string): string => text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());

/** The tokens of a `style` attribute or, with `sheet`, of a style sheet; null: not to be read with certainty. */
export function tokensOf(css: string, sheet = false): Token[] | null {
  const signs = sheet ? SHEET_SIGNS : SIGNS;
  const tokens: Token[] = [];
  const open: { name: string; args: Token[]; plain: boolean }[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(css)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  // Arguments of a function in a function go with the outermost, which says that it is not plain.
  const add = (token: Token) => (open[0]?.args ?? tokens).push(token);
  while (at < css.length) {
    if (take(SPACE) !== null) continue;
    if (css.startsWith('/*', at)) {
      const end = css.indexOf('*/', at + 2);
      if (end < 0) return null;
      at = end + 2;
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      const unit = css[at] === '%' ? css[at++]! : lower(take(IDENT) ?? '');
      add({ type: 'number', value: Number(number), unit });
      continue;
    }
    if (sheet && css.startsWith('-->', at)) {
      at += 3;
      continue;
    }
    const ident = take(IDENT);
    if (ident !== null) {
      const name = lower(ident);
      if (css[at] !== '(') {
        add({ type: 'ident', text: name });
        continue;
      }
      at++;
      if (name === 'url' && !matches(QUOTED, css, at)) {
        if (take(BARE_URL) === null) return null;
        add({ type: 'url', text: name });
        continue;
      }
      if (open.length > 0) open[0]!.plain = false;
      open.push({ name, args: [], plain: name !== 'url' });
      continue;
    }
    const hash = take(HASH);
    if (hash !== null) {
      add({ type: 'hash', text: lower(hash.slice(1)) });
      continue;
    }
    const text = take(STRING);
    if (text !== null) {
      add({ type: 'string', text: lower(text.slice(1, -1)) });
      continue;
    }
    if (sheet && css.startsWith('<!--', at)) {
      at += 4;
      continue;
    }
    if (sheet && take(ESCAPED) !== null) {
      add({ type: 'sign', text: '\\' });
      continue;
    }
    const sign = css[at++]!;
    if (sign === ')' && open.length > 0) {
      const { name, args, plain } = open.pop()!;
      if (open.length === 0) add({ type: 'function', text: name, args, plain });
      continue;
    }
    if (!(open.length > 0 ? SIGNS_IN_FUNCTION : signs).includes(sign)) return null;
    add({ type: 'sign', text: sign });
  }
  return open.length > 0 ? null : tokens;
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}
