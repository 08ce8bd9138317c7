/**
 * HTML to text, with offsets. The tokeniser is parse5's (the HTML standard's own state machine); here stands only which text
 * counts: nothing that is hidden from a reader, and a line break wherever a block begins or ends.
 */
import { type Token, Tokenizer } from 'parse5';
import type { Draft } from './draft.js';
import { contentMode, HiddenParts } from './hidden-html.js';

const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul'.split(
    ' ',
  ),
);
/** Replaces markup by what a reader sees. Linear in the input: one run of the tokeniser. */
export function dropHtml(draft: Draft): void {
  const source = draft.text;
  const hidden = new HiddenParts();
  let kept = 0; // everything before has been dealt with
  let run = ''; // decoded text since then; parse5's own offsets of text are off by a character reference
  const close = (from: number, to: number, put: string): void => {
    if (hidden.within) {
      if (from > kept) draft.replace(kept, from, '');
    } else keepText(draft, kept, from, run);
    run = '';
    if (to > from) draft.replace(from, to, put);
    kept = to;
  };
  const read = (token: Token.CharacterToken): void => {
    run += token.chars;
  };
  const apart = (token: Token.CommentToken | Token.DoctypeToken): void =>
    close(token.location!.startOffset, token.location!.endOffset, '');
  const tokenizer = new Tokenizer(
    { sourceCodeLocationInfo: true },
    {
      onCharacter: read,
      onWhitespaceCharacter: read,
      onNullCharacter: read,
      onComment: apart,
      onDoctype: apart,
      onEof: () => close(source.length, source.length, ''),
      onStartTag: (token) => {
        const { startOffset, endOffset } = token.location!;
        close(startOffset, endOffset, BLOCKS.has(token.tagName) ? '\n' : '');
        tokenizer.state = contentMode(token.tagName) ?? tokenizer.state;
        hidden.open(token);
      },
      onEndTag: (token) => {
        const { startOffset, endOffset } = token.location!;
        close(startOffset, endOffset, BLOCKS.has(token.tagName) ? '\n' : '');
        hidden.close(token);
      },
    },
  );
  tokenizer.write(source, true);
  draft.steps += source.length;
  draft.commit();
}

const REFERENCE = /&(?:#[0-9]{1,10};?|#[xX][0-9A-Fa-f]{1,8};?|[A-Za-z][A-Za-z0-9]{0,31};?)/y;
const AMPERSAND = /&(?:amp;?|AMP;?|#0{0,6}38;?|#[xX]0{0,6}26;?)/y;

/** Line breaks in the source are spaces to a reader; character references are put where they stood. */
function keepText(draft: Draft, from: number, to: number, chars: string): void {
  const source = draft.text;
  let out = 0;
  for (let i = from; i < to; ) {
    draft.steps++;
    const unit = source[i]!;
    if (unit === '\r' || unit === '\n') {
      const pair = unit === '\r' && source[i + 1] === '\n' ? 2 : 1;
      draft.replace(i, i + pair, ' ');
      i += pair;
      out++;
      continue;
    }
    if (unit !== '&') {
      if (chars[out] !== unit) draft.replace(i, i + 1, chars[out] ?? '');
      i++;
      out++;
      continue;
    }
    const literal = chars[out] === '&';
    const pattern = literal ? AMPERSAND : REFERENCE;
    pattern.lastIndex = i;
    const length = pattern.exec(source)?.[0].length ?? 1;
    draft.steps += 36;
    if (length === 1) {
      i++;
      out++;
      continue;
    }
    const width = !literal && (chars.codePointAt(out) ?? 0) > 0xffff ? 2 : 1;
    // A name without its semicolon may end inside the letters that follow: find where the text goes on.
    let end = i + length;
    if (!literal)
      while (end > i + 2 && end < to && !'&\r\n'.includes(source[end]!) && source[end] !== chars[out + width])
        end--;
    draft.replace(i, end, chars.slice(out, out + width));
    i = end;
    out += width;
  }
}
