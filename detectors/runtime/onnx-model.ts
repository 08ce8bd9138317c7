/**
 * A writer of ONNX models (https://onnx.ai/onnx/repo-docs/IR.html): nodes are appended as expressions, each giving the name of its output.
 * Field numbers are those of onnx.proto3.
 */
import { bytes, float, integer, message, text, together, type Written } from './protobuf.js';

/** The operators' version: LayerNormalization came with 17. */
const OPSET = 17;
const IR_VERSION = 8;

const TYPES = { float: 1, uint8: 2, int8: 3, int64: 7 } as const;
type ElementType = keyof typeof TYPES;

type Attribute = number | { float: number } | readonly number[];

/** Values of AttributeProto.AttributeType. */
const KIND = { float: 1, int: 2, ints: 7 } as const;

function attribute(name: string, value: Attribute): Written {
  const named = text(1, name);
  if (typeof value === 'number') return message(5, named, integer(3, value), integer(20, KIND.int));
  if ('float' in value) return message(5, named, float(2, value.float), integer(20, KIND.float));
  return message(5, named, ...value.map((item) => integer(8, item)), integer(20, KIND.ints));
}

/** A dimension by its length, or by a name where it may be any. */
type Dimension = number | string;

function valueInfo(field: number, name: string, type: ElementType, shape: readonly Dimension[]): Written {
  const dimensions = shape.map((d) => message(1, typeof d === 'number' ? integer(1, d) : text(2, d)));
  return message(
    field,
    text(1, name),
    message(2, message(1, integer(1, TYPES[type]), message(2, ...dimensions))),
  );
}

export class OnnxModel {
  readonly #nodes: Written[] = [];
  readonly #constants: Written[] = [];
  readonly #ends: Written[] = [];
  #names = 0;

  input(name: string, type: ElementType, shape: readonly Dimension[]): string {
    this.#ends.push(valueInfo(11, name, type, shape));
    return name;
  }

  /** Gives a value its name outside. */
  output(name: string, type: ElementType, shape: readonly Dimension[], value: string): void {
    this.#ends.push(valueInfo(12, name, type, shape));
    this.#nodes.push(message(1, text(1, value), text(2, name), text(4, 'Identity')));
  }

  constant(type: ElementType, shape: readonly number[], values: Uint8Array): string {
    const name = `c${this.#names++}`;
    const dimensions = shape.map((length) => integer(1, length));
    this.#constants.push(message(5, ...dimensions, integer(2, TYPES[type]), text(8, name), bytes(9, values)));
    return name;
  }

  floats(values: Float32Array | readonly number[], shape: readonly number[] = [values.length]): string {
    const own = Float32Array.from(values);
    return this.constant('float', shape, new Uint8Array(own.buffer));
  }

  integers(...values: readonly number[]): string {
    const own = BigInt64Array.from(values, BigInt);
    return this.constant('int64', [values.length], new Uint8Array(own.buffer));
  }

  /** A node with one output. */
  op(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const name = `v${this.#names++}`;
    this.#nodes.push(
      message(
        1,
        ...inputs.map((input) => text(1, input)),
        text(2, name),
        text(4, type),
        ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      ),
    );
    return name;
  }

  /** The model as bytes. */
  encode(): Uint8Array<ArrayBuffer> {
    return together(
      integer(1, IR_VERSION),
      message(8, text(1, ''), integer(2, OPSET)),
      message(7, ...this.#nodes, text(2, 'encoder'), ...this.#constants, ...this.#ends),
    );
  }
}
