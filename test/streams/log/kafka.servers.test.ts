import { afterAll, beforeAll } from '@jest/globals';
import { openKafkaLog } from '../../../streams/log/kafka.js';
import { type KafkaServer, startKafka } from '../../servers/kafka.js';
import { logContract } from './contract.js';

let server: KafkaServer;
beforeAll(async () => {
  server = await startKafka();
}, 300_000);
afterAll(() => server.stop(), 30_000);

logContract('Apache Kafka', {
  open: async () => openKafkaLog({ brokers: [server.brokers] }),
  patienceMs: 60_000,
});
