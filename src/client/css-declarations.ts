/**
 * Declarations of a `style` attribute, and those of a style sheet with what its rules are (CSS Syntax Level 3, section 5),
 * strictly: a piece that is no declaration leaves nothing to rely on.
 */
import { type Token, tokensOf } from './css-tokens.js';

export interface Declaration {
  /** In lower case. */
  name: string;
  value: Token[];
  important: boolean;
}

/** Declarations in order; null when anything is not to be read with certainty. Empty ones (`;;`) are nothing. */
export function declarationsOf(style: string): Declaration[] | null {
  const tokens = tokensOf(style);
  return tokens === null ? null : readDeclarations(tokens);
}

/** Every declaration that the rules of a style sheet make; null when it is not to be read, or has an at-rule with effect. */
export function sheetDeclarationsOf(css: string): Declaration[] | null {
  const tokens = tokensOf(css, true);
  if (tokens === null) return null;
  const found: Declaration[] = [];
  for (let at = 0; at < tokens.length; ) {
    const open = signAt(tokens, '{', at);
    const close = signAt(tokens, '}', at);
    if (open < 0 || close < open) return null;
    const block = tokens.slice(open + 1, close);
    const rule = ruleOf(tokens.slice(at, open));
    at = close + 1;
    if (block.some((token) => isSign(token, '{')) || rule === 'unknown') return null;
    if (rule === 'none') continue;
    const declared = readDeclarations(block);
    if (declared === null || (rule === 'font' && declared.some(({ name }) => !FONT_NAMES.test(name))))
      return null;
    if (rule === 'style') for (const each of declared) found.push(each);
  }
  return found;
}

/** What only names a font: with a `src` it would bring glyphs of its own. */
const FONT_NAMES = /^(?:font-(?:family|style|weight|stretch)|panose-1|mso-[a-z-]+)$/;

/** `@page` is about paper, `@list` is nothing to a browser, `@font-face` names a font. */
function ruleOf(prelude: readonly Token[]): 'style' | 'font' | 'none' | 'unknown' {
  const [first, second] = prelude;
  const odd = prelude.slice(1).some((token) => token.type === 'sign' && /[@;}\\]/.test(token.text));
  if (first === undefined || odd) return 'unknown';
  if (!isSign(first, '@')) return isSign(first, ';') || isSign(first, '\\') ? 'unknown' : 'style';
  const name = second?.type === 'ident' ? second.text : '';
  if (name === 'page' || name === 'list') return 'none';
  return name === 'font-face' && prelude.length === 2 ? 'font' : 'unknown';
}

function readDeclarations(tokens: readonly Token[]): Declaration[] | null {
  const found: Declaration[] = [];
  for (let at = 0; at < tokens.length; ) {
    const next = signAt(tokens, ';', at);
    const end = next < 0 ? tokens.length : next;
    const declaration = readDeclaration(tokens.slice(at, end));
    if (declaration === null) return null;
    if (declaration !== 'empty') found.push(declaration);
    at = end + 1;
  }
  return found;
}

function readDeclaration(tokens: readonly Token[]): Declaration | 'empty' | null {
  const [name, colon, ...value] = tokens;
  if (name === undefined) return 'empty';
  if (name.type !== 'ident' || colon === undefined || !isSign(colon, ':')) return null;
  const last = value.at(-1);
  const important = last?.type === 'ident' && last.text === 'important' && isSign(value.at(-2), '!');
  if (important) value.splice(-2);
  const plain = !value.some((token) => token.type === 'sign' && !/^[,/]$/.test(token.text));
  return plain && value.length > 0 ? { name: name.text, value, important } : null;
}

const isSign = (token: Token | undefined, text: string): boolean =>
  token?.type === 'sign' && token.text === text;

function signAt(tokens: readonly Token[], text: string, from: number): number {
  for (let at = from; at < tokens.length; at++) if (isSign(tokens[at], text)) return at;
  return -1;
}
