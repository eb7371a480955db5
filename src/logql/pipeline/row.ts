/** One entry on its way through the stages; the same object for every row. */
import { decodeUtf8, encodeUtf8, utf8Length } from '../../model/utf8.js';
import type { LabelsBuilder } from './labels-builder.js';
import type { LineText } from './pipeline-types.js';

export class Row {
  readonly labels: LabelsBuilder;
  /** The line is bytes[from..to) when `text` is null, or when `encoded` says that the text's bytes lie there. */
  bytes: Buffer = Buffer.alloc(0);
  from = 0;
  to = 0;
  /** Its place in the batch. */
  index = 0;
  baseNs = 0n;
  offsetNs = 0;
  /** Grows with each line: who has seen nothing to do in this one need not look again. */
  version = 0;
  #text: string | null = null;
  #encoded = true;
  /** The bytes' text, once somebody has asked for it. */
  #decoded: string | null = null;

  constructor(labels: LabelsBuilder) {
    this.labels = labels;
  }

  setLine(bytes: Buffer, from: number, to: number): void {
    this.version++;
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.#text = null;
    this.#encoded = true;
    this.#decoded = null;
  }

  /** The line becomes what line_format made. Values parsed from the line before stay: they hold their own buffer. */
  setText(text: string): void {
    this.version++;
    this.#text = text;
    this.#encoded = false;
  }

  /** To be called before bytes, from and to are read. */
  needBytes(): void {
    if (this.#encoded) return;
    this.bytes = encodeUtf8(this.#text as string);
    this.from = 0;
    this.to = this.bytes.length;
    this.#encoded = true;
  }

  get text(): string {
    if (this.#text !== null) return this.#text;
    this.#decoded ??= decodeUtf8(this.bytes, this.from, this.to);
    return this.#decoded;
  }

  get byteLength(): number {
    return this.#encoded ? this.to - this.from : utf8Length(this.#text as string);
  }

  get line(): LineText {
    return this.#text ?? this.bytes.subarray(this.from, this.to);
  }

  get timestampNs(): bigint {
    return this.baseNs + BigInt(this.offsetNs);
  }
}

/** One compiled stage; false ends the row. */
export interface RowStage {
  process(row: Row): boolean;
}
