/**
 * Whose credentials count: a file in the form of `trust.json`. It is another file than the one that names other issuers of
 * attestations, since who may say that somebody is one person may not thereby attest texts, nor the other way round.
 */
import type { CryptoKey } from 'jose';
import { z } from 'zod';
import { TrustedIssuer } from '../../../schemas/attestation.js';
import { AssayError } from '../../../schemas/errors.js';
import { parseJson } from '../../../schemas/json.js';
import { parseAs } from '../../../schemas/problem.js';
import { importTrust } from '../../client/trust.js';
import { readNamedFile } from '../trust-file.js';

export const CredentialIssuer = TrustedIssuer.extend({
  iss: z.string().min(1).max(512),
  audiences: z.array(z.string()).default(['*']),
  status_keys: TrustedIssuer.shape.status_keys.default([]),
  status_origins: TrustedIssuer.shape.status_origins.default([]),
  credentials: z
    .strictObject({
      vct: z
        .array(z.string())
        .optional()
        .describe('Types that prove one person; absent: every type of this issuer'),
      nullifier: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Claim that is the same for one person, always; absent: nullifier, else sub where nothing can be kept back',
        ),
    })
    .default({}),
});

export interface KnownCredentialIssuer {
  iss: string;
  /** Platforms on which its word counts; `*`: all. */
  audiences: ReadonlySet<string>;
  keys: ReadonlyMap<string, CryptoKey>;
  statusKeys: ReadonlyMap<string, CryptoKey>;
  statusOrigins: ReadonlySet<string>;
  types: ReadonlySet<string> | null;
  /** Name of the claim that is one person's alone; null: not said. */
  nullifier: string | null;
}

/** Whether an issuer's word counts on a platform. */
export const countsOn = (
  { audiences }: Pick<KnownCredentialIssuer, 'audiences'>,
  platform: string,
): boolean => audiences.has('*') || audiences.has(platform);

export type CredentialTrust = ReadonlyMap<string, KnownCredentialIssuer>;

/** @throws {AssayError} `config.invalid` */
export async function importCredentialTrust(
  issuers: readonly z.infer<typeof CredentialIssuer>[],
): Promise<CredentialTrust> {
  const known = new Map<string, KnownCredentialIssuer>();
  for (const [index, { tokenKeys, ...issuer }] of (await importTrust({ issuers: [...issuers] })).entries()) {
    if (known.has(issuer.iss))
      throw new AssayError('config.invalid', `the issuer ${issuer.iss} stands twice`);
    const { vct, nullifier } = issuers[index]!.credentials;
    known.set(issuer.iss, {
      ...issuer,
      keys: tokenKeys,
      types: vct === undefined ? null : new Set(vct),
      nullifier: nullifier ?? null,
    });
  }
  return known;
}

/** @throws {AssayError} `config.invalid` for a file that cannot be read or is no list of issuers */
export async function readCredentialTrust(path: string): Promise<CredentialTrust> {
  const shape = z.object({ issuers: z.array(CredentialIssuer) });
  try {
    const { issuers } = parseAs(shape, parseJson(await readNamedFile(path)), 'request.invalid');
    return await importCredentialTrust(issuers);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === 'config.invalid') throw error;
    const where = error.violations.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ');
    const found = where === '' ? error.message : where;
    throw new AssayError('config.invalid', `${path} is not a trust list: ${found}`, { cause: error });
  }
}
