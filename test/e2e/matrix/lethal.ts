/** Parts that end their own process with kill -9 at a chosen call of a chosen stage: half of a write done, or all but the last step. */
import type { BulkOp, Collection, Doc } from '../../../schemas/store/port.js';
import type { Log } from '../../../streams/log/port.js';
import type { PipelineParts } from '../../../streams/records.js';
import { VERDICTS_TOPIC } from '../../../streams/topics.js';

export const STAGES = ['admit', 'score', 'decide', 'record', 'announce'] as const;
export type Stage = (typeof STAGES)[number];

export interface Kill {
  stage: Stage;
  /** Which call of the stage, counted from 1. */
  call: number;
}

/** Never resolves: the process is gone. */
function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

/** The object with some methods replaced. */
function replacing<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(original, name) {
      const own = (methods as Record<string | symbol, unknown>)[name];
      const found = own ?? (Reflect.get(original, name, original) as unknown);
      return own === undefined && typeof found === 'function' ? found.bind(original) : found;
    },
  });
}

const half = <T>(list: readonly T[]): T[] => list.slice(0, Math.ceil(list.length / 2));

/** @param kill null: parts that live */
export function lethalParts<P extends PipelineParts>(parts: P, kill: Kill | null): P {
  if (kill === null) return parts;
  let calls = 0;
  const now = (stage: Stage): boolean => stage === kill.stage && ++calls === kill.call;
  const { items, verdicts } = parts.collections;
  const mortalBulk = async <T extends Doc>(collection: Collection<T>, ops: readonly BulkOp<T>[]) => {
    if (ops.some((op) => 'insert' in op) && now('record')) {
      await collection.bulk(half(ops));
      return die();
    }
    return collection.bulk(ops);
  };
  return {
    ...parts,
    collections: {
      ...parts.collections,
      items: replacing(items, { getMany: (ids) => (now('admit') ? die() : items.getMany(ids)) }),
      verdicts: replacing(verdicts, { bulk: (ops) => mortalBulk(verdicts, ops) }),
    },
    judge: {
      ...parts.judge,
      judge: (inputs) => (now('score') ? die() : parts.judge.judge(inputs)),
    },
    decide: (evidence) => {
      if (now('decide')) process.kill(process.pid, 'SIGKILL');
      return parts.decide(evidence);
    },
    log: replacing<Log>(parts.log, {
      send: async (topic, records) => {
        if (topic !== VERDICTS_TOPIC || !now('announce')) return parts.log.send(topic, records);
        await parts.log.send(topic, half(records));
        return die();
      },
    }),
  };
}
