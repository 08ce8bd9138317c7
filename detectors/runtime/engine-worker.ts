/** Entry of a worker thread that computes the encoder; everything it does is in serve-engine.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveEngine, type WorkerTask } from './serve-engine.js';

await serveEngine(parentPort!, workerData as WorkerTask);
