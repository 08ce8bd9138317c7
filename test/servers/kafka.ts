/**
 * Starts one Apache Kafka broker (KRaft, no ZooKeeper) for tests on ephemeral ports of 127.0.0.1.
 * Also by hand: `node scripts/run.js test/servers/kafka.ts` prints KAFKA_BROKERS and runs until interrupted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchJars } from './maven.js';
import { runTool, toolMissing } from './tools.js';

const VERSION = '4.3.1';
/** Times 100 ms: a broker that finds its data after a kill on a busy machine takes its time. */
const READY_TRIES = 900;

export interface KafkaServer {
  /** For KAFKA_BROKERS. */
  brokers: string;
  /** The listener that asks for a user; nobody listens there without one. */
  saslBrokers: string;
  pid: number;
  stop(): Promise<void>;
  /** As a power cut would: kill -9. */
  kill(): Promise<void>;
  /** kill -9, and started again on the same data and port. */
  restart(): Promise<void>;
}

interface Ports {
  port: number;
  controller: number;
  sasl: number;
}

const scramArgs = (size: number, { username, password }: SaslUser): string[] => [
  '--add-scram',
  `SCRAM-SHA-${size}=[name=${username},password=${password}]`,
];

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** A name and a password that a second listener asks for, in every mechanism there is. */
export interface SaslUser {
  username: string;
  password: string;
}

/** What a listener with SASL needs; tokens of OAUTHBEARER are taken unsigned. */
function saslProperties({ username, password }: SaslUser): Record<string, string> {
  const at = 'listener.name.sasl_plaintext';
  const module = (path: string, options = '') =>
    `org.apache.kafka.common.security.${path} required${options};`;
  return {
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`${at}.plain.sasl.jaas.config`]: module('plain.PlainLoginModule', ` user_${username}="${password}"`),
    [`${at}.scram-sha-256.sasl.jaas.config`]: module('scram.ScramLoginModule'),
    [`${at}.scram-sha-512.sasl.jaas.config`]: module('scram.ScramLoginModule'),
    [`${at}.oauthbearer.sasl.jaas.config`]: module(
      'oauthbearer.OAuthBearerLoginModule',
      ' unsecuredLoginStringClaim_sub="broker"',
    ),
  };
}

const properties = (ports: Ports, data: string, user: SaslUser | undefined): string => {
  const { port, controller, sasl } = ports;
  const listeners = [
    `PLAINTEXT://127.0.0.1:${port}`,
    ...(user === undefined ? [] : [`SASL_PLAINTEXT://127.0.0.1:${sasl}`]),
    `CONTROLLER://127.0.0.1:${controller}`,
  ].join(',');
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'offsets.topic.num.partitions': '8',
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '3000',
    'log.cleaner.dedupe.buffer.size': '16777216',
    'auto.create.topics.enable': 'false',
    ...(user === undefined ? {} : saslProperties(user)),
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
};

/** Starts a broker; the first call fetches it (about 10 s, 44 MB). @param user opens a second listener that asks for it */
export async function startKafka(user?: SaslUser): Promise<KafkaServer> {
  const folder = await fetchJars(`kafka-${VERSION}`, [`org.apache.kafka:kafka_2.13:${VERSION}`]);
  const data = await mkdtemp(join(tmpdir(), 'assay-kafka-'));
  const ports = { port: await freePort(), controller: await freePort(), sasl: await freePort() };
  const { port } = ports;
  const config = join(data, 'server.properties');
  await writeFile(config, properties(ports, join(data, 'log'), user));
  const classpath = ['-cp', [join(folder, 'libs', '*')].join(delimiter)];
  const storage = (...args: string[]) => runTool('java', [...classpath, 'kafka.tools.StorageTool', ...args]);
  const id = (await storage('random-uuid')).trim();
  const scram = user === undefined ? [] : [256, 512].flatMap((size) => scramArgs(size, user));
  await storage('format', '-t', id, '-c', config, '--standalone', ...scram);
  const heap = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const start = () =>
    startBroker(port, [...heap, ...classpath, 'kafka.Kafka', config], data).catch(async (error: unknown) => {
      await rm(data, { recursive: true, force: true });
      throw error;
    });
  let broker = await start();
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await broker.end(signal);
    await rm(data, { recursive: true, force: true });
  };
  return {
    brokers: `127.0.0.1:${port}`,
    saslBrokers: `127.0.0.1:${ports.sasl}`,
    pid: broker.child.pid!,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await broker.end('SIGKILL');
      broker = await start();
    },
  };
}

interface Broker {
  child: ChildProcess;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Resolves once the port answers. */
async function startBroker(port: number, args: readonly string[], cwd: string): Promise<Broker> {
  const child = spawn('java', args, { stdio: 'ignore', cwd });
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      failure = toolMissing('java', error);
      resolve();
    });
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  for (let tries = 0; !(await answers(port)); tries++) {
    if (failure !== undefined) throw failure;
    if (tries === READY_TRIES || child.exitCode !== null) {
      await end('SIGKILL');
      throw new Error(
        `Kafka did not start (exit code ${child.exitCode}): expected Java 17 or newer and a free port ${port}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { child, end };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startKafka();
  process.stdout.write(`KAFKA_BROKERS=${server.brokers}\n`);
  process.once('SIGINT', () => void server.stop());
  process.once('SIGTERM', () => void server.stop());
}
