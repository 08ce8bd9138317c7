/**
 * Walks a parsed fragment of HTML and writes down what a browser would display of it, as runs for the canonical text:
 * text with LF at block edges, quotations as `> ` lines, numbers of lists, links with what they show
 * (docs/attestation-hpt.md section 7). With a stack of its own, so that no nesting exhausts the call stack.
 */
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { Report } from './characters.js';
import { isTold, PAPER, WHITE } from './css-colours.js';
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
  RIGHT_TO_LEFT,
  textsOf,
} from './html-elements.js';
import { embeddedText } from './html-embedded.js';
import { isCutOff, type List, markerOf, openList } from './html-list.js';
import { FIRST_LOOK, type Look } from './html-look.js';
import { misplacedIn } from './html-order.js';
import { sheetsOf } from './html-sheet.js';
import { type Style, styleOf } from './html-style.js';
import { HtmlWriter } from './html-writer.js';
import type { LinkRun } from './links.js';
import { emojiOf } from './shortcodes.js';

interface Step {
  node: Node;
  /** What to do on the way out of an element; absent on the way in. */
  leave?: () => void;
}

/** Elements without text of their own that shape the text around: in doubt, they are written as an object. */
const SHAPING = names('br wbr col colgroup');
/** What is never shown and holds no text of the post is not reported; nor is an empty one of the others. */
const SILENT = names('style title rp');
const UNMEANT = names('script template noframes noembed datalist');
/** Lists: the innermost one gives an item its number, or none. */
const LISTS = names('ol ul menu dir');
/** These keep words on one line; the canonical text has them as a space or not at all. */
const GLUE = /[\u00a0\u2007\u202f\u2060\ufeff]/;
const CONDITION = /^[ \t\n\f\r]*\[if\b/i;

export class HtmlReader {
  private readonly writer = new HtmlWriter();
  private pre = 0;
  private readonly lists: List[] = [];
  private look: Look = FIRST_LOOK;
  /** Shown at another place than where they stand. */
  private readonly misplaced = new Set<Node>();

  /** `pages`: the attributes of `html` and `body` tags as elements around the whole, from the outside in. */
  constructor(
    private readonly nodes: readonly Node[],
    private readonly pages: readonly Element[] = [],
    private runsRightToLeft?: boolean,
  ) {}

  /** Reads it all, once. */
  read(): Pick<HtmlWriter, 'runs' | 'reported'> {
    const close = [...this.openSheets(), ...this.pages.flatMap((page) => this.openPage(page))];
    this.readNodes();
    for (const each of close.reverse()) each();
    return this.writer;
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
    const { found, doubt, coloured, lined, underlined } = sheetsOf(this.nodes);
    if (found) this.report('style_sheet');
    const holds = (pattern: RegExp) => textsOf(this.nodes, (text) => pattern.test(text) || null) === true;
    const [letters, glued] = [holds(RIGHT_TO_LEFT), holds(GLUE)];
    this.look = { ...this.look, paper: coloured, sheet: lined, underlined, letters, glued };
    return doubt ? [this.writer.openDoubt('uncertain')] : [];
  }

  /** Shown in a page of its own, a post has these styles, and as a part of another it has not: any that matters is in doubt. */
  private openPage(page: Element): (() => void)[] {
    const style = styleOf(page, this.look);
    const { look, outcome, align, struck } = style;
    const plain = look.behind >= PAPER && isTold(WHITE, look.text);
    const turned = directionOf(style, () => this.isRightToLeft()) !== null;
    if (outcome !== 'shown' || !plain || turned || struck || align !== undefined)
      return [this.writer.openDoubt('uncertain')];
    this.look = look;
    return [];
  }

  /** Returns how the element is left, or null when nothing inside it is shown. */
  private enter(element: Element): (() => void) | null {
    const { tagName } = element;
    const { writer } = this;
    const style = styleOf(element, this.look);
    const shadow = tagName === 'template' && attribute(element, 'shadowrootmode') !== undefined;
    if (style.outcome === 'hidden' && !shadow) {
      this.hidden(element);
      return null;
    }
    const outer = this.look;
    const { block } = style;
    if (block) writer.edge();
    if (CELL.has(tagName)) writer.write(' ');
    const marker = tagName === 'li' ? this.marker(element) : '';
    const closeDoubt = this.openDoubt(element, style, marker !== '' && isCutOff(marker, style.look.size));
    if (EMBEDDED.has(tagName) || shadow) {
      this.embed(element);
      closeDoubt?.();
      return null;
    }
    this.look = style.look;
    for (const child of misplacedIn(element)) this.misplaced.add(child);
    if (tagName === 'img') this.picture(attribute(element, 'alt') ?? '');
    if (tagName === 'br') writer.breakLine();
    if (PREFORMATTED.has(tagName)) this.pre++;
    if (tagName === 'blockquote') writer.quote++;
    const list = LISTS.has(tagName);
    if (list) this.lists.push(openList(element, style.bare));
    writer.number(marker);
    const hidesPart = writer.inLink && hasClass(element, 'invisible');
    if (hidesPart) writer.invisible++;
    const opened = tagName === 'a' && !writer.inLink;
    if (opened) writer.openLink(linkKind(element), attribute(element, 'href') ?? '');
    const direction = directionOf(style, () => this.isRightToLeft());
    if (direction) writer.write(direction[0]);
    const mark = markOf(element, style);
    const closeMark = mark && writer.openMark(mark);
    return () => {
      closeMark?.();
      if (direction) writer.write(direction[1]);
      if (opened) writer.closeLink();
      if (hidesPart) writer.invisible--;
      if (tagName === 'li') writer.endNumber();
      if (list) this.lists.pop();
      closeDoubt?.();
      if (tagName === 'blockquote') {
        writer.edge();
        writer.quote--;
      }
      if (PREFORMATTED.has(tagName)) this.pre--;
      if (block) writer.edge();
      this.look = outer;
    };
  }

  private report(report: Report): void {
    this.writer.reported.add(report);
  }

  private hidden(element: Element): void {
    const { tagName } = element;
    const silent = SILENT.has(tagName) || (UNMEANT.has(tagName) && !holdsText(element));
    if (!silent) this.report('hidden_text');
  }

  private comment(data: string): void {
    if (CONDITION.test(data)) this.report('conditional_comment');
  }

  private embed(element: Element): void {
    const text = embeddedText(element);
    if (text === null) return;
    this.report('embedded');
    this.writer.write(text);
  }

  /** `cutOff`: the number of an item may be, for its width. */
  private openDoubt(element: Element, { outcome }: Style, cutOff: boolean): (() => void) | undefined {
    const { tagName } = element;
    if (outcome !== 'shown' || cutOff || this.misplaced.has(element)) {
      return this.writer.openDoubt('uncertain', outcome === 'around' || SHAPING.has(tagName));
    }
    return CONTROLS.has(tagName) ? this.writer.openDoubt('embedded') : undefined;
  }

  private text(value: string): void {
    this.writer.write(this.pre > 0 ? value : value.replace(/[ \t\n\f\r]+/g, ' '));
  }

  private marker(item: Element): string {
    const list = this.lists.at(-1);
    return list === undefined ? '' : markerOf(list, item);
  }

  private picture(alt: string): void {
    if (isEmoji(alt)) this.writer.write(emojiOf(alt));
    else this.report('picture');
  }

  /** By the first letter that is displayed: read once more for that, when a direction has to be compared with it. */
  private isRightToLeft(): boolean {
    if (this.runsRightToLeft === undefined) {
      const { runs } = new HtmlReader(this.nodes, [], false).read();
      const texts = runs.map((run) => (typeof run === 'string' ? run : run.full!));
      this.runsRightToLeft = beginsRightToLeft(texts.join('')) ?? false;
    }
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
