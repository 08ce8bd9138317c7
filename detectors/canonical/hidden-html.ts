/**
 * Which parts of HTML no reader sees: scripts and their like, elements with `hidden`, and elements that their own style
 * hides. Follows the tokens of one run of parse5's tokeniser, so that posts and letters are read alike and what is hidden
 * in either adds nothing to a score.
 */
import { type Token, TokenizerMode } from 'parse5';

const words = (names: string): ReadonlySet<string> => new Set(names.split(' '));

/** A line of their own. */
export const LINES = words(
  'address article aside center dd div dl dt fieldset figcaption figure footer form header hr legend li main nav ol option section table tbody td tfoot th thead tr ul body',
);
/** An empty line around them. */
export const PARAGRAPHS = words('p h1 h2 h3 h4 h5 h6 pre blockquote');
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
const isHidden = (attributes: readonly Token.Attribute[]): boolean =>
  attributes.some(
    ({ name, value }) =>
      name === 'hidden' || (name === 'style' && INVISIBLE.test(value.slice(0, STYLE_LENGTH))),
  );

/** What is hidden at present: the element that began it, and how many of its name are open inside. */
interface Hidden {
  name: string;
  depth: number;
}

/** State the tokeniser has to take for what is inside an element that is never shown, if its content is no markup. */
export const contentMode = (name: string): number | null => SILENT[name] ?? null;

/** Follows start and end tags, and tells whether what stands between them is hidden. */
export class HiddenParts {
  #hidden: Hidden | null = null;

  /** True between the tags of something hidden. */
  get within(): boolean {
    return this.#hidden !== null;
  }

  open({ tagName: name, attrs, selfClosing }: Token.TagToken): void {
    if (this.#hidden !== null) {
      const began = this.#hidden.name;
      const ended =
        IMPLIED_END.has(began) &&
        (began === name || (began === 'p' && (LINES.has(name) || PARAGRAPHS.has(name))));
      if (ended) this.#hidden = null;
      else if (began === name && !selfClosing) this.#hidden.depth++;
    }
    if (this.#hidden === null && !VOID.has(name) && (name in SILENT || isHidden(attrs))) {
      if (!(name in SILENT && selfClosing)) this.#hidden = { name, depth: 1 };
    }
  }

  close({ tagName: name }: Token.TagToken): void {
    if (this.#hidden?.name === name && --this.#hidden.depth === 0) this.#hidden = null;
  }
}
