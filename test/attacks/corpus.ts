/**
 * The attack corpus as files: what is written to `test/vectors/attacks/`, name by name. Deterministic, so that a test
 * can hold the files against this script and anybody can write them again.
 */

import type { TrustList } from '../../schemas/attestation.js';
import type { AttackCase, AttackRun } from '../../src/cli/attack-run.js';
import { listFile } from '../../src/cli/verify-lines.js';
import { CANONICALISATION } from '../../src/client/index.js';
import { type Attack, FOUND, family } from './case.js';
import { claims } from './families/claims.js';
import { content } from './families/content.js';
import { encoding } from './families/encoding.js';
import { facets } from './families/facets.js';
import { header } from './families/header.js';
import { author, levels, place, reuse, time } from './families/place.js';
import { signature } from './families/signature.js';
import {
  ROLLED_BACK,
  rolledBack,
  rolledBackUri,
  SAME_SECOND,
  sameSecond,
  sameSecondUri,
  status,
} from './families/status.js';
import { VALID_LISTS, valid } from './families/valid.js';
import { AT, KEYS, MAX_STATUS_AGE_S, TRUST } from './forge.js';

export interface Manifest {
  corpus: 'assay-attacks-1';
  canonicalisation: string;
  runs: AttackRun[];
  cases: AttackCase[];
}

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
const lines = (attacks: readonly Attack[]) =>
  attacks.map(({ id, line }) => `${JSON.stringify({ id, ...line })}\n`).join('');

/** Trust lists that no verifier may work with: `curve` holds a key that is none, `disjoint` one key for two purposes. */
function badTrust(): Record<string, TrustList> {
  const [first, second] = TRUST.issuers as [TrustList['issuers'][0], TrustList['issuers'][0]];
  const withKey = (key: object): TrustList => ({
    issuers: [{ ...first, token_keys: [key as never] }, second],
  });
  const { jwk, kid } = KEYS.token;
  const p384 = {
    kty: 'EC',
    crv: 'P-384',
    x: 'qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3',
    y: 'NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f',
  };
  return {
    p384: withKey({ ...p384, kid }),
    'off-curve': withKey({ ...jwk, y: jwk.x, kid }),
    infinity: withKey({ ...jwk, x: 'A'.repeat(43), y: 'A'.repeat(43), kid }),
    'foreign-kid': withKey({ ...KEYS.attacker.jwk, kid }),
    symmetric: withKey({ kty: 'oct', k: jwk.x, kid, alg: 'HS256' }),
    'other-alg': withKey({ ...jwk, kid, alg: 'ES384' }),
    'encryption-key': withKey({ ...jwk, kid, use: 'enc' }),
    'one-key-for-both': { issuers: [{ ...first, status_keys: first.token_keys }, second] },
  };
}

/** Path → content. */
export async function corpusFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const runs: AttackRun[] = [];
  const cases: AttackCase[] = [];
  const { attacks: statusAttacks, lists } = await status();
  for (const { uri, jwt } of [...lists, ...VALID_LISTS]) files.set(`status/${listFile(uri)}`, jwt);
  files.set('trust.json', json(TRUST));
  const run = (attacks: readonly Attack[], more: Partial<AttackRun> & { name: string }) => {
    runs.push({
      at: AT,
      maxStatusAgeS: MAX_STATUS_AGE_S,
      trust: 'trust.json',
      status: 'status',
      lines: `${more.name}.jsonl`,
      ...more,
    });
    files.set(`${more.name}.jsonl`, lines(attacks));
    for (const { id, title, codes } of attacks)
      cases.push({ id, run: more.name, title, valid: codes.length === 0, codes });
  };
  const main = await Promise.all([
    encoding(),
    header(),
    signature(),
    claims(),
    place(),
    time(),
    levels(),
    author(),
    content(),
    facets(),
    reuse(),
  ]);
  run([...main.flat(), ...statusAttacks], { name: 'main' });

  run(await valid(), { name: 'valid' });

  files.set(`rolled-back/${listFile(rolledBackUri)}`, ROLLED_BACK.newer);
  files.set(`rolled-back-older/${listFile(rolledBackUri)}`, ROLLED_BACK.older);
  run(await rolledBack(), {
    name: 'rolled-back',
    status: 'rolled-back',
    replaced: { after: 1, by: 'rolled-back-older' },
  });

  files.set(`same-second/${listFile(sameSecondUri)}`, SAME_SECOND.first);
  files.set(`same-second-other/${listFile(sameSecondUri)}`, SAME_SECOND.second);
  run(await sameSecond(), {
    name: 'same-second',
    status: 'same-second',
    replaced: { after: 1, by: 'same-second-other' },
  });

  for (const [name, trust] of Object.entries(badTrust())) {
    files.set(`trust-${name}.json`, json(trust));
    const attack = await family('trust', [
      [
        name,
        `a token under a trust list with a bad key: ${name}`,
        'token.unknown_key',
        ({ token }) => ({ ...FOUND, token: token() }),
      ],
    ]);
    run(attack, { name: `trust-${name}`, trust: `trust-${name}.json`, mayRefuse: true });
  }
  const manifest: Manifest = { corpus: 'assay-attacks-1', canonicalisation: CANONICALISATION, runs, cases };
  files.set('corpus.json', json(manifest));
  return files;
}
