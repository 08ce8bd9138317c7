/**
 * Walks a parsed fragment of HTML and writes down what a browser would display of it, as runs for the canonical text:
 * text with LF at block edges, quotations as `> ` lines, numbers of lists, links with what they show
 * (docs/attestation-hpt.md section 7). With a stack of its own, so that no nesting exhausts the call stack.
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { Run } from './canonical.js';
import type { Report } from './characters.js';
import {
  attribute,
  beginsRightToLeft,
  CELL,
  directionOf,
  type Element,
  EMBEDDED,
  hasClass,
  isBlock,
  isEmoji,
  markOf,
  NOT_SHOWN,
  type Node,
  PREFORMATTED,
} from './html-elements.js';
import { type List, markerOf, openList } from './html-list.js';
import { isHidden, isStyled, styleOf } from './html-style.js';
import type { LinkRun } from './links.js';
import { emojiOf } from './shortcodes.js';

interface Step {
  node: Node;
  /** What to do on the way out of an element; absent on the way in. */
  leave?: () => void;
}

/** Quotations deeper than this are written as deep as this. */
const QUOTE_DEPTH = 8;

export class HtmlReader {
  readonly runs: Run[] = [];
  readonly reported = new Set<Report>();
  private link: LinkRun | null = null;
  /** Inside how many `pre`, quotations, and spans that a class hides within a link. */
  private pre = 0;
  private quote = 0;
  private invisible = 0;
  private lineStart = true;
  /** Directly after the number of a list item: its text stays on that line. */
  private numbered = false;
  private readonly lists: List[] = [];
  private runsRightToLeft: boolean | undefined;

  constructor(private readonly nodes: readonly Node[]) {}

  read(): void {
    const steps: Step[] = this.nodes.map((node) => ({ node })).reverse();
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      if (step.leave) {
        step.leave();
        continue;
      }
      const { node } = step;
      if (node.nodeName === '#text') this.text((node as DefaultTreeAdapterTypes.TextNode).value);
      if (!('tagName' in node)) continue;
      const leave = this.enter(node);
      if (leave === null) continue;
      steps.push({ node, leave });
      for (let index = node.childNodes.length - 1; index >= 0; index--) {
        steps.push({ node: node.childNodes[index]! });
      }
    }
  }

  /** Returns how the element is left, or null when nothing inside it is shown. */
  private enter(element: Element): (() => void) | null {
    const { tagName } = element;
    if (tagName === 'style') this.reported.add('style_sheet');
    if (NOT_SHOWN.has(tagName)) return null;
    const style = styleOf(element);
    if (style === null || isHidden(element, style)) {
      this.reported.add('hidden_text');
      return null;
    }
    if (EMBEDDED.has(tagName)) {
      if (textsOf(element.childNodes, (text) => /\S/.test(text) || null) === true) {
        this.reported.add('embedded');
        this.write('\ufffc');
      }
      return null;
    }
    if (tagName === 'img') this.picture(attribute(element, 'alt') ?? '');
    if (tagName === 'br') this.breakLine();
    if (isStyled(style)) this.reported.add('styled');
    const block = isBlock(element, style);
    if (block) this.edge();
    if (CELL.has(tagName)) this.write(' ');
    if (PREFORMATTED.has(tagName)) this.pre++;
    if (tagName === 'blockquote') this.quote++;
    if (tagName === 'ol' || tagName === 'ul' || tagName === 'menu') this.lists.push(openList(element, style));
    if (tagName === 'li') this.number(element);
    const hidesPart = this.link !== null && hasClass(element, 'invisible');
    if (hidesPart) this.invisible++;
    const opened = tagName === 'a' && this.link === null;
    if (opened)
      this.link = { kind: linkKind(element), shown: '', full: '', href: attribute(element, 'href') ?? '' };
    const direction = directionOf(element, style, () => this.isRightToLeft());
    if (direction) this.write(direction[0]);
    const mark = markOf(element, style);
    const closeMark = mark && this.openMark(mark);
    return () => {
      closeMark?.();
      if (direction) this.write(direction[1]);
      if (opened) this.closeLink();
      if (hidesPart) this.invisible--;
      if (tagName === 'li') this.numbered = false;
      if (tagName === 'ol' || tagName === 'ul' || tagName === 'menu') this.lists.pop();
      if (tagName === 'blockquote') this.leaveQuote();
      if (PREFORMATTED.has(tagName)) this.pre--;
      if (block) this.edge();
    };
  }

  private text(value: string): void {
    this.write(this.pre > 0 ? value : value.replace(/[ \t\n\f\r]+/g, ' '));
  }

  /** Adds displayed text to the open link or to the runs, with the quotation's mark where a line begins. */
  private write(text: string): void {
    if (this.link) {
      this.link.full += text;
      if (this.invisible === 0) this.link.shown += text;
      return;
    }
    if (!/[^ \t\n\f\r]/.test(text)) {
      this.runs.push(text);
      if (text.includes('\n')) this.lineStart = true;
      return;
    }
    this.beginLine();
    const prefix = this.prefix();
    this.runs.push(prefix === '' ? text : text.replace(/\n(?=[^\n])/g, `\n${prefix}`));
    this.lineStart = /\n[ \t]*$/.test(text);
  }

  private beginLine(): void {
    if (this.lineStart && this.quote > 0) this.runs.push(this.prefix());
    this.lineStart = false;
    this.numbered = false;
  }

  private prefix = () => '> '.repeat(Math.min(this.quote, QUOTE_DEPTH));

  private breakLine(): void {
    this.numbered = false;
    this.edge();
  }

  private edge(): void {
    if (this.numbered) return;
    this.write('\n');
  }

  private leaveQuote(): void {
    this.edge();
    this.quote--;
  }

  private number(item: Element): void {
    const list = this.lists.at(-1);
    const marker = list === undefined ? '' : markerOf(list, item);
    if (marker === '') return;
    this.write(marker);
    this.numbered = true;
  }

  private picture(alt: string): void {
    if (isEmoji(alt)) this.write(emojiOf(alt));
    else this.reported.add('picture');
  }

  /** Writes what stands before a marked element, and returns how to close it: with nothing around nothing. */
  private openMark([before, after]: readonly [string, string]): () => void {
    if (this.link) {
      this.write(before);
      return () => this.write(after);
    }
    this.write(before);
    const at = this.runs.length;
    return () => {
      const inside = this.runs.slice(at);
      const only = inside.length === 1 && typeof inside[0] === 'string' ? inside[0] : undefined;
      const ordinal = before === '^(' && only !== undefined && /^(?:st|nd|rd|th)$/i.test(only);
      if (ordinal || !inside.some((run) => typeof run !== 'string' || /\S/.test(run))) this.runs[at - 1] = '';
      else this.write(after);
    };
  }

  private closeLink(): void {
    const link = this.link!;
    this.link = null;
    this.beginLine();
    this.runs.push(link.href === '' ? link.full! : link);
  }

  private isRightToLeft(): boolean {
    this.runsRightToLeft ??= textsOf(this.nodes, beginsRightToLeft) ?? false;
    return this.runsRightToLeft;
  }
}

/** The first answer that is not null to the texts inside these nodes, in order. */
function textsOf(nodes: readonly Node[], answer: (text: string) => boolean | null): boolean | null {
  const stack = [...nodes].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.nodeName === '#text') {
      const found = answer((node as DefaultTreeAdapterTypes.TextNode).value);
      if (found !== null) return found;
    }
    if (!('tagName' in node) || /^(?:title|desc|style|script)$/.test(node.tagName)) continue;
    for (let index = node.childNodes.length - 1; index >= 0; index--) stack.push(node.childNodes[index]!);
  }
  return null;
}

function linkKind(element: Element): LinkRun['kind'] {
  if (hasClass(element, 'hashtag') || (attribute(element, 'rel') ?? '').split(/\s+/).includes('tag'))
    return 'tag';
  return hasClass(element, 'mention') ? 'mention' : 'link';
}
