/** The forged-evidence suite as files: lines for `assay evidence --jsonl`, what must come of each, and what it takes to judge them. */
import { createHash } from 'node:crypto';
import { assertCases } from './assert-cases.js';
import type { EvidenceCase } from './case.js';
import { pem } from './certificate.js';
import { credentialCases } from './credential-cases.js';
import { ISSUER, ISSUER_KEY, NOW, STATUS_KEY, STATUS_URI, statusList } from './credentials.js';
import { METADATA_ROOT, metadataBlob } from './models.js';
import { registerCases } from './register-cases.js';

/** Characters of a line above which it is made anew at every run and stands in no file. */
const KEPT = 64 * 1024;

export const allCases = (): EvidenceCase[] => [...registerCases(), ...assertCases(), ...credentialCases()];

export const lineOf = ({ id, line }: EvidenceCase): string =>
  typeof line === 'string' ? line : JSON.stringify({ id, ...line });

const listFile = (uri: string): string => `status/${createHash('sha256').update(uri).digest('hex')}.jwt`;

/** What a judge is started with: name → content. */
export function judgeFiles(): Map<string, string> {
  const elsewhere = (name: string) => `https://persons.example/status/${name}`;
  const trust = {
    issuers: [
      {
        iss: ISSUER,
        audiences: ['*'],
        token_keys: [ISSUER_KEY.jwk],
        status_keys: [STATUS_KEY.jwk],
        status_origins: ['https://persons.example'],
      },
    ],
  };
  return new Map([
    ['trust.json', `${JSON.stringify(trust, null, 1)}\n`],
    ['metadata.jwt', `${metadataBlob()}\n`],
    ['metadata-root.pem', pem(METADATA_ROOT.bytes)],
    [listFile(STATUS_URI), `${statusList([3])}\n`],
    [listFile(elsewhere('forged')), `${statusList([], ISSUER_KEY, { sub: elsewhere('forged') })}\n`],
    [
      listFile(elsewhere('old')),
      `${statusList([], STATUS_KEY, { sub: elsewhere('old'), exp: NOW - 3_600 })}\n`,
    ],
  ]);
}

export function corpusFiles(cases: readonly EvidenceCase[] = allCases()): Map<string, string> {
  const kept = cases.filter((each) => lineOf(each).length <= KEPT);
  const manifest = kept.map(({ line: _line, ...each }) => each);
  return new Map([
    ...judgeFiles(),
    ['lines.jsonl', kept.map((each) => `${lineOf(each)}\n`).join('')],
    ['cases.json', `[\n${manifest.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`],
  ]);
}
