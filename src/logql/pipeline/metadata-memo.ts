/**
 * When no stage looks at the line, a row's fate depends on its metadata only: on one id for each column. Then each
 * combination of ids is run through the stages once, and all other rows are a look-up.
 */
import type { Dictionary } from '../../model/columns.js';

/** Identifiers of the rows, at most the length of the dictionary. */
export interface MemoColumn {
  readonly column: { readonly ids: Uint32Array; readonly dictionary: Pick<Dictionary, 'length'> };
}

/** Combinations kept in a plain table; more go into a map. */
const tableMax = 65_536;

/** So many combinations of ids there can be. */
export const combinationsOf = (columns: readonly MemoColumn[]): number =>
  columns.reduce((product, { column }) => product * (column.dictionary.length + 1), 1);

export class MetadataMemo<Outcome> {
  readonly #columns: readonly Uint32Array[];
  readonly #radix: readonly number[];
  readonly #table: (Outcome | undefined)[] | null;
  readonly #map = new Map<number, Outcome>();
  readonly #compute: (row: number) => Outcome;
  /** Past 2^53 combinations ids no longer fit into one number: then nothing is kept. */
  readonly #isTooWide: boolean;

  constructor(columns: readonly MemoColumn[], compute: (row: number) => Outcome) {
    this.#columns = columns.map(({ column }) => column.ids);
    this.#radix = columns.map(({ column }) => column.dictionary.length + 1);
    this.#compute = compute;
    const combinations = combinationsOf(columns);
    this.#table = combinations <= tableMax ? new Array<Outcome | undefined>(combinations).fill(undefined) : null;
    this.#isTooWide = combinations > Number.MAX_SAFE_INTEGER;
  }

  get(row: number): Outcome {
    const columns = this.#columns;
    let key = 0;
    for (let c = 0; c < columns.length; c++) {
      key = key * (this.#radix[c] as number) + ((columns[c] as Uint32Array)[row] as number);
    }
    if (this.#table !== null) {
      let outcome = this.#table[key];
      if (outcome === undefined) {
        outcome = this.#compute(row);
        this.#table[key] = outcome;
      }
      return outcome;
    }
    if (this.#isTooWide) return this.#compute(row);
    let outcome = this.#map.get(key);
    if (outcome === undefined) {
      outcome = this.#compute(row);
      this.#map.set(key, outcome);
    }
    return outcome;
  }
}
