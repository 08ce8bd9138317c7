/** Judges one text now, ahead of the stream: nothing is stored, nothing is announced. */
import { contentHash } from '../schemas/ids.js';
import type { ScoreNow } from './api/context.js';
import type { Judging } from './judging.js';

/** @param prior the service's own, where the caller gives none */
export const scoreNowWith =
  ({ detector, decide }: Pick<Judging, 'detector' | 'decide'>, prior: number): ScoreNow =>
  async ({ kind, format, content, facets, lang, prior: own = prior }, signal) => {
    signal.throwIfAborted();
    const input = { kind, format, content, contentHash: contentHash(format, content), facets, lang };
    const [judgement] = await detector.judge([input], { priority: 'interactive', signal });
    signal.throwIfAborted();
    if (judgement === undefined) throw new Error('expected a judgement, found none');
    return { judgement, decision: decide(judgement, [], own, detector.policy) };
  };
