/** A key holder outside of the process, in software: another object behind messages, as a device or a KMS is. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import type { HeldKey, KeyHolder } from '../../../src/attest/key-holder.js';

interface Request {
  id: number;
  act: 'create' | 'sign' | 'destroy';
  handle?: string;
  input?: Uint8Array;
}

/** It gives out handles and signatures, never a key. */
export function device() {
  const keys = new Map<string, KeyObject>();
  const { port1: inside, port2: outside } = new MessageChannel();
  inside.on('message', ({ id, act, handle = '', input }: Request) => {
    const answer = () => {
      if (act === 'create') {
        const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const name = `slot-${keys.size}`;
        keys.set(name, privateKey);
        const { x, y } = publicKey.export({ format: 'jwk' });
        return { handle: name, x, y };
      }
      if (act === 'destroy') return { destroyed: keys.delete(handle) };
      const key = keys.get(handle);
      if (key === undefined) return { error: 'no such key' };
      return { signature: sign('sha256', input!, { key, dsaEncoding: 'ieee-p1363' }) };
    };
    inside.postMessage({ id, ...answer() });
  });
  const waiting = new Map<number, (answer: Record<string, unknown>) => void>();
  outside.on('message', (answer: { id: number }) => waiting.get(answer.id)?.(answer as never));
  let calls = 0;
  const ask = (request: Omit<Request, 'id'>) =>
    new Promise<Record<string, never>>((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, (answer) => {
        waiting.delete(id);
        if (answer['error']) reject(new Error(String(answer['error'])));
        else resolve(answer as never);
      });
      outside.postMessage({ id, ...request });
    });
  const holder: KeyHolder = {
    name: 'device',
    async createKey(): Promise<HeldKey> {
      const { handle, x, y } = await ask({ act: 'create' });
      return { publicJwk: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, reference: handle! };
    },
    async openKey(_use, handle) {
      return async (input) => (await ask({ act: 'sign', handle, input }))['signature']!;
    },
    async destroyKey(_use, handle) {
      await ask({ act: 'destroy', handle });
    },
  };
  return { holder, keys, close: () => inside.close() };
}
