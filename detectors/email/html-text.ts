/**
 * The HTML of a letter as its reader sees it: blocks on lines of their own, quoted blocks marked with `> ` as in plain
 * mail, and nothing of what a mail program hides (preheaders, scripts, `display: none`). One run of parse5's tokeniser,
 * so the work is linear in the source whatever is nested in it.
 */
import { type Token, Tokenizer, TokenizerMode } from 'parse5';

const words = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** A line of their own. */
const LINES = words(
  'address article aside center dd div dl dt fieldset figcaption figure footer form header hr legend li main nav ol option section table tbody td tfoot th thead tr ul body',
);
/** An empty line around them. */
const PARAGRAPHS = words('p h1 h2 h3 h4 h5 h6 pre blockquote');
/** Never shown; their content is no markup either. */
const SILENT: Readonly<Record<string, number | null>> = {
  script: TokenizerMode.SCRIPT_DATA,
  style: TokenizerMode.RAWTEXT,
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
  noscript: TokenizerMode.RAWTEXT,
  iframe: TokenizerMode.RAWTEXT,
  template: null,
  select: null,
  svg: null,
};
/** End where a sibling begins, so an end tag that is missing hides no more than a browser would. */
const IMPLIED_END = words('p li dt dd td th tr thead tbody tfoot option');
const VOID = words('area base br col embed hr img input link meta param source track wbr');

const INVISIBLE =
  /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:font-size|opacity|max-height)\s*:\s*0(?:\.0{1,8})?(?:px|pt|em|rem|%)?\s*(?:$|[;!]))/i;
/** A style attribute longer than this is not looked at to its end. */
const STYLE_LENGTH = 4_096;
/** Deeper quoting than this adds no marks. */
const QUOTE_DEPTH = 8;

const isHidden = (attributes: readonly Token.Attribute[]): boolean =>
  attributes.some(
    ({ name, value }) =>
      name === 'hidden' || (name === 'style' && INVISIBLE.test(value.slice(0, STYLE_LENGTH))),
  );

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

/** What is hidden at present: the element that began it, and how many of its name are open inside. */
interface Hidden {
  name: string;
  depth: number;
}

/** @param html markup of one or more parts @returns visible text, lines separated by LF */
export function htmlText(html: string): string {
  const page = new Page();
  let hidden: Hidden | null = null;

  const start = (token: Token.TagToken): void => {
    const { tagName: name, attrs, selfClosing } = token;
    const mode = SILENT[name];
    if (typeof mode === 'number') tokenizer.state = mode;
    if (hidden !== null) {
      const ended =
        IMPLIED_END.has(hidden.name) &&
        (hidden.name === name || (hidden.name === 'p' && (LINES.has(name) || PARAGRAPHS.has(name))));
      if (ended) hidden = null;
      else if (hidden.name === name && !selfClosing) hidden.depth++;
    }
    if (hidden === null && !VOID.has(name) && (name in SILENT || isHidden(attrs))) {
      if (!(name in SILENT && selfClosing)) hidden = { name, depth: 1 };
    }
    if (hidden !== null) return;
    if (name === 'br') page.addBreak();
    else if (PARAGRAPHS.has(name)) page.breakLine(2);
    else if (LINES.has(name)) page.breakLine(1);
    if (name === 'blockquote') page.quotes++;
    if (name === 'pre') page.preformatted++;
  };

  const end = ({ tagName: name }: Token.TagToken): void => {
    if (hidden !== null) {
      if (hidden.name === name && --hidden.depth === 0) hidden = null;
      return;
    }
    if (PARAGRAPHS.has(name)) page.breakLine(2);
    else if (LINES.has(name)) page.breakLine(1);
    if (name === 'blockquote') page.quotes = Math.max(0, page.quotes - 1);
    if (name === 'pre') page.preformatted = Math.max(0, page.preformatted - 1);
  };

  const characters = ({ chars }: Token.CharacterToken): void => {
    if (hidden === null) page.write(chars);
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
