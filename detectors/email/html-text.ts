/**
 * The HTML of a letter as its reader sees it: blocks on lines of their own, quoted blocks marked with `> ` as in plain
 * mail, and nothing of what a mail program hides (preheaders, scripts, `display: none`). One run of parse5's tokeniser,
 * so the work is linear in the source whatever is nested in it.
 */
import { type Token, Tokenizer } from 'parse5';
import { contentMode, HiddenParts, LINES, PARAGRAPHS } from '../canonical/hidden-html.js';

/** Deeper quoting than this adds no marks. */
const QUOTE_DEPTH = 8;

/** Lines of visible text, put together with the breaks between them. */
class Page {
  readonly #parts: string[] = [];
  #breaks = 0;
  #space = false;
  quotes = 0;
  /** Inside `<pre>` line breaks count. */
  preformatted = 0;

  breakLine(count: number): void {
    this.#breaks = Math.max(this.#breaks, count);
    this.#space = false;
  }

  /** One more line break, as `<br>` makes: two of them leave an empty line. */
  addBreak(): void {
    this.#breaks = Math.min(this.#breaks + 1, 2);
    this.#space = false;
  }

  write(text: string): void {
    if (this.preformatted > 0) {
      for (const [at, line] of text.split(/\r\n?|\n/).entries()) {
        if (at > 0) this.addBreak();
        if (line !== '') this.#put(line);
      }
      return;
    }
    const folded = text.replace(/[ \t\r\n\f]+/g, ' ');
    const trimmed = folded.trimStart().length === folded.length ? folded : folded.slice(1);
    if (folded.startsWith(' ')) this.#space = true;
    if (trimmed === '') return;
    const closed = trimmed.endsWith(' ') ? trimmed.slice(0, -1) : trimmed;
    this.#put(closed);
    this.#space = closed !== trimmed;
  }

  #put(text: string): void {
    if (this.#parts.length === 0 || this.#breaks > 0) {
      if (this.#parts.length > 0) this.#parts.push('\n'.repeat(this.#breaks));
      this.#parts.push('> '.repeat(Math.min(this.quotes, QUOTE_DEPTH)));
    } else if (this.#space) this.#parts.push(' ');
    this.#breaks = 0;
    this.#space = false;
    this.#parts.push(text);
  }

  get text(): string {
    return this.#parts.join('');
  }
}

/** @param html markup of one or more parts @returns visible text, lines separated by LF */
export function htmlText(html: string): string {
  const page = new Page();
  const hidden = new HiddenParts();

  const start = (token: Token.TagToken): void => {
    const { tagName: name } = token;
    tokenizer.state = contentMode(name) ?? tokenizer.state;
    hidden.open(token);
    if (hidden.within) return;
    if (name === 'br') page.addBreak();
    else if (PARAGRAPHS.has(name)) page.breakLine(2);
    else if (LINES.has(name)) page.breakLine(1);
    if (name === 'blockquote') page.quotes++;
    if (name === 'pre') page.preformatted++;
  };

  const end = (token: Token.TagToken): void => {
    if (hidden.within) {
      hidden.close(token);
      return;
    }
    const { tagName: name } = token;
    if (PARAGRAPHS.has(name)) page.breakLine(2);
    else if (LINES.has(name)) page.breakLine(1);
    if (name === 'blockquote') page.quotes = Math.max(0, page.quotes - 1);
    if (name === 'pre') page.preformatted = Math.max(0, page.preformatted - 1);
  };

  const characters = ({ chars }: Token.CharacterToken): void => {
    if (!hidden.within) page.write(chars);
  };
  const nothing = (): void => undefined;
  const tokenizer = new Tokenizer(
    {},
    {
      onStartTag: start,
      onEndTag: end,
      onCharacter: characters,
      onWhitespaceCharacter: characters,
      onNullCharacter: nothing,
      onComment: nothing,
      onDoctype: nothing,
      onEof: nothing,
    },
  );
  tokenizer.write(html, true);
  return page.text;
}
