/**
 * The port to whatever computes the encoder. An engine takes windows of piece ids and gives one logit each, and where it is asked
 * for, each piece's share of it; whether it does so in threads, as WebAssembly or on a GPU is its own affair, but it says which.
 */

export type EngineName = 'onnx' | 'onnx-wasm' | 'tfjs';
/** `exact`: float32 throughout. `fast`: products of whole numbers, on ONNX Runtime alone. */
export type Precision = 'exact' | 'fast';
export type DeviceName = 'cpu' | 'gpu';

/** How an engine likes its batches. */
export interface BatchShape {
  /** Windows of a batch, at most. */
  windows: number;
  /** Pieces of a batch with padding, at most; a single window may exceed it. */
  pieces: number;
  /** Milliseconds a batch may wait for company while the engine is free. */
  delayMs: number;
}

/** What an engine makes of a batch. */
export interface Answer {
  /** One logit a window, in their order. */
  logits: Float32Array;
  /**
   * Where they were asked for, one number a piece, window after window: (h · w + b) ÷ n of its last state h, head w and b, and the n
   * pieces of its window. Those of a window sum to its logit, since the head is linear and reads the mean. Else null.
   */
  shares: Float32Array | null;
}

export interface Engine {
  readonly name: EngineName;
  /** The device that really computes, not the one that was asked for. */
  readonly device: DeviceName;
  /** Batches it takes at a time: for each worker the one it computes, and the next. */
  readonly lanes: number;
  readonly shape: BatchShape;
  /**
   * @param batch windows of 2 to 128 ids, from `[CLS]` to `[SEP]`, without padding
   * @param shares whether the shares of the pieces are wanted; default: no
   * @throws {AssayError} `detector.engine` when it failed, also after another try
   */
  run(batch: readonly Int32Array[], shares?: boolean): Promise<Answer>;
  close(): Promise<void>;
}

/** An engine within its thread: one batch at a time. */
export interface Runner {
  readonly name: EngineName;
  readonly device: DeviceName;
  run(batch: readonly Int32Array[], shares?: boolean): Promise<Answer>;
  close(): Promise<void>;
}
