/**
 * `client/html`: the verifier with HTML. Reads what a browser would display of a post's HTML into runs for the
 * canonical text, through parse5; the core entry does without it and answers `content: unchecked` for HTML
 * (docs/attestation-hpt.md section 7).
 */
import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  defaultTreeAdapter,
  parseFragment,
  type TreeAdapter,
} from 'parse5';
import { LIMITS } from '../../schemas/limits.js';
import { type CanonicalText, canonicalRuns, type Run } from './canonical.js';
import type { Report } from './characters.js';
import type { LinkRun } from './links.js';
import { TextRejected } from './rejection.js';
import { createVerifier as createCoreVerifier, type Verifier, type VerifierOptions } from './verify.js';

export * from './index.js';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const NOT_SHOWN = new Set(
  'script style template head title noscript iframe object embed svg math select textarea audio video canvas'.split(
    ' ',
  ),
);
const BLOCK = new Set(
  (
    'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 ' +
    'h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul'
  ).split(' '),
);
const CELL = new Set(['td', 'th']);
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
  const reader = new Reader();
  reader.read(parseFragment(html, { treeAdapter: boundedTree() }).childNodes);
  return { runs: reader.runs.filter((run) => run !== ''), reported: [...reader.reported] };
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

interface Step {
  node: Node;
  /** False on the way in, true on the way out of an element. */
  leaving: boolean;
}

/** Walks the tree with a stack of its own, so that no nesting exhausts the call stack. */
class Reader {
  readonly runs: Run[] = [];
  readonly reported = new Set<Report>();
  private link: LinkRun | null = null;
  /** Inside how many `pre`, and how many spans that a style hides. */
  private pre = 0;
  private invisible = 0;

  read(nodes: readonly Node[]): void {
    const steps: Step[] = [...nodes].reverse().map((node) => ({ node, leaving: false }));
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const { node, leaving } = step;
      if (node.nodeName === '#text') this.text((node as DefaultTreeAdapterTypes.TextNode).value);
      if (!('tagName' in node)) continue;
      if (leaving) {
        this.leave(node);
        continue;
      }
      if (NOT_SHOWN.has(node.tagName)) continue;
      if (isHidden(node)) {
        this.reported.add('hidden_text');
        continue;
      }
      this.enter(node);
      steps.push({ node, leaving: true });
      for (let index = node.childNodes.length - 1; index >= 0; index--) {
        steps.push({ node: node.childNodes[index]!, leaving: false });
      }
    }
  }

  private text(value: string): void {
    const text = this.pre > 0 ? value : value.replace(/[ \t\n\f\r]+/g, ' ');
    if (this.link) {
      this.link.full += text;
      if (this.invisible === 0) this.link.shown += text;
    } else if (this.invisible === 0) {
      this.runs.push(text);
    } else if (text.trim() !== '') {
      this.reported.add('hidden_text');
    }
  }

  private edge(text: string): void {
    if (this.link) {
      this.link.shown += text;
      this.link.full += text;
    } else {
      this.runs.push(text);
    }
  }

  private enter(element: Element): void {
    const { tagName } = element;
    if (tagName === 'br') this.edge('\n');
    if (BLOCK.has(tagName)) this.edge('\n');
    if (CELL.has(tagName)) this.edge(' ');
    if (tagName === 'pre') this.pre++;
    if (hasClass(element, 'invisible')) this.invisible++;
    if (tagName === 'img') this.text(attribute(element, 'alt') ?? '');
    if (tagName === 'a' && this.link === null) {
      const href = attribute(element, 'href') ?? '';
      this.link = { kind: linkKind(element), shown: '', full: '', href };
    }
  }

  private leave(element: Element): void {
    const { tagName } = element;
    if (tagName === 'a' && this.link !== null) {
      this.runs.push(this.link.href === '' ? this.link.shown : this.link);
      this.link = null;
    }
    if (hasClass(element, 'invisible')) this.invisible--;
    if (tagName === 'pre') this.pre--;
    if (BLOCK.has(tagName)) this.edge('\n');
  }
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

const hasClass = (element: Element, name: string): boolean =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

const isHidden = (element: Element): boolean =>
  attribute(element, 'hidden') !== undefined ||
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attribute(element, 'style') ?? '');

function linkKind(element: Element): LinkRun['kind'] {
  if (hasClass(element, 'hashtag') || (attribute(element, 'rel') ?? '').split(/\s+/).includes('tag'))
    return 'tag';
  return hasClass(element, 'mention') ? 'mention' : 'link';
}
