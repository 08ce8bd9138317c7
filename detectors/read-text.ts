/**
 * The cheap look at a text, which every judgement begins with: canonical form, language, whether it is running text at all, and
 * the first stage's score with its parts.
 */
import type { EvidenceSymbol, Judgement } from '../schemas/evidence.js';
import { CANONICALISER, type Canonical, canonicalise } from './canonical/canonicalise.js';
import type { DetectInput } from './detector.js';
import { abstention, repairSymbols } from './symbols.js';
import { languageOf } from './text/language.js';
import { notProse } from './text/prose.js';
import type { Score, Scorer } from './text/scorer.js';

export interface CheapRead {
  canonical: Canonical;
  score: Score;
  /** What every judgement of the text says, whoever makes it. */
  said: Pick<Judgement, 'contentHash' | 'words' | 'language' | 'languageCovered' | 'canonicaliser'>;
  /** Why nothing is concluded from the text; null where it can be judged. */
  silence: EvidenceSymbol[] | null;
}

export function readText(input: DetectInput, scorer: Scorer): CheapRead {
  const canonical = canonicalise(input.content, { kind: input.kind, html: input.format === 'html' });
  const score = scorer.score(canonical.text, true);
  const { words, functionWords } = score.shape;
  const share = words === 0 ? 0 : functionWords / words;
  const { language, covered } = languageOf(canonical.text, words, share, input.lang);
  const broken = notProse(score.shape);
  const silence = (): EvidenceSymbol[] => {
    const why = broken !== null ? abstention(`not_prose.${broken}`) : abstention('language');
    return [...(words === 0 ? [] : [why]), ...repairSymbols(canonical)];
  };
  return {
    canonical,
    score,
    said: {
      contentHash: input.contentHash,
      words,
      language,
      languageCovered: covered,
      canonicaliser: CANONICALISER,
    },
    silence: words === 0 || broken !== null || !covered ? silence() : null,
  };
}
