/** What the configuration says of the issuer: who holds its keys, who may speak for which platform, what counts as evidence, how much is issued. */
import type { Config } from '../config/config.js';
import { readCredentialTrust } from './evidence/credential-trust.js';
import type { IssuerOptions } from './issuer.js';
import { loadKeyHolder } from './key-holder-module.js';
import { readNamedFile, readTrust } from './trust-file.js';

type Settings = Pick<Config, 'audiences' | 'keyHolder' | 'trust' | 'quotas' | 'credentialTrust' | 'metadata'>;

/**
 * @param download the guarded way out, for metadata at an address
 * @throws {AssayError} `config.invalid` for a module or a file that cannot be read or is not what it should be
 */
export async function issuerSettings(
  { audiences, keyHolder, trust, quotas, credentialTrust, metadata }: Settings,
  download: (url: string) => Promise<Buffer>,
): Promise<Pick<IssuerOptions, 'grants' | 'quotas' | 'keyHolder' | 'trust' | 'credentials' | 'metadata'>> {
  return {
    grants: audiences,
    quotas,
    ...(keyHolder === null ? {} : { keyHolder: await loadKeyHolder(keyHolder) }),
    ...(trust === null ? {} : { trust: await readTrust(trust) }),
    ...(credentialTrust === null ? {} : { credentials: await readCredentialTrust(credentialTrust) }),
    ...(metadata === null
      ? {}
      : {
          metadata: {
            source: metadata.source,
            rootPem: (await readNamedFile(metadata.rootFile)).toString('latin1'),
            download,
          },
        }),
  };
}
