/** The numbers that a browser writes before the items of an ordered list (docs/attestation-hpt.md section 7). */
import { attribute, type Element } from './html-elements.js';

/** An open list: the next number of an `ol`, or none. */
export interface List {
  ordered: boolean;
  next: number;
  step: 1 | -1;
  type: string;
}

export function openList(element: Element, bare: boolean): List {
  const reversed = attribute(element, 'reversed') !== undefined;
  const items = () => element.childNodes.filter((node) => node.nodeName === 'li').length;
  return {
    ordered: element.tagName === 'ol' && !bare,
    next: integerOf(attribute(element, 'start')) ?? (reversed ? items() : 1),
    step: reversed ? -1 : 1,
    type: attribute(element, 'type') ?? '1',
  };
}

/** What stands before an item, `3. ` or `c. `; moves the list on. */
export function markerOf(list: List, item: Element): string {
  const number = integerOf(attribute(item, 'value')) ?? list.next;
  list.next = number + list.step;
  return list.ordered ? `${numeral(number, list.type)}. ` : '';
}

/** In pixels, what a browser leaves free for numbers before the items of a list. */
const ROOM = 40;

/**
 * Whether the number of an item may be too wide for the room before it, where the edge of a page cuts it off. In letters
 * of `size` pixels, of which a digit or small letter in wide fonts takes 0.72, any other letter 1.2, and `. ` 0.75.
 */
export function isCutOff(marker: string, size: number): boolean {
  const number = marker.slice(0, -'. '.length);
  const wide = number.replace(/[^A-Zmw]/g, '').length;
  return (wide * 1.2 + (number.length - wide) * 0.72 + 0.75) * size > ROOM;
}

const integerOf = (value: string | undefined): number | undefined => {
  const digits = /^\s*([+-]?\d{1,9})/.exec(value ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

function numeral(number: number, type: string): string {
  const capital = (text: string) => (type === 'A' || type === 'I' ? text.toUpperCase() : text);
  if ((type === 'a' || type === 'A') && number >= 1) {
    let letters = '';
    for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
      letters = String.fromCharCode(97 + ((rest - 1) % 26)) + letters;
    }
    return capital(letters);
  }
  if ((type === 'i' || type === 'I') && number >= 1 && number <= 3999) {
    let letters = '';
    let rest = number;
    for (const [value, letter] of ROMAN) {
      for (; rest >= value; rest -= value) letters += letter;
    }
    return capital(letters);
  }
  return String(number);
}
