/**
 * Pieces of real texts are those of the reference. The hashes are by training/encoder/golden_data.py; a file of other content, or a
 * model with another vocabulary, is not compared.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { modelFolder } from '../../../detectors/model-folder.js';
import { readVocabulary, WordPiece } from '../../../detectors/runtime/wordpiece.js';

const VOCABULARY = '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3';
/** File of the labelled texts, its SHA-256, and that of the ids of its first 2,000 texts. */
const GOLDEN: [string, string, string][] = [
  [
    'abstract.jsonl.gz',
    '563eeaf6e7314ea7511f98491a8d47826bbca22f0396c3daf44d1fa5958f210c',
    '6be8a3b29d75d76e74042d3078b7cae4401c03fdf4a1dd4555de7a38f8e9365e',
  ],
  [
    'email.jsonl.gz',
    'b7405e758cbc1de8fb10051de2836647041e3b6eb0970c30d4fa5502012e0897',
    'd9dea065b4e253f66fe56244882ae20ef1962a62f99bcea9a8fdd5a613e9e19e',
  ],
  [
    'emails-unlabelled.jsonl.gz',
    'f327b5646ce106e4f55605524787c724453ac0c75b1e626ecba1e558ec6126c5',
    'da85f7343ec51d8205439857f352f0c95cba816c3210eb71cca6f6b144fcd7b1',
  ],
  [
    'essay.jsonl.gz',
    'a937dd32669420a9428cc8591758282a30c20ae15dd6e65028cb7b033a92a2fe',
    'f99379ce1ee826f6c21ee1e8a278092c1b88315d083115e3b7a5c4fe9c9d1823',
  ],
  [
    'extra-ai.jsonl.gz',
    'dd47251636e9e9a7d874f9bf1e55a1764aead675ca3f9691e6d565fea18ea880',
    'b6fbe82d9eff618f6d6b7f076c634b08009b7ef8affa1bd517263d1d2aa28a1d',
  ],
  [
    'extra-human.jsonl.gz',
    'f059838c78bf551a77631b478aaf1b319d25ac44519337a90a42ab7db8cf0b59',
    '21a2e7c088f03c554f36682acf302e57d3eb39d3a89abc67bc494fa29a3c3fd3',
  ],
  [
    'mixed.jsonl.gz',
    '1b7e94e6c214249654b25b54d63ec23252ddad02cddbfd44432b756ea23e803b',
    '75dedbd601c362e8cb67c6223514071b6b93a294715e05c8079141f632081207',
  ],
  [
    'news.jsonl.gz',
    '58cffb8d55e58160add625d84b04d5096b9b5b6a811a9f06f41a1762355b1f6a',
    'd3fe06935b8a53c549db16871075826ef11e8468323b132251d35bab5bde1b6e',
  ],
  [
    'other.jsonl.gz',
    '28887a472cff46d8e2a9f401d6bf7810f2d172c283985bd05d2450975fdacb35',
    '8c265a919e5031a952596960dbbdb5196c690ac60477578a8c4e26aaca805f2d',
  ],
  [
    'qa.jsonl.gz',
    'e1e3af7c5b16251d8bcc576a10f18c9b77797f7d1e0be71871f12c75c009ddf8',
    'aa59fdab75d3ca5a0334b8e43e1bd19903c044078b232b4735cf8e760f0cac84',
  ],
  [
    'review.jsonl.gz',
    'fca80c4aef561a07ddb3b9ce6cc03fd27cb515c2741822f8e1ebb9e77a8941b3',
    '51782ced818221a342453e405f9e2209188442f9149fec79410d25b4bd0210a5',
  ],
  [
    'social.jsonl.gz',
    '3462d07b55c4afc23d8c2c485344b5907d70251d63cc9b34bb1e80f78a4973f8',
    '41d7da60293964e0a273dd49a40c08a1573a4b35547ee3ba0229ffec3e13e518',
  ],
  [
    'story.jsonl.gz',
    '1916187df2f4f04e7fa8e6f3e2f3f93c99ed6ce9dd4d207d1335e4da3ceda094',
    'a37c854a60baab3693701ef569f82e507ff119be3b0dbaec135a141b94f5faf5',
  ],
  [
    'wiki.jsonl.gz',
    '7a6ac2ca5be804d88ed0552bea875debc444f03e7e133448faadba02809b3dc7',
    '0c4ba69a56d415338051e7cc611a04e93e1d7ca746bfe66a8b09c5819d5ab7b6',
  ],
];

const data = process.env['ASSAY_DATA'];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hashOf = (path: string): string | null => (existsSync(path) ? sha256(readFileSync(path)) : null);

const vocabulary = join(modelFolder(), 'encoder', 'vocab.txt');
const comparable = data !== undefined && hashOf(vocabulary) === VOCABULARY;

describe('the pieces of labelled texts are those of the reference', () => {
  for (const [name, file, ids] of GOLDEN) {
    const path = join(data ?? '', name);
    (comparable && hashOf(path) === file ? it : it.skip)(
      name,
      () => {
        const pieces = new WordPiece(readVocabulary(readFileSync(vocabulary)));
        const lines = gunzipSync(readFileSync(path)).toString().split('\n').slice(0, 2_000);
        const hash = createHash('sha256');
        for (const line of lines) {
          if (line === '') continue;
          hash.update(`${pieces.encode((JSON.parse(line) as { text: string }).text).ids.join(' ')}\n`);
        }
        expect(hash.digest('hex')).toBe(ids);
      },
      120_000,
    );
  }
});
