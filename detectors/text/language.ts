/**
 * Which language a text is in, and whether the model has evidence for it. English prose is recognised by its function words,
 * which the features have counted anyway; only what remains goes to the language library. A text in another language is
 * never scored as if it were English.
 */
import { eld } from 'eld/small';

/** The languages the first stage was trained on. */
export const COVERED: ReadonlySet<string> = new Set(['en']);

/** Undetermined (ISO 639-2). */
export const UNDETERMINED = 'und';

/** Share of English function words above which nothing else needs asking; running English has 40–60%, its kin under 25%. */
const CERTAIN = 0.33;
/** Under so many words of Latin script the library guesses more than it knows. */
const FEW_WORDS = 8;
/** Units the library reads: enough to be sure, and a bound on its work. */
const SAMPLE = 1_000;

export interface LanguageFound {
  /** ISO 639-1, or `und`. */
  language: string;
  covered: boolean;
}

const SPOKEN_AS_SAID = (language: string): LanguageFound => ({ language, covered: COVERED.has(language) });

/**
 * @param text canonical
 * @param words words of the text
 * @param functionWords share of English function words among them
 * @param hint what the platform says, BCP 47; believed only where the text itself does not tell
 */
export function languageOf(text: string, words: number, functionWords: number, hint?: string): LanguageFound {
  if (words >= FEW_WORDS && functionWords >= CERTAIN) return SPOKEN_AS_SAID('en');
  const sample = text.slice(0, SAMPLE);
  const letters = sample.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return { language: UNDETERMINED, covered: false };
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const found = eld.detect(sample);
  const said = hint?.slice(0, 2).toLowerCase();
  if (latin < letters / 2) return { language: found.language || UNDETERMINED, covered: false };
  if (words < FEW_WORDS || found.language === '' || !found.isReliable()) {
    if (functionWords >= CERTAIN || found.language === 'en') return SPOKEN_AS_SAID('en');
    if (said !== undefined && /^[a-z]{2}$/.test(said)) return SPOKEN_AS_SAID(said);
    // Too little to tell: Latin letters and no sign of another language. The llr is kept; the band abstains anyway.
    return { language: UNDETERMINED, covered: words < FEW_WORDS };
  }
  return SPOKEN_AS_SAID(found.language);
}
