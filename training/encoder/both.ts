/**
 * Scores of both shipped models for canonical texts, through the code that serves. Logits are kept in .cache by text and weights:
 * fitting, card and evaluation ask for the same ones.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../detectors/card.js';
import { modelFolder } from '../../detectors/model-folder.js';
import { openEncoder } from '../../detectors/runtime/encoder.js';
import type { Precision } from '../../detectors/runtime/engine.js';
import { Scorer } from '../../detectors/text/scorer.js';
import { unpackModel } from '../../detectors/text/weights.js';
import { log } from '../study.js';

export interface BothScores {
  /** First stage, then encoder. */
  scores: [number, number];
  words: number;
}

/** What the first stage makes of a text. */
export interface FirstScore {
  score: number;
  words: number;
}

export interface Both {
  /**
   * @param reads which texts the encoder gets, by the first stage's score; the others have NaN for its logit. Default: all
   */
  score(texts: readonly string[], reads?: (first: FirstScore) => boolean): Promise<BothScores[]>;
  /** The first stage alone. */
  first(text: string): FirstScore;
  /** Logits of the encoder, computed anew. */
  encode(texts: readonly string[]): Promise<ArrayLike<number>>;
  /** SHA-256 of the weights. */
  firstStage: string;
  encoder: { sha256: string; engine: string };
  close(): Promise<void>;
}

const AT_ONCE = 200;
const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

function kept(file: string): Map<string, number> {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return new Map(lines.map((line) => JSON.parse(line) as [string, number]));
  } catch {
    return new Map();
  }
}

/** @param precision of the encoder; default: exact */
export async function openBoth(precision: Precision = 'exact'): Promise<Both> {
  const { card, weights } = await loadModel(join(modelFolder(), 'first-stage'));
  const model = unpackModel(weights);
  if (model === null) throw new Error('expected weights that this version can read');
  const scorer = new Scorer(model);
  const encoder = await openEncoder({ folder: join(modelFolder(), 'encoder'), device: 'cpu', precision });
  const folder = join(modelFolder(), '..', '.cache', 'encoder');
  mkdirSync(folder, { recursive: true });
  const mode = precision === 'exact' ? '' : `-${precision}`;
  const file = join(folder, `logits-${encoder.sha256.slice(0, 16)}${mode}.jsonl`);
  const known = kept(file);
  const first = (text: string): FirstScore => {
    const { z, shape } = scorer.score(text);
    return { score: z, words: shape.words };
  };
  return {
    firstStage: card.weights.sha256,
    encoder: { sha256: encoder.sha256, engine: encoder.engine },
    first,
    encode: (texts) => encoder.score(texts, { priority: 'stream' }),
    async score(texts, reads = () => true) {
      const firsts = texts.map(first);
      const wanted = texts.filter((_, i) => reads(firsts[i]!));
      const missing = [...new Set(wanted)].filter((text) => !known.has(keyOf(text)));
      for (let from = 0; from < missing.length; from += AT_ONCE) {
        const some = missing.slice(from, from + AT_ONCE);
        const logits = await encoder.score(some, { priority: 'stream' });
        const lines = some.map((text, i): [string, number] => [keyOf(text), logits[i]!]);
        for (const [key, logit] of lines) known.set(key, logit);
        appendFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
        if (from % (10 * AT_ONCE) === 0 && from > 0) log(`${from} of ${missing.length} texts read`);
      }
      return texts.map((text, i) => {
        const { score, words } = firsts[i]!;
        return { scores: [score, known.get(keyOf(text)) ?? Number.NaN], words };
      });
    },
    close: () => encoder.close(),
  };
}
