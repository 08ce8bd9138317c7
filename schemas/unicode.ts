/** Well-formed UTF-16 (ES2024): in every Node we support, and not yet in the type library we compile against. */
interface WellFormed {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** False where a surrogate stands alone: such a string has no UTF-8 and would change on its way to the store. */
export const isWellFormed = (text: string): boolean => (text as unknown as WellFormed).isWellFormed();

/** Lone surrogates become U+FFFD. */
export const wellFormed = (text: string): string => (text as unknown as WellFormed).toWellFormed();
