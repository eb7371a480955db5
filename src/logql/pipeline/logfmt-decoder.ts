/** Reads `key=value key="quoted value" flag` from a line, pair by pair, with the leniency and the refusals of Loki's. */
import { hasInvalidRune, replaceInvalid } from './text.js';

export class LogfmtDecoder {
  bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #from = 0;
  #to = 0;
  keyFrom = 0;
  keyTo = 0;
  /** The value: valueFrom === valueTo when it is empty or missing. It may lie in a buffer of its own. */
  valueBytes: Buffer = this.bytes;
  valueFrom = 0;
  valueTo = 0;
  /** What was last found to be wrong; null when nothing was. */
  error: string | null = null;

  reset(bytes: Buffer, from: number, to: number): void {
    this.bytes = bytes;
    this.#from = from;
    this.#at = from;
    this.#to = to;
    this.error = null;
  }

  get atEnd(): boolean {
    return this.#at >= this.#to;
  }

  /** False when there is no pair here: the end of the line, or damage, which is passed over. */
  next(): boolean {
    const { bytes: b } = this;
    const to = this.#to;
    let i = this.#at;
    while (i < to && (b[i] as number) <= 0x20) i++;
    this.keyFrom = this.keyTo = i;
    this.valueBytes = b;
    this.valueFrom = this.valueTo = i;
    if (i === to) return this.#stop(to);

    const start = i;
    let multibyte = false;
    let c = 0;
    for (; i < to; i++) {
      c = b[i] as number;
      if (c === 0x3d || c === 0x22 || c <= 0x20) break;
      if (c >= 0x80) multibyte = true;
    }
    const isAssignment = i < to && c === 0x3d;
    if (i < to && c === 0x22) return this.#unexpected(i, c);
    if (isAssignment && i === start) return this.#unexpected(i, c);
    this.keyFrom = start;
    this.keyTo = i;
    if (multibyte && hasInvalidRune(b, start, i)) {
      this.#fail(i, 'invalid key');
      return isAssignment ? this.#skipValue(i) : this.#stop(i);
    }
    if (!isAssignment) {
      this.#at = i;
      return true;
    }
    i++;
    if (i >= to || (b[i] as number) <= 0x20) {
      this.#at = i;
      return true;
    }
    return b[i] === 0x22 ? this.#quoted(i) : this.#plain(i);
  }

  #plain(start: number): boolean {
    const { bytes: b } = this;
    const to = this.#to;
    let i = start;
    for (; i < to; i++) {
      const c = b[i] as number;
      if (c <= 0x20) break;
      if (c === 0x3d || c === 0x22) return this.#unexpected(i, c);
    }
    this.valueFrom = start;
    this.valueTo = i;
    this.#at = i;
    return true;
  }

  #quoted(start: number): boolean {
    const { bytes: b } = this;
    const to = this.#to;
    let escaped = false;
    for (let i = start + 1; i < to; i++) {
      const c = b[i];
      if (c === 0x5c) {
        escaped = true;
        i++;
      } else if (c === 0x22) {
        this.#at = i + 1;
        if (!escaped) {
          this.valueFrom = start + 1;
          this.valueTo = i;
          return true;
        }
        const value = unquote(b, start + 1, i);
        if (value === null) {
          this.#fail(i + 1, 'invalid quoted value');
          return false;
        }
        this.valueBytes = value;
        this.valueFrom = 0;
        this.valueTo = value.length;
        return true;
      }
    }
    this.#fail(to, 'unterminated quoted value');
    return this.#stop(to);
  }

  #unexpected(at: number, c: number): boolean {
    this.#fail(at, `unexpected '${c === 0x22 ? '"' : '='}'`);
    return this.#skipValue(at);
  }

  #skipValue(from: number): boolean {
    let i = from;
    while (i < this.#to && (this.bytes[i] as number) > 0x20) i++;
    return this.#stop(i);
  }

  #stop(at: number): boolean {
    this.#at = at;
    return false;
  }

  #fail(at: number, what: string): void {
    this.error = `logfmt syntax error at pos ${at - this.#from + 1} : ${what}`;
  }
}

/** The inside of a quoted value without its escapes, or null when one is bad. What is not UTF-8 becomes U+FFFD. */
function unquote(b: Buffer, from: number, to: number): Buffer | null {
  const parts: string[] = [];
  let plainFrom = from;
  for (let i = from; i < to; i++) {
    if (b[i] !== 0x5c) continue;
    parts.push(replaceInvalid(b, plainFrom, i, '\uFFFD'));
    i++;
    if (i >= to) return null;
    const letter = String.fromCharCode(b[i] as number);
    if (letter === 'u') {
      const first = hex4(b, i + 1, to);
      if (first === null) return null;
      i += 4;
      if (first >= 0xd800 && first <= 0xdfff) {
        const second = b[i + 1] === 0x5c && b[i + 2] === 0x75 ? hex4(b, i + 3, to) : null;
        const isPair = first < 0xdc00 && second !== null && second >= 0xdc00 && second <= 0xdfff;
        if (isPair) {
          parts.push(String.fromCharCode(first, second));
          i += 6;
        } else parts.push('\uFFFD');
      } else parts.push(String.fromCharCode(first));
    } else {
      const plain = escapes[letter];
      if (plain === undefined) return null;
      parts.push(plain);
    }
    plainFrom = i + 1;
  }
  parts.push(replaceInvalid(b, plainFrom, to, '\uFFFD'));
  return Buffer.from(parts.join(''), 'utf8');
}

const escapes: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  '"': '"',
  '\\': '\\',
  '/': '/',
  "'": "'",
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function hex4(b: Buffer, from: number, to: number): number | null {
  if (from + 4 > to) return null;
  const digits = b.toString('latin1', from, from + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : null;
}
