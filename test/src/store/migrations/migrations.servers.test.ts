/** Migrations on a Mongo-wire server. */
import { afterAll, beforeAll } from '@jest/globals';
import { type OpenedStore, openStore } from '../../../../src/store/open.js';
import { type TestMongo, testMongo } from '../../../servers/test-mongo.js';
import { migrationContract } from './contract.js';

let mongo: TestMongo;
let url: string;
beforeAll(async () => {
  mongo = await testMongo();
}, 120_000);
afterAll(() => mongo?.stop());

const open = (): Promise<OpenedStore> => openStore({ mongoUrl: url, dataFolder: '/nonexistent' });

migrationContract(
  () => {
    url = mongo.freshDatabase();
    return open();
  },
  async ({ store }) => {
    await store.close();
    return open();
  },
);
