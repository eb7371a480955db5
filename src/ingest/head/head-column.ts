/** A column of structured metadata of a block that grows. Its dictionary grows with it. */
import { type Dictionary, dictionaryOf, type MetadataColumn } from '../../model/columns.js';
import { firstOf, noEnds, reserved } from './growing-column.js';

/** So many texts are looked at one by one. */
const fewTexts = 8;

export class HeadColumn {
  readonly name: string;
  dictionaryBytes = 0;
  #ids = noEnds;
  /** Replaced, not added to, while they are few. */
  #texts: string[] = [];
  /** Null while a look at each text is as quick. */
  #idOfText: Map<string, number> | null = null;
  /** Ids of the dictionary that is being appended from → own ids. */
  #idOfSource: Map<number, number> | null = null;
  #lastSource = 0;
  #lastId = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** There must be room for the row. */
  set(row: number, dictionary: Dictionary, sourceId: number): void {
    if (sourceId !== this.#lastSource) {
      this.#lastId = this.#ownId(dictionary, sourceId);
      this.#lastSource = sourceId;
    }
    this.#ids[row] = this.#lastId;
  }

  #ownId(dictionary: Dictionary, sourceId: number): number {
    // Of a dictionary with one text, that is the last one.
    if (dictionary.length > 1) this.#idOfSource ??= new Map();
    let id = this.#idOfSource?.get(sourceId);
    if (id === undefined) {
      id = this.#idOf(dictionary.get(sourceId - 1));
      this.#idOfSource?.set(sourceId, id);
    }
    return id;
  }

  #idOf(text: string): number {
    const known = this.#idOfText === null ? this.#texts.indexOf(text) + 1 : (this.#idOfText.get(text) ?? 0);
    if (known > 0) return known;
    this.dictionaryBytes += text.length;
    // An array that grows by itself has room for 17.
    if (this.#texts.length < fewTexts) this.#texts = this.#texts.concat(text);
    else this.#texts.push(text);
    const id = this.#texts.length;
    if (id > fewTexts) this.#idOfText ??= new Map(this.#texts.map((own, i) => [own, i + 1]));
    this.#idOfText?.set(text, id);
    return id;
  }

  forgetSource(): void {
    this.#idOfSource = null;
    this.#lastSource = 0;
  }

  /** There is one row, and there may be a hundred thousand such columns. */
  shareSingle(): void {
    if (this.#ids.length === 1 && this.#ids[0] === 1) this.#ids = onlyOne;
  }

  reserve(rows: number): void {
    this.#ids = reserved(this.#ids, this.#ids.length, rows);
  }

  view(rows: number): MetadataColumn {
    return { name: this.name, dictionary: dictionaryOf(this.#texts), ids: firstOf(this.#ids, rows) };
  }
}

/** Of many columns: all rows so far, one, have the first text. */
const onlyOne = Uint32Array.of(1);
