/**
 * A text under repair. Each pass of the canonicaliser scans the current text once, notes its edits in rising order and
 * commits them; the edits are kept, so that offsets of the finished text can be traced back to the received one when
 * somebody asks (most callers never do, and pay nothing for it). Also counts the steps taken, which tests bound.
 */
import { type Edits, type OffsetMap, traceOffsets } from './offsets.js';

/** Names of what the canonicaliser can undo; each is a symbol of its own: a reason to look, never proof. */
export type Repair =
  | 'invisible_characters'
  | 'stacked_marks'
  | 'odd_spaces'
  | 'styled_letters'
  | 'mixed_scripts'
  | 'letter_spacing'
  | 'case_games'
  | 'ill_formed'
  | 'spaced_punctuation'
  | 'links'
  | 'quoted_text';

export class Draft {
  text: string;
  /** Code units visited so far, over all passes and look-aheads. */
  steps = 0;
  private readonly receivedLength: number;
  private readonly history: Edits[] = [];
  private readonly counts = new Map<Repair, number>();
  private at: number[] = [];
  private put: string[] = [];

  constructor(received: string) {
    this.text = received;
    this.receivedLength = received.length;
  }

  /** Notes that [start, end) of the current text becomes `put`; calls must come in rising, non-overlapping order. */
  replace(start: number, end: number, put: string): void {
    this.at.push(start, end);
    this.put.push(put);
  }

  /** True when something was noted since the last commit. */
  get dirty(): boolean {
    return this.put.length > 0;
  }

  /** Where the last noted edit ended; passes use it to stay in order. */
  get editedTo(): number {
    return this.at.length === 0 ? 0 : this.at[this.at.length - 1]!;
  }

  /** Counts something that was undone, for the report. */
  report(name: Repair, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }

  /** Applies the noted edits. @returns whether the text changed */
  commit(): boolean {
    if (this.put.length === 0) return false;
    const { at, put, text } = this;
    const parts: string[] = [];
    let done = 0;
    for (let i = 0; i < put.length; i++) {
      const start = at[2 * i]!;
      if (start > done) parts.push(text.slice(done, start));
      parts.push(put[i]!);
      done = at[2 * i + 1]!;
    }
    if (done < text.length) parts.push(text.slice(done));
    this.steps += put.length;
    this.text = parts.join('');
    this.history.push({ before: text.length, at, put });
    this.at = [];
    this.put = [];
    return true;
  }

  /** What was undone, sorted by name. */
  get reported(): { name: Repair; count: number }[] {
    return [...this.counts]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Offsets of the current text in the received one. */
  get map(): OffsetMap {
    return traceOffsets(this.receivedLength, this.history);
  }
}
