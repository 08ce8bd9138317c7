/** What the declarations of one `style` attribute come to: the last one wins, an important one over any other. */
import { type Declaration, declarationsOf } from './css-declarations.js';
import type { Token } from './css-tokens.js';

/** A property and the shorthand that sets it too: one value for both names. */
const SAME = new Map([
  ['background', 'background-color'],
  ['font', 'font-size'],
  ['list-style', 'list-style-type'],
  ['text-decoration-line', 'text-decoration'],
]);

export class Declared {
  /** Nothing in it can be relied on. */
  readonly unreadable: boolean;
  readonly all: readonly Declaration[];
  private readonly won = new Map<string, readonly Token[]>();

  constructor(style: string | undefined) {
    const all = style === undefined ? [] : declarationsOf(style);
    this.unreadable = all === null;
    this.all = all ?? [];
    const important = new Set<string>();
    for (const declaration of this.all) {
      const name = SAME.get(declaration.name) ?? declaration.name;
      if (important.has(name) && !declaration.important) continue;
      if (declaration.important) important.add(name);
      this.won.set(name, declaration.value);
    }
  }

  /** The winning value of a property. */
  value(name: string): readonly Token[] | undefined {
    return this.won.get(name);
  }

  /** The winning value when it is one word; empty for any other, undefined where nothing is declared. */
  word(name: string): string | undefined {
    const value = this.won.get(name);
    return value === undefined ? undefined : wordOf(value);
  }
}

/** A value that is one word, else the empty text. */
export const wordOf = ([token, ...more]: readonly Token[]): string =>
  token?.type === 'ident' && more.length === 0 ? token.text : '';

const GLOBAL = new Set(['initial', 'unset', 'inherit']);
export const isGlobal = (value: readonly Token[]): boolean => GLOBAL.has(wordOf(value));
