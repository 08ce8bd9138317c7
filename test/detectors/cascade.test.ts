/** First stage and encoder together, with small models made by a seed: who reads what, how the scores are weighed, and what is said. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CANONICALISER } from '../../detectors/canonical/canonicalise.js';
import { type DetectInput, type Detector, type LoadOptions, loadDetector } from '../../detectors/detector.js';
import { FEATURES } from '../../detectors/text/features.js';
import { CALIBRATION, POLICY, testWeights, writeTestModel } from './model.js';
import { tinyFile, tinyFolder } from './runtime/tiny-encoder.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const folders: string[] = [];
const detectors: Detector[] = [];

const BOTH = {
  ...CALIBRATION,
  slopes: [
    [0.6, 0.1, 0],
    [0.4, 0, 0],
  ],
  covariance: Array.from({ length: 9 }, (_, i) => Array.from({ length: 9 }, (_, j) => (i === j ? 0.001 : 0))),
};
const CUTS = { ...POLICY, cuts: { ...POLICY.cuts, machine: 2.5 } };

/** A folder with both models; the encoder reads from the first-stage llr `from` on. */
function models(from: number, change: Record<string, unknown> = {}): string {
  const folder = writeTestModel();
  const tiny = tinyFolder();
  cpSync(tiny, join(folder, 'encoder'), { recursive: true });
  const card = {
    name: 'encoder',
    version: 'test',
    features: FEATURES,
    canonicaliser: CANONICALISER,
    languages: ['en'],
    weights: { file: 'model.safetensors', sha256: sha256(tinyFile()), bytes: tinyFile().length },
    firstStage: sha256(testWeights()),
    cascade: { from },
    calibration: BOTH,
    policy: CUTS,
    ...change,
  };
  writeFileSync(join(folder, 'encoder', 'card.json'), JSON.stringify(card));
  folders.push(folder, tiny);
  return folder;
}

async function load(from: number, options: LoadOptions = {}): Promise<Detector> {
  const detector = await loadDetector({ folder: models(from), engine: 'onnx', threads: 1, ...options });
  detectors.push(detector);
  return detector;
}

const input = (content: string): DetectInput => ({
  kind: 'post',
  format: 'text',
  content,
  contentHash: content.slice(0, 8),
});
const TEXTS = [
  'The nation was not able to say what it wanted, and so nobody asked it again for a long time after that.',
  'we went down to the water and it was cold, so we came back and had tea instead of swimming',
  'In conclusion, effective communication plays a crucial role in fostering a positive workplace environment.',
].map(input);

let all: Detector;
let none: Detector;
let first: Detector;
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'pipe' });
  all = await load(-100);
  none = await load(100);
  first = await load(0, { detector: 'first-stage' });
}, 120_000);
afterAll(async () => {
  for (const detector of detectors) await detector.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('a text that the first stage leaves open', () => {
  it('gets the llr of both scores together, each worth what its calibration says', async () => {
    const [deep, cheap] = await Promise.all([all.judge(TEXTS), first.judge(TEXTS)]);
    deep.forEach((judgement, i) => {
      const read = judgement.symbols.find(({ name }) => name === 'text.reading')!;
      const sum = judgement.symbols.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBeCloseTo(judgement.llr, 9);
      expect(read.contribution).not.toBe(0);
      expect(read.sentence).toBe(`text.reading.${read.contribution >= 0 ? 'machine' : 'human'}`);
      expect(judgement.llr).not.toBeCloseTo(cheap[i]!.llr, 3);
    });
  });

  it('is pointed at where both models together find the side it falls on', async () => {
    const text = TEXTS.map(({ content }) => (content.endsWith('.') ? content : `${content}.`)).join(' ');
    const [[deep], [cheap]] = await Promise.all([all.judge([input(text)]), first.judge([input(text)])]);
    const carriers = deep!.symbols.filter(({ spans }) => spans !== undefined);
    expect(carriers).toHaveLength(1);
    const [{ name, contribution, spans = [] }] = carriers as [(typeof carriers)[0]];
    expect(['text.reading', 'text.phrases', 'text.grammar']).toContain(name);
    expect(Math.sign(contribution)).toBe(Math.sign(deep!.llr));
    expect(spans.length).toBeGreaterThan(0);
    for (const { start, end } of spans) expect(text.slice(start, end)).toMatch(/^\S.*[.]$/);
    expect(cheap!.symbols.find(({ name }) => name === 'text.reading')).toBeUndefined();
  });

  it('names both models as those who judged, with engine and device', async () => {
    const [judgement] = await all.judge(TEXTS.slice(0, 1));
    expect(judgement!.detectors.map(({ id, engine, device }) => [id, engine, device])).toEqual([
      ['first-stage', 'js', 'cpu'],
      ['encoder', 'onnx', 'cpu'],
    ]);
  });

  it('has a judgement that does not depend on its neighbours', async () => {
    const together = await all.judge([...TEXTS, ...TEXTS]);
    for (const [i, text] of TEXTS.entries()) {
      const [alone] = await all.judge([text]);
      expect(together[i]).toEqual(alone);
      expect(together[i + TEXTS.length]).toEqual(alone);
    }
  });
});

describe('a text that is to get the first stage only', () => {
  it('is judged as the first stage alone judges, by its cuts, and marked where the encoder would have read it', async () => {
    const [cheap, open, settled] = await Promise.all([
      first.judge(TEXTS),
      all.judge(TEXTS, { firstStageOnly: true }),
      none.judge(TEXTS, { firstStageOnly: true }),
    ]);
    expect(open).toEqual(cheap.map((judgement) => ({ ...judgement, degraded: true })));
    expect(settled).toEqual(cheap);
    expect(all.firstStagePolicy).toEqual(POLICY);
    expect(first.firstStagePolicy).toBeUndefined();
    expect(await first.judge(TEXTS, { firstStageOnly: true })).toEqual(cheap);
  });
});

describe('a text that the first stage sees far on the side of people', () => {
  it('is not read by the encoder, and its judgement says so', async () => {
    const [cheap, unread] = await Promise.all([first.judge(TEXTS), none.judge(TEXTS)]);
    unread.forEach((judgement, i) => {
      expect(judgement).toEqual(cheap[i]);
      expect(judgement.detectors.map(({ id }) => id)).toEqual(['first-stage']);
    });
  });

  it('is told from others by the llr of the first stage, at the card’s line', async () => {
    const cheap = await first.judge(TEXTS);
    const llrs = cheap.map(({ llr }) => llr).sort((a, b) => a - b);
    const some = await load((llrs[0]! + llrs[1]!) / 2);
    const read = (await some.judge(TEXTS)).map(({ detectors: by }) => by.length === 2);
    expect(read).toEqual(cheap.map(({ llr }) => llr > llrs[0]!));
  });
});

describe('the fast mode', () => {
  it('is refused by a card that has no calibration of it', async () => {
    const folder = models(-100);
    await expect(
      loadDetector({ folder, engine: 'onnx', threads: 1, precision: 'fast' }),
    ).rejects.toMatchObject({
      code: 'detector.not_fitted',
    });
  });

  it('judges by its own calibration and cuts, under a name of its own, nearly the same', async () => {
    const policy = { ...CUTS, cuts: { ...CUTS.cuts, machine: 2.75 } };
    const fast = { calibration: BOTH, policy, cascade: { from: -100 } };
    const folder = models(100, { fast });
    const quick = await loadDetector({ folder, engine: 'onnx', threads: 1, precision: 'fast' });
    detectors.push(quick);
    expect(quick.policy.cuts.machine).toBe(2.75);
    expect(quick.detectorSet).not.toBe(all.detectorSet);
    const [found, exact] = await Promise.all([quick.judge(TEXTS), all.judge(TEXTS)]);
    found.forEach(({ llr, detectors: by }, i) => {
      expect(by[1]).toMatchObject({ id: 'encoder', version: 'test-fast', engine: 'onnx' });
      expect(llr).not.toBe(exact[i]!.llr);
      expect(Math.abs(llr - exact[i]!.llr)).toBeLessThan(0.3);
    });
  });
});

describe('what nothing can be concluded from', () => {
  it('never reaches the encoder', async () => {
    const silent = ['', '12 34 56 78 90 11 22 33 44 55', 'c29tZSBlbmNvZGVkIGRhdGE='.repeat(8)];
    for (const { llr, detectors: by } of await all.judge(silent.map(input))) {
      expect(llr).toBe(0);
      expect(by).toHaveLength(1);
    }
  });
});

describe('the detector', () => {
  it('serves the cuts of whoever judges last', () => {
    expect(all.policy.cuts.machine).toBe(2.5);
    expect(first.policy.cuts.machine).toBe(POLICY.cuts.machine);
  });

  it('is named by both weights and the canonicaliser, not by the engine', () => {
    expect(all.detectorSet).toContain(sha256(tinyFile()).slice(0, 12));
    expect(all.detectorSet).toContain(sha256(testWeights()).slice(0, 12));
    expect(all.detectorSet).toContain(CANONICALISER);
    expect(all.detectorSet).not.toContain('onnx');
    expect(none.detectorSet).toBe(all.detectorSet);
    expect(first.detectorSet).not.toBe(all.detectorSet);
  });

  it('ends a judgement whose caller went away', async () => {
    const many = Array.from({ length: 400 }, () => input('the water was cold '.repeat(300)));
    const judged = all.judge(many, { priority: 'interactive', signal: AbortSignal.timeout(1) });
    await expect(judged).rejects.toThrow(/timeout|abort/i);
    await expect(all.judge(TEXTS)).resolves.toHaveLength(TEXTS.length);
  });

  it.each([
    ['another first stage', { firstStage: 'f'.repeat(64) }],
    ['another canonicaliser', { canonicaliser: 'det-0' }],
    [
      'other weights than those beside the card',
      { weights: { file: 'model.safetensors', sha256: '0', bytes: 1 } },
    ],
    ['no place in the cascade', { cascade: undefined }],
  ])('refuses an encoder whose card is for %s', async (_, change) => {
    const folder = models(0, change);
    await expect(loadDetector({ folder, engine: 'onnx', threads: 1 })).rejects.toMatchObject({
      code: 'detector.missing_model',
    });
  });

  it('is not loaded without the encoder unless the first stage alone is asked for', async () => {
    const folder = writeTestModel();
    folders.push(folder);
    await expect(loadDetector({ folder })).rejects.toMatchObject({ code: 'detector.missing_model' });
    const cheap = await loadDetector({ folder, detector: 'first-stage' });
    expect(cheap.detectors).toHaveLength(1);
    await cheap.close();
  });
});
