/** A kafkajs client that tests move by hand: it fetches nothing by itself, and crashes when it is told to. */
import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

export const message = (offset: number, value = String(offset), headers = {}): KafkaMessage =>
  ({
    key: Buffer.from('k'),
    value: Buffer.from(value),
    headers,
    offset: String(offset),
    timestamp: '1000',
    attributes: 0,
  }) as KafkaMessage;

type Listener = (event: { payload: Record<string, unknown> }) => void;

/** One kafkajs consumer. */
export class FakeConsumer {
  readonly events = {
    CRASH: 'consumer.crash',
    GROUP_JOIN: 'consumer.group_join',
    REBALANCING: 'consumer.rebalancing',
  };
  readonly groupId: string;
  /** What was called, in order. */
  readonly calls: string[] = [];
  readonly committed: string[] = [];
  readonly resolved: string[] = [];
  readonly #listeners: [string, Listener][] = [];
  #each: ((payload: EachBatchPayload) => Promise<void>) | undefined;
  running = false;
  /** Thrown by the next call of this name. */
  failing: { call: string; error: Error } | undefined;
  /** Told to every heartbeat. */
  rebalancing = false;
  /** `run` resolves, and kafkajs goes on trying by itself. */
  crashesAtJoin = false;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  /** As kafkajs refuses what needs a group while it is in none. */
  #inGroup(name: string): void {
    if (!this.running) throw new Error('Consumer group was not initialized');
    this.#call(name);
  }

  #call(name: string): void {
    this.calls.push(name);
    if (this.failing?.call !== name) return;
    const { error } = this.failing;
    this.failing = undefined;
    throw error;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
  }

  emit(event: string, payload: Record<string, unknown> = {}): void {
    for (const [name, listener] of this.#listeners) if (name === event) listener({ payload });
  }

  crash(restart = false): void {
    this.running = false;
    this.emit(this.events.CRASH, { error: new Error('crashed'), restart });
  }

  async connect(): Promise<void> {
    this.#call('connect');
  }

  async subscribe({ fromBeginning }: { fromBeginning: boolean }): Promise<void> {
    this.#call(`subscribe ${fromBeginning ? 'beginning' : 'end'}`);
  }

  async run({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }): Promise<void> {
    this.#call('run');
    this.#each = eachBatch;
    if (this.crashesAtJoin) this.crash(true);
    else this.join();
  }

  join(): void {
    this.running = true;
    this.emit(this.events.GROUP_JOIN);
  }

  async disconnect(): Promise<void> {
    this.running = false;
    this.#call('disconnect');
  }

  async commitOffsets([{ offset }]: [{ offset: string }]): Promise<void> {
    this.#call('commit');
    this.committed.push(offset);
  }

  seek({ partition, offset }: { partition: number; offset: string }): void {
    this.#inGroup(`seek ${partition} ${offset}`);
  }

  pause(places: unknown): void {
    this.#inGroup(`pause ${JSON.stringify(places)}`);
  }

  resume(places: unknown): void {
    this.#inGroup(`resume ${JSON.stringify(places)}`);
  }

  /** Hands a fetched batch to the handler, as kafkajs does. */
  async fetched(topic: string, partition: number, messages: readonly KafkaMessage[]): Promise<void> {
    const last = messages[messages.length - 1]!.offset;
    const batch = {
      topic,
      partition,
      messages,
      highWatermark: String(Number(last) + 1),
      lastOffset: () => last,
    };
    await this.#each!({
      batch,
      resolveOffset: (offset: string) => void this.resolved.push(offset),
      heartbeat: async () => {
        if (this.rebalancing) throw new Error('the group is rebalancing');
      },
      isRunning: () => this.running,
      isStale: () => false,
    } as unknown as EachBatchPayload);
  }
}

export class FakeKafka {
  readonly consumers: FakeConsumer[] = [];
  /** Prepares the next consumers. */
  prepare: (consumer: FakeConsumer, at: number) => void = () => undefined;

  get last(): FakeConsumer {
    return this.consumers[this.consumers.length - 1]!;
  }

  consumer({ groupId }: ConsumerConfig): Consumer {
    const consumer = new FakeConsumer(groupId);
    this.prepare(consumer, this.consumers.length);
    this.consumers.push(consumer);
    return consumer as unknown as Consumer;
  }

  get client(): Pick<Kafka, 'consumer'> {
    return this as unknown as Pick<Kafka, 'consumer'>;
  }
}

export const until = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; !done(); turn++) {
    if (turn === 1_000) throw new Error('the awaited state did not come');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
