/** The weights of another model, or of a damaged one, are refused by name. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readEncoder } from '../../../detectors/runtime/encoder-weights.js';
import { encodeTensors, f32, METADATA, type TestTensors, tinyFile, tinyTensors } from './tiny-encoder.js';

const changed = (change: (tensors: TestTensors) => void, metadata: object = {}) => {
  const tensors = tinyTensors();
  change(tensors);
  return encodeTensors(tensors, { ...METADATA, ...metadata } as Record<string, string>);
};
const nothing = (): void => {};

it('the tiny encoder is the one whose logits the reference computed', () => {
  const { sha256 } = JSON.parse(readFileSync('test/vectors/encoder-1.json', 'utf8')) as { sha256: string };
  expect(createHash('sha256').update(tinyFile()).digest('hex')).toBe(sha256);
});

describe('the weights', () => {
  it('say what they are', () => {
    const encoder = readEncoder(tinyFile());
    expect(encoder).toMatchObject({ hidden: 32, heads: 4, positions: 128, epsilon: 1e-12 });
    expect(encoder.layers).toHaveLength(2);
    expect(encoder.layers[1]?.intermediate).toMatchObject({ rows: 64, columns: 32 });
    expect(encoder.vocabularySha256).toBe(METADATA.vocabulary_sha256);
  });

  it('have the only segment in their places', () => {
    const places = f32([128, 32], () => 1);
    const segments = f32([2, 32], (i) => i);
    const file = changed((tensors) => {
      tensors['embeddings.position_embeddings.weight'] = places;
      tensors['embeddings.token_type_embeddings.weight'] = segments;
    });
    expect([...readEncoder(file).places.slice(32, 36)]).toEqual([1, 2, 3, 4]);
  });
});

describe('weights are refused', () => {
  it.each<[string, (tensors: TestTensors) => void, object, string]>([
    ['of another format', nothing, { format: 'pt' }, 'format assay-encoder-1, found pt'],
    ['without a number of heads', nothing, { heads: '' }, 'as heads'],
    ['whose heads do not divide the channels', nothing, { heads: '5' }, '5 heads'],
    ['without the epsilon of the norms', nothing, { layer_norm_eps: 'small' }, 'layer_norm_eps, found small'],
    ['without a bias', (t) => delete t['head.bias'], {}, 'expected the tensor head.bias, found none'],
    [
      'without a scale',
      (t) => delete t['encoder.layer.1.output.dense.weight.scale'],
      {},
      'encoder.layer.1.output.dense.weight.scale',
    ],
    [
      'without a layer',
      (t) => {
        for (const name of Object.keys(t)) if (name.startsWith('encoder.')) delete t[name];
      },
      {},
      'at least one layer',
    ],
    [
      'with too few positions for a window',
      (t) => {
        t['embeddings.position_embeddings.weight'] = f32([127, 32], () => 1);
      },
      {},
      'at least 128 positions, found 127',
    ],
    [
      'with a matrix that is not int8',
      (t) => {
        t['encoder.layer.0.attention.self.key.weight'] = f32([32, 32], () => 1);
      },
      {},
      'expected I8 in the tensor encoder.layer.0.attention.self.key.weight, found F32',
    ],
    [
      'with a bias that is int8',
      (t) => {
        t['head.bias'] = { type: 'I8', shape: [1], bytes: new Uint8Array(1) };
      },
      {},
      'expected F32 or F16',
    ],
    [
      'with another shape',
      (t) => {
        t['head.weight'] = f32([2, 32], () => 1);
      },
      {},
      'expected the shape [1,32] of the tensor head.weight, found [2,32]',
    ],
    [
      'with a number that is none',
      (t) => {
        t['encoder.layer.0.output.LayerNorm.bias'] = f32([32], (i) => (i === 9 ? Number.NaN : 0));
      },
      {},
      'finite numbers in the tensor encoder.layer.0.output.LayerNorm.bias',
    ],
    [
      'with a tensor nobody asked for',
      (t) => {
        t['pooler.dense.weight'] = f32([1], () => 1);
      },
      {},
      'expected no tensor pooler.dense.weight',
    ],
  ])('%s', (_why, change, metadata, message) => {
    expect(() => readEncoder(changed(change, metadata))).toThrow(
      expect.objectContaining({ code: 'detector.missing_model', message: expect.stringContaining(message) }),
    );
  });
});
