/** Texts in, logits out: on real worker threads, with the tiny encoder. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Encoder, openEncoder } from '../../../detectors/runtime/encoder.js';
import { encodeTensors, METADATA, tinyFile, tinyFolder, tinyTensors, VOCABULARY } from './tiny-encoder.js';

const golden = JSON.parse(readFileSync('test/vectors/encoder-1.json', 'utf8')) as {
  sha256: string;
  texts: { text: string; logits: number[] }[];
};
const texts = golden.texts.map(({ text }) => text);
const means = golden.texts.map(({ logits }) => logits.reduce((sum, logit) => sum + logit, 0) / logits.length);

const folders: string[] = [];
const folder = (...parts: Parameters<typeof tinyFolder>): string => {
  const made = tinyFolder(...parts);
  folders.push(made);
  return made;
};

let encoder: Encoder;
// Threads that compute come late on a machine that is busy otherwise.
jest.setTimeout(120_000);
beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'pipe' });
  encoder = await openEncoder({ folder: folder(), engine: 'onnx', threads: 2 });
}, 120_000);
afterAll(async () => {
  await encoder.close();
  for (const made of folders) rmSync(made, { recursive: true });
});

describe('scoring', () => {
  it('gives the mean logit over the windows of each text', async () => {
    const scores = await encoder.score(texts, { priority: 'stream' });
    expect(scores).toHaveLength(texts.length);
    scores.forEach((score, i) => {
      expect(Math.abs(score - means[i]!)).toBeLessThan(1e-4);
    });
  });

  it('of a text has nothing to do with its neighbours', async () => {
    const alone = await encoder.score(texts.slice(2, 3), { priority: 'interactive' });
    const among = await encoder.score([...texts, ...texts], { priority: 'stream' });
    expect(among[2]).toBe(alone[0]);
    expect(among[texts.length + 2]).toBe(alone[0]);
  });

  it('takes more texts than are queued at once, and long ones, in their order', async () => {
    const long = 'the nation was not able '.repeat(1_000);
    const many = Array.from({ length: 600 }, (_, i) => (i % 100 === 7 ? long : texts[i % 5]!));
    const scores = await encoder.score(many, { priority: 'stream' });
    const [of] = await encoder.score([long], { priority: 'interactive', deadlineMs: 60_000 });
    many.forEach((text, i) => {
      expect(Math.abs(scores[i]! - (text === long ? of! : means[i % 5]!))).toBeLessThan(1e-4);
    });
  });

  it('ends at the deadline, or when it is aborted', async () => {
    const many = Array.from({ length: 3_000 }, () => texts.at(-1)!);
    await expect(encoder.score(many, { priority: 'stream', deadlineMs: 1 })).rejects.toMatchObject({
      code: 'request.timeout',
    });
    const signal = AbortSignal.abort(new Error('the client went away'));
    await expect(encoder.score(many, { priority: 'stream', signal })).rejects.toThrow('the client went away');
    await expect(encoder.score(texts, { priority: 'stream' })).resolves.toHaveLength(texts.length);
  });

  it('of no text is no score', async () => {
    expect(await encoder.score([], { priority: 'interactive' })).toHaveLength(0);
    expect(await encoder.read([], { priority: 'interactive' })).toHaveLength(0);
  });
});

describe('reading', () => {
  it('gives the logit of scoring, and shares of the pieces and marks that sum to it', async () => {
    const many = [...texts, ...Array.from({ length: 300 }, () => texts[2]!)];
    const [scores, reads] = await Promise.all([
      encoder.score(many, { priority: 'stream' }),
      encoder.read(many, { priority: 'stream' }),
    ]);
    expect(reads).toHaveLength(many.length);
    reads.forEach(({ logit, shares, marks, starts, ends }, i) => {
      expect(Math.abs(logit - scores[i]!)).toBeLessThan(1e-5);
      const sum = shares.reduce((total, share) => total + share, marks);
      expect(Math.abs(sum - logit)).toBeLessThan(1e-4);
      expect([starts.length, ends.length]).toEqual([shares.length, shares.length]);
    });
    const { starts, ends } = reads[2]!;
    expect(texts[2]!.slice(starts[0]!, ends[0]!)).toMatch(/^[Tt]/);
    expect(ends.at(-1)).toBe(texts[2]!.length);
  });
});

describe('an encoder', () => {
  it('says what serves', () => {
    expect(encoder).toMatchObject({ engine: 'onnx', device: 'cpu', sha256: golden.sha256 });
  });

  it('answers nothing any more when it is closed', async () => {
    const own = await openEncoder({ folder: folder(), engine: 'onnx', threads: 1 });
    const late = expect(own.score(texts, { priority: 'stream' })).rejects.toMatchObject({
      code: 'detector.engine',
    });
    await own.close();
    await late;
  });
});

describe('a folder is refused', () => {
  const refusal = (message: string) => ({
    code: 'detector.missing_model',
    message: expect.stringContaining(message),
  });

  it('without weights or vocabulary', async () => {
    const empty = folder();
    rmSync(join(empty, 'vocab.txt'));
    await expect(openEncoder({ folder: empty })).rejects.toMatchObject(refusal('vocab.txt'));
    rmSync(join(empty, 'model.safetensors'));
    await expect(openEncoder({ folder: empty })).rejects.toMatchObject(refusal('model.safetensors'));
  });

  it('with another vocabulary than the one of the weights', async () => {
    const other = Buffer.concat([VOCABULARY, Buffer.from('x\n')]);
    await expect(openEncoder({ folder: folder(tinyFile(), other) })).rejects.toMatchObject(
      refusal('expected a vocabulary with SHA-256'),
    );
  });

  it('with fewer rows than the vocabulary has pieces', async () => {
    const tensors = tinyTensors();
    const name = 'embeddings.word_embeddings.weight';
    for (const [part, width] of [
      [name, 32],
      [`${name}.scale`, 4],
    ] as const) {
      const tensor = tensors[part]!;
      tensor.shape = tensor.shape.with(0, tensor.shape[0]! - 1);
      tensor.bytes = tensor.bytes.subarray(0, -width);
    }
    await expect(openEncoder({ folder: folder(encodeTensors(tensors, METADATA)) })).rejects.toMatchObject(
      refusal('pieces in the vocabulary'),
    );
  });
});
