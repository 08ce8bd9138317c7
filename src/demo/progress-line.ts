/** The demo's one line of progress. */
import type { Writable } from 'node:stream';
import { StatusLine } from '../telemetry/status-line.js';

export interface Counts {
  /** Items of the whole stream. */
  all: number;
  sent: number;
  /** Judged since this start. */
  judged: number;
  /** Of those, in band `machine`. */
  flagged: number;
}

const number = (value: number): string => value.toLocaleString('en-US');

export class ProgressLine extends StatusLine {
  constructor(err: Writable, counts: () => Counts) {
    const begun = performance.now();
    super(err, () => {
      const { all, sent, judged, flagged } = counts();
      const seconds = (performance.now() - begun) / 1_000;
      const rate = seconds > 0 ? Math.round(judged / seconds) : 0;
      return `${number(sent)} of ${number(all)} in · ${number(judged)} judged · ${number(flagged)} flagged · ${number(rate)}/s`;
    });
  }
}
