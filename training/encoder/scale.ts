/**
 * Brings the logits of one encoder to the scale of another. Encoders trained on different texts, or for a shorter time, are more or
 * less sure of themselves; what counts is how sure they may be. Both are calibrated on the same texts of sources that both know.
 */

export interface Line {
  slope: number;
  offset: number;
}

interface Labelled {
  logit: number;
  machine: boolean;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Newton's method overshoots where the start is far too sure; no step is longer than this. */
const LONGEST_STEP = 0.25;
const held = (step: number): number => Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step));

/** Logistic regression on one logit, both classes of equal mass. Needs texts of both classes. */
export function fitLine(texts: readonly Labelled[]): Line {
  const machines = texts.filter(({ machine }) => machine).length;
  if (machines === 0 || machines === texts.length) throw new Error('expected texts of both classes');
  let slope = 0.5;
  let offset = 0;
  for (let round = 0; round < 200; round++) {
    let [gs, go, hss, hso, hoo] = [0, 0, 1e-9, 0, 1e-9];
    for (const { logit, machine } of texts) {
      const weight = 0.5 / (machine ? machines : texts.length - machines);
      const p = sigmoid(slope * logit + offset);
      const residual = weight * ((machine ? 1 : 0) - p);
      const curvature = weight * p * (1 - p);
      gs += residual * logit;
      go += residual;
      hss += curvature * logit * logit;
      hso += curvature * logit;
      hoo += curvature;
    }
    const determinant = hss * hoo - hso * hso;
    const ds = held((hoo * gs - hso * go) / determinant);
    const doff = held((hss * go - hso * gs) / determinant);
    slope += ds;
    offset += doff;
    if (Math.abs(ds) + Math.abs(doff) < 1e-10) break;
  }
  return { slope, offset };
}

/** @returns what to do to logits of `from`, so that they claim what those of `to` claim: logit · scale + shift */
export function scaleTo(from: Line, to: Line): { scale: number; shift: number } {
  return { scale: from.slope / to.slope, shift: (from.offset - to.offset) / to.slope };
}
