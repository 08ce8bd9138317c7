/**
 * Starts a MongoDB-wire server for tests (mongo-java-server, not MongoDB itself) on an ephemeral port of 127.0.0.1.
 * Also by hand: `node scripts/run.js test/servers/mongo.ts [folder]` prints the URL and runs until interrupted.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchJars } from './maven.js';
import { runTool, toolMissing } from './tools.js';

const VERSION = '1.47.0';

/** Speaks wire version 13 (as MongoDB 5.0), which the driver needs; ends when its standard input does. */
const LAUNCHER = `
import de.bwaldvogel.mongo.*;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
public class Launcher implements MongoVersion {
  public java.util.List<Integer> getVersionArray() { return java.util.List.of(5, 0, 0); }
  public int getWireVersion() { return 13; }
  public static void main(String[] args) throws Exception {
    MongoBackend backend = args.length > 1 ? new H2Backend(args[1]) : new MemoryBackend();
    MongoServer server = new MongoServer(backend.version(new Launcher()));
    server.bind("127.0.0.1", Integer.parseInt(args[0]));
    System.out.println("port " + server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }
}
`;

export interface MongoServer {
  /** Without a database: `${url}/name`. */
  url: string;
  port: number;
  pid: number;
  /** Ends it in order; a file has everything then. */
  stop(): Promise<void>;
  /** As a power cut would: kill -9. */
  kill(): Promise<void>;
}

export interface MongoServerOptions {
  /** File of the H2 backend; without it everything is in memory. */
  file?: string;
  /** Default 0: any free one. */
  port?: number;
}

async function compileLauncher(folder: string): Promise<void> {
  await writeFile(join(folder, 'Launcher.java'), LAUNCHER);
  await runTool('javac', ['-cp', join(folder, 'libs', '*'), '-d', folder, join(folder, 'Launcher.java')]);
}

/** The first line the server prints. */
async function readPort(child: ChildProcess): Promise<number> {
  let output = '';
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = toolMissing('java', error);
  });
  child.stdout!.setEncoding('utf8');
  for await (const chunk of child.stdout!) {
    output += chunk;
    const port = /port (\d+)/.exec(output)?.[1];
    if (port) return Number(port);
  }
  throw failure ?? new Error(`mongo-java-server did not start: ${output}`);
}

/** Starts a server; the first call fetches it (about 8 s, 6 MB). */
export async function startMongo({ file, port = 0 }: MongoServerOptions = {}): Promise<MongoServer> {
  const artifacts = ['h2', 'memory'].map(
    (kind) => `de.bwaldvogel:mongo-java-server-${kind}-backend:${VERSION}`,
  );
  const recipe = createHash('sha256').update(LAUNCHER).digest('hex').slice(0, 8);
  const folder = await fetchJars(`mongo-java-server-${VERSION}-${recipe}`, artifacts, compileLauncher);
  const java = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp'];
  const classpath = [folder, join(folder, 'libs', '*')].join(process.platform === 'win32' ? ';' : ':');
  const child = spawn('java', [...java, classpath, 'Launcher', String(port), ...(file ? [file] : [])], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const bound = await readPort(child);
  return {
    url: `mongodb://127.0.0.1:${bound}`,
    port: bound,
    pid: child.pid!,
    async stop() {
      child.stdin!.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startMongo({ file: process.argv[2] });
  process.stdout.write(`${server.url}\n`);
  process.once('SIGINT', () => void server.stop());
  process.once('SIGTERM', () => void server.stop());
}
