/**
 * Writes down what the reader of HTML sees as runs for the canonical text: text with the marks of quotations where a line
 * begins, links with what they show, marks around what is struck or raised, and objects around what is in doubt
 * (docs/attestation-hpt.md section 7).
 */
import type { Run } from './canonical.js';
import type { Report } from './characters.js';
import { OBJECT } from './html-embedded.js';
import type { LinkRun } from './links.js';

/** Quotations deeper than this are written as deep as this. */
const QUOTE_DEPTH = 8;

export class HtmlWriter {
  readonly runs: Run[] = [];
  readonly reported = new Set<Report>();
  /** Inside how many quotations, and spans that a class hides within a link. */
  quote = 0;
  invisible = 0;
  private link: LinkRun | null = null;
  private lineStart = true;
  /** Directly after the number of a list item: its text stays on that line. */
  private numbered = false;
  /** What is in doubt and has no text yet, from the outside in; of these, how many were there when the link began. */
  private pending: Report[] = [];
  private pendingAtLink = 0;

  get inLink(): boolean {
    return this.link !== null;
  }

  /** Adds displayed text to the open link or to the runs, with the quotation's mark where a line begins. */
  write(text: string): void {
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

  breakLine(): void {
    this.numbered = false;
    this.edge();
  }

  edge(): void {
    if (this.numbered) return;
    this.write('\n');
  }

  /** The number of a list item; what follows stays on its line, but after a line break. */
  number(marker: string): void {
    if (marker === '') return;
    this.write(marker);
    this.numbered = true;
  }

  endNumber(): void {
    this.numbered = false;
  }

  /** Writes what stands before a marked element, and returns how to close it: with nothing around nothing. */
  openMark([before, after]: readonly [string, string]): () => void {
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

  openLink(kind: LinkRun['kind'], href: string): void {
    this.link = { kind, shown: '', full: '', href };
    this.pendingAtLink = this.pending.length;
  }

  closeLink(): void {
    const link = this.link!;
    this.link = null;
    if (link.href !== '' && this.pending.length > 0) this.openPending();
    this.beginLine();
    this.runs.push(link.href === '' ? link.full! : link);
  }

  /**
   * Before the first text from here on stands an object, and another where the returned function is called. Without any
   * text between nothing stands there or, with `always`, one.
   */
  openDoubt(report: Report, always = false): () => void {
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
}
