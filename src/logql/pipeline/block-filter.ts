/**
 * The first cut through a block: leading line filters, and what prefilter.ts knows of label filters, by searching the
 * bytes of all lines at once. What the search cannot decide is left to a test of the single line.
 */
import type { EntryBatch } from '../../model/entry-batch.js';
import { hasForeignLetters } from './any-case.js';
import { type BlockSearcher, blockSearcher, type Needle } from './block-search.js';
import type { Prefilter } from './prefilter.js';
import { type LineFilter, needsForeignCheck } from './stages/line-filter.js';
import { asBuffer } from './text.js';

interface SearchStep {
  readonly searchers: readonly BlockSearcher[];
  readonly negated: boolean;
  /** The filter to ask for each row that the search leaves; null when the search decides. */
  readonly filter: LineFilter | null;
  /** For negated filters whose search does not decide: the one to ask for each row in which something was found. */
  readonly exceptions: LineFilter | null;
  /** The filter to ask for each row when there is no search. */
  readonly instead: LineFilter | null;
  readonly needsForeignCheck: boolean;
  /** For prefilters: the labels that must not be there already. */
  readonly names: readonly string[];
  /** How well it worked so far. */
  seen: number;
  kept: number;
}

/** Searching pays from about this many bytes for each row that is still alive. */
const bytesPerRowMax = 1024;
/** A prefilter is given up when it keeps more than this of enough rows. */
const keptMax = 0.7;
const seenMin = 4096;

export class BlockFilter {
  readonly #steps: readonly SearchStep[];
  readonly #rowFilters: readonly LineFilter[];
  #alive = new Uint8Array(0);
  #marks = new Uint8Array(0);
  readonly #pending: LineFilter[] = [];
  #lines: Buffer = Buffer.alloc(0);
  #lineEnd: Uint32Array = new Uint32Array(0);
  #isCut = false;

  constructor(filters: readonly LineFilter[], prefilters: readonly Prefilter[]) {
    this.#rowFilters = filters.filter(({ needles }) => needles === null);
    const searched = filters.filter(({ needles }) => needles !== null);
    this.#steps = [...searched.map(ofLineFilter), ...prefilters.map(ofPrefilter)];
    this.needles = filters.flatMap(({ negated, needles, blockNeedles }) => {
      const some = blockNeedles ?? needles;
      return negated || some === null ? [] : [some];
    });
  }

  /** A line that passes contains one of each list. */
  readonly needles: readonly (readonly Needle[])[];

  /** True when lines are read here at all. */
  get readsLines(): boolean {
    return this.#steps.length > 0 || this.#rowFilters.length > 0;
  }

  get hasLineFilters(): boolean {
    return this.#rowFilters.length > 0 || this.#steps.some((step) => step.instead !== null);
  }

  /** False when no row can pass. After it, `passes` tells of single rows. `isTaken`: is there such a label already? */
  cut(batch: EntryBatch, rows: Uint32Array, count: number, isTaken: (name: string) => boolean): boolean {
    this.#lines = asBuffer(batch.lines);
    this.#lineEnd = batch.lineEnd;
    this.#pending.length = 0;
    this.#isCut = false;
    for (const filter of this.#rowFilters) this.#pending.push(filter);
    if (count === 0) return false;
    if (this.#steps.length === 0) return true;
    let first = rows[0] as number;
    let last = first;
    for (let k = 1; k < count; k++) {
      const row = rows[k] as number;
      if (row < first) first = row;
      else if (row > last) last = row;
    }
    const bytes = (this.#lineEnd[last] as number) - (first === 0 ? 0 : (this.#lineEnd[first - 1] as number));
    let alive = count;
    for (const step of this.#steps) {
      if (!this.#isUseful(step, isTaken)) continue;
      if (alive * bytesPerRowMax < bytes || (step.needsForeignCheck && hasForeignLetters(this.#lines))) {
        if (step.instead !== null) this.#pending.push(step.instead);
        continue;
      }
      const before = alive;
      alive = this.#search(step, rows, count, first, last + 1);
      step.seen += before;
      step.kept += alive;
      if (alive === 0) return false;
      if (step.filter !== null) this.#pending.push(step.filter);
    }
    return true;
  }

  #isUseful(step: SearchStep, isTaken: (name: string) => boolean): boolean {
    if (step.instead !== null) return true;
    if (step.seen > seenMin && step.kept > step.seen * keptMax) return false;
    return !step.names.some(isTaken);
  }

  #search(step: SearchStep, rows: Uint32Array, count: number, first: number, end: number): number {
    if (this.#marks.length < end) {
      this.#marks = new Uint8Array(Math.max(end, this.#marks.length * 2));
      const alive = new Uint8Array(this.#marks.length);
      alive.set(this.#alive);
      this.#alive = alive;
    }
    const marks = this.#marks;
    const alive = this.#alive;
    marks.fill(0, first, end);
    for (const search of step.searchers) search(this.#lines, this.#lineEnd, first, end, marks);
    const wanted = step.negated ? 0 : 1;
    let left = 0;
    const fresh = !this.#isCut;
    const { exceptions } = step;
    for (let k = 0; k < count; k++) {
      const row = rows[k] as number;
      let lives = fresh || alive[row] === 1;
      if (lives && marks[row] !== wanted) lives = exceptions !== null && this.#passes(exceptions, row);
      alive[row] = lives ? 1 : 0;
      if (lives) left++;
    }
    this.#isCut = true;
    return left;
  }

  passes(row: number): boolean {
    if (this.#isCut && this.#alive[row] === 0) return false;
    for (const filter of this.#pending) if (!this.#passes(filter, row)) return false;
    return true;
  }

  #passes(filter: LineFilter, row: number): boolean {
    const from = row === 0 ? 0 : (this.#lineEnd[row - 1] as number);
    return filter.fits(this.#lines, from, this.#lineEnd[row] as number) !== filter.negated;
  }
}

const ofLineFilter = (filter: LineFilter): SearchStep => ({
  searchers: (filter.needles ?? []).map(blockSearcher),
  negated: filter.negated,
  filter: filter.isExact || filter.negated ? null : filter,
  exceptions: filter.isExact || !filter.negated ? null : filter,
  instead: filter,
  needsForeignCheck: needsForeignCheck(filter),
  names: [],
  seen: 0,
  kept: 0,
});

const backslash = { bytes: Uint8Array.of(0x5c), caseInsensitive: false };

const ofPrefilter = ({ names, needles }: Prefilter): SearchStep => ({
  searchers: [...needles, backslash].map(blockSearcher),
  negated: false,
  filter: null,
  exceptions: null,
  instead: null,
  needsForeignCheck: false,
  names,
  seen: 0,
  kept: 0,
});
