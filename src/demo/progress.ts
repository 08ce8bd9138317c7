/**
 * What the demo remembers of itself beside the data: when the replay ends, how far it came, the tokens. The count is
 * written after texts were appended, so a killed demo sends at most one step again, and the pipeline knows those.
 */
import type { Collections } from '../context.js';
import type { Tokens } from './attestations.js';

export interface Progress {
  /** The end of the replay's clock: the first start, ms since the epoch. */
  anchorMs: number;
  /** Items handed in. */
  sent: number;
  tokens: Tokens;
}

const PROGRESS = 'demo';
/** Apart, because they never change and are long. */
const TOKENS = 'demo:tokens';

type Meta = Pick<Collections, 'meta'>;

/** Null before the first start, or where it died before its beginning was written. */
export async function readProgress({ meta }: Meta): Promise<Progress | null> {
  const [progress, tokens] = await meta.getMany([PROGRESS, TOKENS]);
  if (progress == null || tokens == null) return null;
  return { ...(progress.value as Omit<Progress, 'tokens'>), tokens: tokens.value as Tokens };
}

export async function beginProgress({ meta }: Meta, { tokens, ...progress }: Progress): Promise<void> {
  await meta.update(TOKENS, { set: { value: tokens } }, { upsert: true });
  await meta.update(PROGRESS, { set: { value: progress } }, { upsert: true });
}

export async function noteSent({ meta }: Meta, sent: number): Promise<void> {
  await meta.update(PROGRESS, { set: { 'value.sent': sent } });
}
