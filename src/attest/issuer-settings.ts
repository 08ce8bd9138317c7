/** What the configuration says of the issuer: who holds its keys, who may speak for which platform, how much is issued. */
import type { Config } from '../config/config.js';
import type { IssuerOptions } from './issuer.js';
import { loadKeyHolder } from './key-holder-module.js';
import { readTrust } from './trust-file.js';

/** @throws {AssayError} `config.invalid` for a module or a trust list that cannot be read or is none */
export async function issuerSettings({
  audiences,
  keyHolder,
  trust,
  quotas,
}: Pick<Config, 'audiences' | 'keyHolder' | 'trust' | 'quotas'>): Promise<
  Pick<IssuerOptions, 'grants' | 'quotas' | 'keyHolder' | 'trust'>
> {
  return {
    grants: audiences,
    quotas,
    ...(keyHolder === null ? {} : { keyHolder: await loadKeyHolder(keyHolder) }),
    ...(trust === null ? {} : { trust: await readTrust(trust) }),
  };
}
