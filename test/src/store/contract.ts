/**
 * The contract of the store port. Both engines run all of it: `embedded.test.ts` and `mongo.servers.test.ts` say only
 * how to open theirs.
 */
import { concurrencyContract } from './contract/concurrency.js';
import { indexContract } from './contract/indexes.js';
import { pageContract } from './contract/pages.js';
import type { Engine } from './contract/suite.js';
import { writeContract } from './contract/writes.js';

export function storeContract(engine: Engine): void {
  writeContract(engine);
  indexContract(engine);
  pageContract(engine);
  concurrencyContract(engine);
}
