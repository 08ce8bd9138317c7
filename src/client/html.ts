/**
 * `client/html`: the verifier with HTML. Reads what a browser would display of a post's HTML into runs for the
 * canonical text, through parse5; the core entry does without it and answers `content: unchecked` for HTML
 * (docs/attestation-hpt.md section 7).
 */
import {
  type DefaultTreeAdapterMap,
  defaultTreeAdapter,
  html as names,
  Parser,
  type Token,
  type TreeAdapter,
} from 'parse5';
import { LIMITS } from '../../schemas/limits.js';
import { type CanonicalText, canonicalRuns, type Run } from './canonical.js';
import type { Report } from './characters.js';
import type { Element } from './html-elements.js';
import { HtmlReader } from './html-reader.js';
import { TextRejected } from './rejection.js';
import { createVerifier as createCoreVerifier, type Verifier, type VerifierOptions } from './verify.js';

export * from './index.js';

/** Elements open at once, and elements in all, the ones that the parser repeats for misnested tags included. */
const DEPTH = 512;
const ELEMENTS = 20_000;

/** The canonical form of a post's HTML. @throws {TextRejected} */
export function canonicalHtml(html: string): CanonicalText {
  const { runs, reported } = runsOfHtml(html);
  return canonicalRuns(runs, reported);
}

/** As `createVerifier` of the core, and checks HTML too. */
export const createVerifier = (options: VerifierOptions): Verifier =>
  createCoreVerifier({ html: canonicalHtml, ...options });

/** What the HTML displays: text with LF at block edges, links with what they show. @throws {TextRejected} */
export function runsOfHtml(html: string): { runs: Run[]; reported: Report[] } {
  if (html.length > 4 * LIMITS.textCodePoints) {
    throw new TextRejected('too_long', `found ${html.length} UTF-16 units of HTML`);
  }
  const parser = FragmentParser.getFragmentParser<DefaultTreeAdapterMap>(null, {
    treeAdapter: boundedTree(),
  });
  parser.tokenizer.write(html, true);
  const reader = new HtmlReader(parser.getFragment().childNodes, (parser as FragmentParser).pages());
  const { runs, reported } = reader.read();
  return { runs: runs.filter((run) => run !== ''), reported: [...reported] };
}

/** Reads a fragment as `parseFragment` does, and keeps the attributes of `html` and `body` tags, which a fragment has none of. */
class FragmentParser extends Parser<DefaultTreeAdapterMap> {
  /** By tag and name of the attribute. As browsers do: of several tags, each attribute counts once, the first. */
  private readonly found = { html: new Map<string, string>(), body: new Map<string, string>() };

  override onStartTag(token: Token.TagToken): void {
    const { tagName, attrs } = token;
    if (tagName === 'html' || tagName === 'body') {
      const known = this.found[tagName];
      for (const { name, value } of attrs) if (!known.has(name)) known.set(name, value);
    }
    super.onStartTag(token);
  }

  /** Elements with these attributes, from the outside in. */
  pages(): Element[] {
    return (['html', 'body'] as const).flatMap((tag) => {
      const attrs = [...this.found[tag]].map(([name, value]) => ({ name, value }));
      return attrs.length === 0 ? [] : [defaultTreeAdapter.createElement(tag, names.NS.HTML, attrs)];
    });
  }
}

/**
 * Builds the tree and stops when it grows beyond any post: 400,000 units of misnested formatting elements would
 * otherwise become gigabytes (measured), as HTML has them repeated in every paragraph.
 */
function boundedTree(): TreeAdapter<DefaultTreeAdapterMap> {
  let elements = 0;
  let open = 0;
  const refuse = (detail: string) => {
    throw new TextRejected('too_long', detail);
  };
  return {
    ...defaultTreeAdapter,
    createElement(...element) {
      if (++elements > ELEMENTS) refuse(`found more than ${ELEMENTS} elements`);
      return defaultTreeAdapter.createElement(...element);
    },
    onItemPush() {
      if (++open > DEPTH) refuse(`found more than ${DEPTH} elements open at once`);
    },
    onItemPop() {
      open--;
    },
  };
}
