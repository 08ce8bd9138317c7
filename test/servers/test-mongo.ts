/** The MongoDB-wire server of a test suite: the one in ASSAY_TEST_MONGO (a real MongoDB, or one started for all suites), else a new one. */
import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { startMongo } from './mongo.js';

export interface TestMongo {
  /** URL of a database nobody has used. */
  freshDatabase(): string;
  /** Drops the databases given out; ends the server if it was started here. */
  stop(): Promise<void>;
}

function withDatabase(url: string, name: string): string {
  const [, server = '', , query = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(\/[^?]*)?(\?.*)?$/.exec(url) ?? [];
  return `${server}/${name}${query}`;
}

export async function testMongo(): Promise<TestMongo> {
  const given = process.env['ASSAY_TEST_MONGO'];
  const started = given ? undefined : await startMongo();
  const url = given ?? started!.url;
  const names: string[] = [];
  return {
    freshDatabase() {
      const name = `assay_test_${randomBytes(6).toString('hex')}`;
      names.push(name);
      return withDatabase(url, name);
    },
    async stop() {
      if (started) return started.stop();
      for (const name of names) {
        const connection = await mongoose.createConnection(withDatabase(url, name)).asPromise();
        await connection.dropDatabase();
        await connection.close();
      }
    },
  };
}
