/**
 * The MongoDB store keeps the contract of the port, on a MongoDB-wire server: the one started here, or the one whose
 * URL stands in ASSAY_TEST_MONGO (there in databases named assay_test_*, which are dropped).
 */
import { afterAll, beforeAll, describe } from '@jest/globals';
import { openMongoStore } from '../../../src/store/mongo/open.js';
import { type TestMongo, testMongo } from '../../servers/test-mongo.js';
import { blobContract } from '../blob/contract.js';
import { storeContract } from './contract.js';

describe('the MongoDB store', () => {
  let mongo: TestMongo;
  beforeAll(async () => {
    mongo = await testMongo();
  }, 60_000);
  afterAll(() => mongo?.stop());

  storeContract({
    open: async (collections) => (await openMongoStore({ url: mongo.freshDatabase(), collections })).store,
    sortsByCodePoint: false,
    rounds: 15,
  });

  blobContract(async () => {
    const { store, blobs } = await openMongoStore({ url: mongo.freshDatabase(), collections: [] });
    return { blobs, close: () => store.close() };
  });
});
