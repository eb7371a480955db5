/**
 * A deterministic automaton over bytes, made state by state as texts need it: time is linear in the text, and memory
 * is bounded. States are forgotten when there are too many.
 *
 * A state is the set of instructions that wait for a byte or an assertion, and what the byte before was.
 */
import { Op, Place, type Program } from './program.js';

const statesMax = 1024;
/** Instructions in all states made; beyond, and beyond so many for each byte read, making states is not worth it. */
const stateWorkMin = 3_000_000;
const stateWorkPerByte = 16;

/** A row is where a state's 256 entries begin in the table. These hold no state. */
const UNKNOWN = 0;
const DEAD = 1 << 8;
const MATCHED = 2 << 8;
const FIRST = 3 << 8;
/** Added to a row: a match ends before the byte is read. Only in the search of all ends. */
const ENDS = 1;

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
  /** 256 entries for each state: the row of the next one. Small at first: a query may have thousands of automata. */
  #next = new Int32Array(8 * 256);
  #states: (State | null)[] = [null, null, null];
  #rows = new Map<string, number>();
  /** Marks of the instructions that a set has already. */
  readonly #seen: Uint32Array;
  #mark = 0;
  readonly #stack: number[] = [];
  /** The set that is being made: the first #count entries. */
  #set: Uint32Array;
  #count = 0;
  /** Where a finished set is kept while the next is made. */
  #spare: Uint32Array;
  #sawMatch = false;
  #stateWork = 0;
  #bytesRead = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#seen = new Uint32Array(program.op.length);
    this.#set = new Uint32Array(program.op.length);
    this.#spare = new Uint32Array(program.op.length);
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
   * For a program that reads backwards: the places in the bytes where matches begin, the last first. With `firstOnly`
   * only the first of them, the last found.
   */
  starts(bytes: Uint8Array, firstOnly: boolean): number[] {
    const found: number[] = [];
    const add = (at: number): void => {
      if (firstOnly) found[0] = at;
      else found.push(at);
    };
    let row = this.#startRow();
    let next = this.#next;
    for (let i = bytes.length; i > 0; i--) {
      const b = bytes[i - 1] as number;
      let entry = next[row | b] as number;
      if (entry === UNKNOWN) {
        entry = this.#step(row, b, true);
        next = this.#next;
      }
      if ((entry & ENDS) !== 0) add(i);
      const to = entry & ~ENDS;
      if (to === DEAD) return found;
      row = to;
    }
    if (this.#matchesAtEnd(row)) add(0);
    return found;
  }

  /** Texts that need ever new states: x.{500}y on many x. */
  #isThrashing(): boolean {
    return this.#stateWork > stateWorkMin && this.#stateWork > this.#bytesRead * stateWorkPerByte;
  }

  /** As test, without making states: slower for each byte, but never worse than the expression is long. */
  #simulate(bytes: Uint8Array, start: number, end: number): boolean | 'unclear' {
    const { hasAssertions } = this.#program;
    let seen = 0;
    let before = AT_START;
    this.#begin();
    this.#follow(this.#program.start, 0);
    for (let i = start; ; i++) {
      const b = i === end ? END : (bytes[i] as number);
      // Without assertions a match is known as soon as it is reached.
      if (hasAssertions) this.#resolve(this.#finished(), before, b);
      if (this.#sawMatch) return true;
      if (b === END || this.#count === 0) break;
      seen |= b;
      this.#advance(this.#finished(), b);
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
    this.#count = 0;
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
          else this.#set[this.#count++] = at;
          break;
        case Op.match:
          this.#sawMatch = true;
          this.#set[this.#count++] = at;
          break;
        case Op.byte:
          this.#set[this.#count++] = at;
          break;
      }
    }
  }

  /** The row of the state that is the current set. */
  #rowOf(before: number): number {
    if (this.#count === 0) return DEAD;
    const instructions = this.#set.slice(0, this.#count).sort();
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
  }

  /** Forgets all states; returns the new row of one that goes on living. */
  #reset(keep: State): number {
    this.#states = [null, null, null];
    this.#rows = new Map();
    this.#next.fill(0);
    this.#startRow();
    this.#set.set(keep.instructions);
    this.#count = keep.instructions.length;
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

  /** Takes the set away; it stays good until the next time. */
  #finished(): Uint32Array {
    const done = this.#set;
    this.#set = this.#spare;
    this.#spare = done;
    return done.subarray(0, this.#count);
  }

  /** A set at a place, now that both its sides are known. Sets #sawMatch. */
  #resolve(instructions: Uint32Array, before: number, b: number): void {
    this.#begin();
    const place = this.#program.hasAssertions ? this.#placeOf(before, b) : 0;
    for (let i = 0; i < instructions.length; i++) this.#follow(instructions[i] as number, place);
  }

  /** The set after the byte. Sets #sawMatch. */
  #advance(instructions: Uint32Array, b: number): void {
    const { op, lo, hi, out } = this.#program;
    this.#begin();
    for (let i = 0; i < instructions.length; i++) {
      const at = instructions[i] as number;
      if (op[at] === Op.byte && (lo[at] as number) <= b && b <= (hi[at] as number)) this.#follow(out[at] as number, 0);
    }
  }

  #matchesAtEnd(row: number): boolean {
    const state = this.#states[row >> 8] as State;
    if (state.matchesAtEnd === null) {
      this.#resolve(state.instructions, state.before, END);
      state.matchesAtEnd = this.#sawMatch;
    }
    return state.matchesAtEnd;
  }

  /** Makes one entry of the table. With `all`, a match does not end the search. */
  #step(fromRow: number, b: number, all: boolean): number {
    let row = fromRow;
    const state = this.#states[row >> 8] as State;
    this.#resolve(state.instructions, state.before, b);
    const waiting = this.#finished();
    const matched = this.#sawMatch;
    let to: number;
    if (matched && !all) to = MATCHED;
    else {
      if (this.#states.length >= statesMax) {
        // The reset makes sets of its own.
        const kept = waiting.slice();
        row = this.#reset(state);
        this.#advance(kept, b);
      } else this.#advance(waiting, b);
      // Without assertions a match is known as soon as it is reached.
      if (!all && this.#sawMatch && !this.#program.hasAssertions) to = MATCHED;
      else to = this.#rowOf(contextAfter(b));
    }
    const entry = all && matched ? to | ENDS : to;
    this.#next[row | b] = entry;
    return entry;
  }
}
