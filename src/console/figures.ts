/** Numbers and times as people read them. English, UTC, no rounding that flatters. */
import { type Html, html } from './html.js';

const GROUPED = new Intl.NumberFormat('en-GB');
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** 12,345 */
export const count = (n: number): string => GROUPED.format(n);

/** A word with its number: "1 item", "1,204 items". */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

/** A probability in percent, never shown as certain: "<0.1%", "97.3%", ">99.9%". */
export function percent(p: number): string {
  if (p < 0.001) return '<0.1%';
  if (p > 0.999) return '>99.9%';
  return `${(p * 100).toFixed(1)}%`;
}

/** A contribution in nats with its sign, the minus being a real one. */
export const nats = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)} nats`;

/** A point in time, machine-readable beside the words. */
export function time(ms: number): Html {
  const date = new Date(ms);
  return html`<time datetime="${date.toISOString()}">${DAY.format(date)} UTC</time>`;
}

/**
 * An upper bound on a rate, in words: "1 in 100", "13 in 1,000". Rounded up: the sentence it stands in says "at most".
 * @param rate in [0, 1]
 */
export function rateInWords(rate: number): string {
  for (const scale of [100, 1_000, 10_000]) {
    const exact = rate * scale;
    const whole = Math.round(exact);
    if (whole > 0 && Math.abs(exact - whole) < 1e-6) return `${count(whole)} in ${count(scale)}`;
  }
  return `${count(Math.max(1, Math.ceil(rate * 10_000)))} in 10,000`;
}
