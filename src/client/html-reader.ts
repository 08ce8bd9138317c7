/**
 * Walks a parsed fragment of HTML and writes down what a browser would display of it, as runs for the canonical text:
 * text with LF at block edges, quotations as `> ` lines, numbers of lists, links with what they show
 * (docs/attestation-hpt.md section 7). With a stack of its own, so that no nesting exhausts the call stack.
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { Run } from './canonical.js';
import type { Report } from './characters.js';
import { LEAST_DIFFERENCE, PAPER, WHITE } from './css-colours.js';
import {
  attribute,
  beginsRightToLeft,
  CELL,
  CONTROLS,
  childrenOf,
  directionOf,
  type Element,
  EMBEDDED,
  hasClass,
  isEmoji,
  markOf,
  type Node,
  names,
  PREFORMATTED,
  textsOf,
} from './html-elements.js';
import { embeddedText, OBJECT } from './html-embedded.js';
import { type List, markerOf, openList } from './html-list.js';
import { FIRST_LOOK, type Look } from './html-look.js';
import { sheetsOf } from './html-sheet.js';
import { type Style, styleOf } from './html-style.js';
import type { LinkRun } from './links.js';
import { emojiOf } from './shortcodes.js';

interface Step {
  node: Node;
  /** What to do on the way out of an element; absent on the way in. */
  leave?: () => void;
}

/** Quotations deeper than this are written as deep as this. */
const QUOTE_DEPTH = 8;

/** Elements without text of their own that shape the text around: in doubt, they are written as an object. */
const SHAPING = names('br wbr col colgroup');
/** What is never shown and holds no text of the post is not reported; nor is an empty one of the others. */
const SILENT = names('style title rp');
const UNMEANT = names('script template noframes noembed datalist');
const CONDITION = /^[ \t\n\f\r]*\[if\b/i;

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
  private look: Look = FIRST_LOOK;
  /** What is in doubt and has no text yet, from the outside in; of these, how many were there when the link began. */
  private pending: Report[] = [];
  private pendingAtLink = 0;
  private runsRightToLeft: boolean | undefined;

  /** `pages`: the attributes of `html` and `body` tags as elements around the whole, from the outside in. */
  constructor(
    private readonly nodes: readonly Node[],
    private readonly pages: readonly Element[] = [],
  ) {}

  read(): void {
    const close = [...this.openSheets(), ...this.pages.flatMap((page) => this.openPage(page))];
    this.readNodes();
    for (const each of close.reverse()) each();
  }

  private readNodes(): void {
    const steps: Step[] = this.nodes.map((node) => ({ node })).reverse();
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      if (step.leave) {
        step.leave();
        continue;
      }
      const { node } = step;
      if (node.nodeName === '#text') this.text((node as DefaultTreeAdapterTypes.TextNode).value);
      if (node.nodeName === '#comment') this.comment((node as DefaultTreeAdapterTypes.CommentNode).data);
      if (!('tagName' in node)) continue;
      const leave = this.enter(node);
      if (leave === null) continue;
      steps.push({ node, leave });
      for (let index = node.childNodes.length - 1; index >= 0; index--) {
        steps.push({ node: node.childNodes[index]! });
      }
    }
  }

  /** A style sheet that may hide or add text puts all of it in doubt. */
  private openSheets(): (() => void)[] {
    const { found, doubt, coloured } = sheetsOf(this.nodes);
    if (found) this.reported.add('style_sheet');
    this.look = { ...this.look, paper: coloured };
    return doubt ? [this.openDoubt('uncertain')] : [];
  }

  /** Shown in a page of its own, a post has these styles, and as a part of another it has not: any that matters is in doubt. */
  private openPage(page: Element): (() => void)[] {
    const style = styleOf(page, this.look);
    const { look, outcome, align, struck } = style;
    const plain = look.behind >= PAPER && WHITE - look.text >= LEAST_DIFFERENCE;
    const turned = directionOf(style, () => this.isRightToLeft()) !== null;
    if (outcome !== 'shown' || !plain || turned || struck || align !== undefined)
      return [this.openDoubt('uncertain')];
    this.look = look;
    return [];
  }

  /** Returns how the element is left, or null when nothing inside it is shown. */
  private enter(element: Element): (() => void) | null {
    const { tagName } = element;
    const style = styleOf(element, this.look);
    const shadow = tagName === 'template' && attribute(element, 'shadowrootmode') !== undefined;
    if (style.outcome === 'hidden' && !shadow) {
      this.hidden(element);
      return null;
    }
    const outer = this.look;
    const { block } = style;
    if (block) this.edge();
    if (CELL.has(tagName)) this.write(' ');
    const closeDoubt = this.openDoubtOf(tagName, style);
    if (EMBEDDED.has(tagName) || shadow) {
      this.embed(element);
      closeDoubt?.();
      return null;
    }
    this.look = style.look;
    if (tagName === 'img') this.picture(attribute(element, 'alt') ?? '');
    if (tagName === 'br') this.breakLine();
    if (PREFORMATTED.has(tagName)) this.pre++;
    if (tagName === 'blockquote') this.quote++;
    const list = tagName === 'ol' || tagName === 'ul' || tagName === 'menu';
    if (list) this.lists.push(openList(element, style.bare));
    if (tagName === 'li') this.number(element);
    const hidesPart = this.link !== null && hasClass(element, 'invisible');
    if (hidesPart) this.invisible++;
    const opened = tagName === 'a' && this.link === null;
    if (opened) this.openLink(element);
    const direction = directionOf(style, () => this.isRightToLeft());
    if (direction) this.write(direction[0]);
    const mark = markOf(element, style);
    const closeMark = mark && this.openMark(mark);
    return () => {
      closeMark?.();
      if (direction) this.write(direction[1]);
      if (opened) this.closeLink();
      if (hidesPart) this.invisible--;
      if (tagName === 'li') this.numbered = false;
      if (list) this.lists.pop();
      closeDoubt?.();
      if (tagName === 'blockquote') this.leaveQuote();
      if (PREFORMATTED.has(tagName)) this.pre--;
      if (block) this.edge();
      this.look = outer;
    };
  }

  private hidden(element: Element): void {
    const { tagName } = element;
    const silent = SILENT.has(tagName) || (UNMEANT.has(tagName) && !holdsText(element));
    if (!silent) this.reported.add('hidden_text');
  }

  private comment(data: string): void {
    if (CONDITION.test(data)) this.reported.add('conditional_comment');
  }

  private embed(element: Element): void {
    const text = embeddedText(element);
    if (text === null) return;
    this.reported.add('embedded');
    this.write(text);
  }

  private openDoubtOf(tagName: string, { outcome }: Style): (() => void) | undefined {
    if (outcome === 'shown') return CONTROLS.has(tagName) ? this.openDoubt('embedded') : undefined;
    return this.openDoubt('uncertain', outcome === 'around' || SHAPING.has(tagName));
  }

  /**
   * Before the first text from here on stands an object, and another where the returned function is called. Without any
   * text between nothing stands there or, with `always`, one.
   */
  private openDoubt(report: Report, always = false): () => void {
    const depth = this.pending.push(report);
    return () => {
      if (this.pending.length < depth) {
        this.write(OBJECT);
        return;
      }
      this.pending.pop();
      if (!always) return;
      this.reported.add(report);
      this.write(OBJECT);
    };
  }

  /** Writes the objects before the first text of what is in doubt: those from outside an open link stand before it. */
  private openPending(): void {
    const { pending, pendingAtLink } = this;
    this.pending = [];
    this.pendingAtLink = 0;
    for (const report of pending) this.reported.add(report);
    const outside = this.link === null ? 0 : Math.min(pendingAtLink, pending.length);
    if (outside > 0) {
      this.beginLine();
      this.runs.push(OBJECT.repeat(outside));
    }
    if (pending.length > outside) this.write(OBJECT.repeat(pending.length - outside));
  }

  private text(value: string): void {
    this.write(this.pre > 0 ? value : value.replace(/[ \t\n\f\r]+/g, ' '));
  }

  /** Adds displayed text to the open link or to the runs, with the quotation's mark where a line begins. */
  private write(text: string): void {
    const blank = !/[^ \t\n\f\r]/.test(text);
    if (!blank && this.pending.length > 0) this.openPending();
    if (this.link) {
      this.link.full += text;
      if (this.invisible === 0) this.link.shown += text;
      return;
    }
    if (blank) {
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

  private openLink(element: Element): void {
    this.link = { kind: linkKind(element), shown: '', full: '', href: attribute(element, 'href') ?? '' };
    this.pendingAtLink = this.pending.length;
  }

  private closeLink(): void {
    const link = this.link!;
    this.link = null;
    if (link.href !== '' && this.pending.length > 0) this.openPending();
    this.beginLine();
    this.runs.push(link.href === '' ? link.full! : link);
  }

  private isRightToLeft(): boolean {
    this.runsRightToLeft ??= textsOf(this.nodes, beginsRightToLeft) ?? false;
    return this.runsRightToLeft;
  }
}

const holdsText = (element: Element): boolean =>
  textsOf(childrenOf(element), (text) => /\S/.test(text) || null) === true;

function linkKind(element: Element): LinkRun['kind'] {
  if (hasClass(element, 'hashtag') || (attribute(element, 'rel') ?? '').split(/\s+/).includes('tag'))
    return 'tag';
  return hasClass(element, 'mention') ? 'mention' : 'link';
}
