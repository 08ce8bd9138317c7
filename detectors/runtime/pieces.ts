/** What the tokenizer fills: the pieces of a text, and the word being read, each with its place in the text. */

/** Pieces of a text. `starts` and `ends` are UTF-16 positions in it: piece i comes from [starts[i], ends[i]). */
export interface Pieces {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** A list of pieces that grows. */
export class PieceList {
  #ids = new Int32Array(256);
  #starts = new Int32Array(256);
  #ends = new Int32Array(256);
  length = 0;

  add(id: number, start: number, end: number): void {
    if (this.length === this.#ids.length) {
      this.#ids = twice(this.#ids);
      this.#starts = twice(this.#starts);
      this.#ends = twice(this.#ends);
    }
    this.#ids[this.length] = id;
    this.#starts[this.length] = start;
    this.#ends[this.length++] = end;
  }

  cutBack(length: number): void {
    this.length = length;
  }

  taken(): Pieces {
    const { length } = this;
    return {
      ids: this.#ids.slice(0, length),
      starts: this.#starts.slice(0, length),
      ends: this.#ends.slice(0, length),
    };
  }
}

function twice(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * values.length);
  wider.set(values);
  return wider;
}

/** A word that is not plain: its normal form, and for each of its UTF-16 units where the text holds it. */
export class Word {
  text = '';
  readonly from: number[] = [];
  readonly to: number[] = [];

  get empty(): boolean {
    return this.text === '';
  }

  add(part: string, from: number, to: number): void {
    this.text += part;
    for (let i = 0; i < part.length; i++) {
      this.from.push(from);
      this.to.push(to);
    }
  }

  clear(): void {
    this.text = '';
    this.from.length = 0;
    this.to.length = 0;
  }
}
