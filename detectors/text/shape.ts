/** Plain counts of a text, added up over its windows: what the checks for prose and language look at. */

import { FACT_NAMES } from './facts.js';
import type { Reading } from './reading.js';

export interface TextShape {
  units: number;
  tokens: number;
  words: number;
  /** Units inside words. */
  wordUnits: number;
  numbers: number;
  functionWords: number;
  repeatedPairs: number;
}

export const emptyShape = (): TextShape => ({
  units: 0,
  tokens: 0,
  words: 0,
  wordUnits: 0,
  numbers: 0,
  functionWords: 0,
  repeatedPairs: 0,
});

const NUMBERS = FACT_NAMES.indexOf('numbers');
const WORD_LENGTH = FACT_NAMES.indexOf('wordLength');
const FUNCTION_WORDS = FACT_NAMES.indexOf('functionWords');
const REPEATED_PAIRS = FACT_NAMES.indexOf('repeatedPairs');

/** Adds one window. @param facts shares per word, as the style reader gives them */
export function addWindow(shape: TextShape, reading: Reading, facts: Float64Array): void {
  const { words } = reading;
  shape.units += reading.end - reading.start;
  shape.tokens += reading.tokens;
  shape.words += words;
  shape.wordUnits += facts[WORD_LENGTH]! * words;
  shape.numbers += facts[NUMBERS]! * words;
  shape.functionWords += facts[FUNCTION_WORDS]! * words;
  shape.repeatedPairs += facts[REPEATED_PAIRS]! * words;
}
