/**
 * A deterministic automaton over bytes, made state by state as texts need it: time is linear in the text, and memory
 * is bounded. States are forgotten when there are too many.
 *
 * A state is the set of instructions that wait for a byte or an assertion, and what the byte before was.
 */
import { Op, Place, type Program } from './program.js';

const statesMax = 1024;
/** Instructions in all states made; beyond, and beyond so many for each byte read, making states is not worth it. */
const stateWorkMin = 50_000;
const stateWorkPerByte = 4;

/** A row is where a state's 256 entries begin in the table. These hold no state. */
const UNKNOWN = 0;
const DEAD = 1 << 8;
const MATCHED = 2 << 8;
const FIRST = 3 << 8;

/** Of the byte before a state: a word character, a newline, none at all. */
const AFTER_WORD = 1;
const AFTER_NEWLINE = 2;
const AT_START = 4;

/** In place of the byte after the last. */
const END = 256;

interface State {
  readonly instructions: Uint32Array;
  readonly before: number;
  /** Does the text match when it ends here? Found out when first asked. */
  matchesAtEnd: boolean | null;
}

const isWord = (b: number): boolean =>
  (b >= 0x30 && b <= 0x39) || (b >= 0x41 && b <= 0x5a) || b === 0x5f || (b >= 0x61 && b <= 0x7a);

const contextAfter = (b: number): number => (isWord(b) ? AFTER_WORD : b === 0x0a ? AFTER_NEWLINE : 0);

export class Automaton {
  readonly #program: Program;
  /** 256 entries for each state: the row of the next one. */
  #next = new Int32Array(16 * 256);
  /** 1 where a match ends before the byte is read; only for the search of all ends. */
  #ends: Uint8Array | null = null;
  #states: (State | null)[] = [null, null, null];
  #rows = new Map<string, number>();
  /** Marks of the instructions that a set has already. */
  readonly #seen: Uint32Array;
  #mark = 0;
  readonly #stack: number[] = [];
  readonly #set: number[] = [];
  #sawMatch = false;
  #stateWork = 0;
  #bytesRead = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#seen = new Uint32Array(program.op.length);
  }

  /**
   * Is there a match in bytes[start, end)? Reads no further than the first one ends.
   * 'unclear' when bytes beyond ASCII were read and none was found: invalid UTF-8 may be the reason.
   */
  test(bytes: Uint8Array, start: number, end: number): boolean | 'unclear' {
    if (this.#isThrashing()) return this.#simulate(bytes, start, end);
    this.#bytesRead += end - start;
    let row = this.#startRow();
    let next = this.#next;
    let seen = 0;
    for (let i = start; i < end; i++) {
      let b = bytes[i] as number;
      seen |= b;
      let to = next[row | b] as number;
      // Where the state stays, the next look-up need not wait for this one.
      while (to === row && ++i < end) {
        b = bytes[i] as number;
        seen |= b;
        to = next[row | b] as number;
      }
      if (i === end) break;
      if (to < FIRST) {
        if (to === UNKNOWN) {
          if (this.#isThrashing()) return this.#simulate(bytes, start, end);
          to = this.#step(row, b, false);
          next = this.#next;
        }
        if (to === MATCHED) return true;
        if (to === DEAD) return seen < 0x80 ? false : 'unclear';
      }
      row = to;
    }
    return this.#matchesAtEnd(row) || (seen < 0x80 ? false : 'unclear');
  }

  /** As test, over the characters of a text that is ASCII; null when it is not. */
  testAscii(text: string): boolean | null {
    if (this.#isThrashing()) return null;
    this.#bytesRead += text.length;
    let row = this.#startRow();
    for (let i = 0; i < text.length; i++) {
      const b = text.charCodeAt(i);
      if (b >= 0x80) return null;
      let to = this.#next[row | b] as number;
      if (to < FIRST) {
        if (to === UNKNOWN) {
          if (this.#isThrashing()) return null;
          to = this.#step(row, b, false);
        }
        if (to === MATCHED) return true;
        if (to === DEAD) return false;
      }
      row = to;
    }
    return this.#matchesAtEnd(row);
  }

  /**
   * For a program that reads backwards: calls back with each place where a match begins, from the last to the first.
   * `byteAt` yields bytes 0 to count - 1.
   */
  eachStart(byteAt: (i: number) => number, count: number, found: (at: number) => void): void {
    this.#ends ??= new Uint8Array(this.#next.length);
    let row = this.#startRow();
    for (let i = count; i > 0; i--) {
      const b = byteAt(i - 1);
      const slot = row | b;
      let to = this.#next[slot] as number;
      let ends = this.#ends[slot] as number;
      if (to === UNKNOWN) {
        to = this.#step(row, b, true);
        ends = this.#sawMatch ? 1 : 0;
      }
      if (ends === 1) found(i);
      if (to === DEAD) return;
      row = to;
    }
    if (this.#matchesAtEnd(row)) found(0);
  }

  /** Texts that need ever new states: x.{500}y on many x. */
  #isThrashing(): boolean {
    return this.#stateWork > stateWorkMin && this.#stateWork > this.#bytesRead * stateWorkPerByte;
  }

  /** As test, without making states: slower for each byte, but never worse than the expression is long. */
  #simulate(bytes: Uint8Array, start: number, end: number): boolean | 'unclear' {
    const { op, lo, hi, out } = this.#program;
    let seen = 0;
    let before = AT_START;
    this.#begin();
    this.#follow(this.#program.start, 0);
    let waiting = [...this.#set];
    for (let i = start; i <= end; i++) {
      const b = i === end ? END : (bytes[i] as number);
      const ready = this.#resolveSet(waiting, before, b);
      if (this.#sawMatch) return true;
      if (b === END) break;
      seen |= b;
      const current = this.#program.hasAssertions ? [...ready] : waiting;
      this.#begin();
      for (const at of current) {
        if (op[at] === Op.byte && (lo[at] as number) <= b && b <= (hi[at] as number))
          this.#follow(out[at] as number, 0);
      }
      waiting = [...this.#set];
      if (waiting.length === 0) break;
      before = contextAfter(b);
    }
    return seen < 0x80 ? false : 'unclear';
  }

  #startRow(): number {
    if (this.#states.length > FIRST >> 8) return FIRST;
    this.#begin();
    this.#follow(this.#program.start, 0);
    return this.#rowOf(AT_START);
  }

  #begin(): void {
    this.#mark++;
    this.#set.length = 0;
    this.#sawMatch = false;
  }

  /** Adds what can be reached without a byte. Assertions are passed where `place` has them, else kept waiting. */
  #follow(from: number, place: number): void {
    const { op, lo, out, out1 } = this.#program;
    const stack = this.#stack;
    stack.push(from);
    while (stack.length > 0) {
      const at = stack.pop() as number;
      if (this.#seen[at] === this.#mark) continue;
      this.#seen[at] = this.#mark;
      switch (op[at]) {
        case Op.split:
          stack.push(out1[at] as number, out[at] as number);
          break;
        case Op.assert:
          if ((place & (lo[at] as number)) !== 0) stack.push(out[at] as number);
          else this.#set.push(at);
          break;
        case Op.match:
          this.#sawMatch = true;
          this.#set.push(at);
          break;
        case Op.byte:
          this.#set.push(at);
          break;
      }
    }
  }

  /** The row of the state that is the current set. */
  #rowOf(before: number): number {
    if (this.#set.length === 0) return DEAD;
    const instructions = Uint32Array.from(this.#set).sort();
    this.#stateWork += instructions.length;
    const context = this.#program.hasAssertions ? before : 0;
    const key = String.fromCharCode(context) + Buffer.from(instructions.buffer).toString('latin1');
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#states.length << 8;
    this.#states.push({ instructions, before: context, matchesAtEnd: null });
    this.#rows.set(key, row);
    if (row === this.#next.length) this.#grow();
    return row;
  }

  #grow(): void {
    const next = new Int32Array(this.#next.length * 2);
    next.set(this.#next);
    this.#next = next;
    if (this.#ends === null) return;
    const ends = new Uint8Array(this.#next.length);
    ends.set(this.#ends);
    this.#ends = ends;
  }

  /** Forgets all states; returns the new row of one that goes on living. */
  #reset(keep: State): number {
    this.#states = [null, null, null];
    this.#rows = new Map();
    this.#next.fill(0);
    this.#ends?.fill(0);
    this.#startRow();
    this.#set.length = 0;
    this.#set.push(...keep.instructions);
    return this.#rowOf(keep.before);
  }

  /** Conditions between the byte before and `b`. */
  #placeOf(before: number, b: number): number {
    let place = 0;
    if ((before & AT_START) !== 0) place |= Place.beginText | Place.beginLine;
    if ((before & AFTER_NEWLINE) !== 0) place |= Place.beginLine;
    if (b === END) place |= Place.endText | Place.endLine;
    if (b === 0x0a) place |= Place.endLine;
    const boundary = ((before & AFTER_WORD) !== 0) !== (b !== END && isWord(b));
    return place | (boundary ? Place.wordBoundary : Place.notWordBoundary);
  }

  /** The set at a place, now that both its sides are known. Sets #sawMatch. */
  #resolve(state: State, b: number): readonly number[] {
    return this.#resolveSet(state.instructions, state.before, b);
  }

  #resolveSet(instructions: Iterable<number>, before: number, b: number): readonly number[] {
    this.#begin();
    const place = this.#program.hasAssertions ? this.#placeOf(before, b) : 0;
    for (const at of instructions) this.#follow(at, place);
    return this.#set;
  }

  #matchesAtEnd(row: number): boolean {
    const state = this.#states[row >> 8] as State;
    if (state.matchesAtEnd === null) {
      this.#resolve(state, END);
      state.matchesAtEnd = this.#sawMatch;
    }
    return state.matchesAtEnd;
  }

  /** Makes one entry of the table. With `all`, a match does not end the search; #sawMatch tells of it. */
  #step(fromRow: number, b: number, all: boolean): number {
    let row = fromRow;
    const state = this.#states[row >> 8] as State;
    const { op, lo, hi, out } = this.#program;
    const waiting = [...this.#resolve(state, b)];
    const matched = this.#sawMatch;
    let to: number;
    if (matched && !all) to = MATCHED;
    else {
      if (this.#states.length >= statesMax) row = this.#reset(state);
      this.#begin();
      for (const at of waiting) {
        if (op[at] === Op.byte && (lo[at] as number) <= b && b <= (hi[at] as number))
          this.#follow(out[at] as number, 0);
      }
      // Without assertions a match is known as soon as it is reached.
      if (!all && this.#sawMatch && !this.#program.hasAssertions) to = MATCHED;
      else to = this.#rowOf(contextAfter(b));
    }
    this.#next[row | b] = to;
    if (all) (this.#ends as Uint8Array)[row | b] = matched ? 1 : 0;
    this.#sawMatch = matched;
    return to;
  }
}
