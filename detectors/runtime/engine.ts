/**
 * The port to whatever computes the encoder. An engine takes windows of piece ids and gives one logit each; whether it does so
 * in threads, as WebAssembly or on a GPU is its own affair, but it says which.
 */

export type EngineName = 'onnx' | 'onnx-wasm' | 'tfjs';
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

export interface Engine {
  readonly name: EngineName;
  /** The device that really computes, not the one that was asked for. */
  readonly device: DeviceName;
  /** Batches it takes at a time: for each worker the one it computes, and the next. */
  readonly lanes: number;
  readonly shape: BatchShape;
  /**
   * @param batch windows of 2 to 128 ids, from `[CLS]` to `[SEP]`, without padding
   * @returns one logit a window, in their order
   * @throws {AssayError} `detector.engine` when it failed, also after another try
   */
  run(batch: readonly Int32Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** An engine within its thread: one batch at a time. */
export interface Runner {
  readonly name: EngineName;
  readonly device: DeviceName;
  run(batch: readonly Int32Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}
