/** Columns of texts: each distinct text once, and for each row which one it has. */

/** The distinct strings of a column, kept as bytes; a string is made when it is first asked for. */
export interface Dictionary {
  readonly length: number;
  /** `id` counts from 0. */
  get(id: number): string;
  bytes(id: number): Uint8Array;
}

/** One structured metadata name over the rows of a batch. */
export interface MetadataColumn {
  readonly name: string;
  readonly dictionary: Dictionary;
  /** Row i has dictionary.get(ids[i] - 1), or nothing when ids[i] is 0. */
  readonly ids: Uint32Array;
}

/** A dictionary over the strings that are there now; more may be added to the list behind them. */
export const dictionaryOf = (texts: readonly string[]): Dictionary => new TextList(texts);

/** A class, not a literal with closures: V8 compiles what is called through closures again and again. */
class TextList implements Dictionary {
  readonly length: number;
  readonly #texts: readonly string[];
  /** Null until the first are asked for. */
  #encoded: (Uint8Array | undefined)[] | null = null;

  constructor(texts: readonly string[]) {
    this.length = texts.length;
    this.#texts = texts;
  }

  get(id: number): string {
    return this.#texts[id] as string;
  }

  bytes(id: number): Uint8Array {
    // Filled: an array of objects from the beginning, which to V8 stays what it is.
    this.#encoded ??= new Array(this.length).fill(undefined);
    this.#encoded[id] ??= encoder.encode(this.#texts[id]);
    return this.#encoded[id] as Uint8Array;
  }
}

const encoder = new TextEncoder();
