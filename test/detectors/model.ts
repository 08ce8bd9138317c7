/** A small model made by a seed, for tests that need a detector and not its quality: weights, card, and the folder of both. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANONICALISER } from '../../detectors/canonical/canonicalise.js';
import { BAND_COUNT, BINS, FACT_NAMES } from '../../detectors/text/facts.js';
import { FEATURES, TOTAL } from '../../detectors/text/features.js';
import { packModel } from '../../detectors/text/weights.js';
import type { BandPolicy } from '../../schemas/verdict.js';

export const POLICY: BandPolicy = {
  cuts: { machine: 3, leaning: 2, overwhelming: 5, noMachineSigns: -2 },
  minWords: 50,
  budget: { falseAlarmRate: 0.01, slice: 'test texts' },
};

export const CALIBRATION = {
  slopes: [[1, 0.2, 0]],
  offset: [0.1, 0, 0],
  covariance: Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => (i === j ? 0.001 : 0))),
  betweenSources: 0.5,
  limit: 7,
};

/** Weights that rise and fall with the bucket number, so that every text gets a score of its own. */
export function testWeights(): Uint8Array {
  made ??= make();
  return made;
}

let made: Uint8Array | undefined;

function make(): Uint8Array {
  const weight = Float32Array.from({ length: TOTAL }, (_, i) => Math.sin(i * 12.9898));
  const edges = new Float32Array(BAND_COUNT * FACT_NAMES.length * (BINS - 1));
  for (let i = 0; i < edges.length; i++) edges[i] = (i % (BINS - 1)) / BINS;
  return packModel(weight, 0.25, edges);
}

/** @returns folder to hand to loadDetector */
export function writeTestModel(change: Record<string, unknown> = {}, weights = testWeights()): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-model-'));
  mkdirSync(join(folder, 'first-stage'));
  writeFileSync(join(folder, 'first-stage', 'weights.bin'), weights);
  const card = {
    name: 'first-stage',
    version: 'test',
    features: FEATURES,
    canonicaliser: CANONICALISER,
    languages: ['en'],
    weights: {
      file: 'weights.bin',
      sha256: createHash('sha256').update(weights).digest('hex'),
      bytes: weights.length,
    },
    calibration: CALIBRATION,
    policy: POLICY,
    ...change,
  };
  writeFileSync(join(folder, 'first-stage', 'card.json'), JSON.stringify(card));
  return folder;
}
