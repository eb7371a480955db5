/** fmt's printing: Sprint, Sprintln, Sprintf with all verbs and flags. */
import { type FloatFormat, formatFloat } from './go-number.js';
import { canBackquote, isPrint, quote, quoteRune } from './go-quote.js';
import { normalise, runeCount, runes, toBytes } from './go-string.js';
import {
  Complex,
  type Concrete,
  Int,
  Interface,
  isMap,
  isOpaque,
  isUnsigned,
  NamedInt,
  sortedKeys,
  typeOf,
  type Value,
} from './values.js';

/** Widths and precisions beyond are not numbers to Go. */
const numberMax = 1_000_000;

/** fmt.Sprint: a space between two operands of which none is a string. */
export function sprint(args: readonly Value[]): string {
  let out = '';
  let before = false;
  args.forEach((arg, i) => {
    const value = arg instanceof Interface ? arg.elem : arg;
    const isText = typeof value === 'string';
    if (i > 0 && !isText && !before) out += ' ';
    out += sprintValue(value);
    before = isText;
  });
  return out;
}

export const sprintln = (args: readonly Value[]): string => `${args.map((arg) => sprintValue(arg)).join(' ')}\n`;

/** %v of one value. */
export function sprintValue(arg: Value): string {
  const value = arg instanceof Interface ? arg.elem : arg;
  if (typeof value === 'string') return value;
  return new Printer(noFlags()).print(value, 'v');
}

interface Flags {
  width: number | null;
  precision: number | null;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  plusV: boolean;
  sharpV: boolean;
}

const noFlags = (): Flags => ({
  width: null,
  precision: null,
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
});

/** fmt.Sprintf. */
export function sprintf(format: string, args: readonly Value[]): string {
  const values = args.map((arg) => (arg instanceof Interface ? arg.elem : arg));
  return new Formatter(format, values).run();
}

const flagNames: Readonly<Record<string, 'sharp' | 'zero' | 'plus' | 'minus' | 'space'>> = {
  '#': 'sharp',
  '0': 'zero',
  '+': 'plus',
  '-': 'minus',
  ' ': 'space',
};

class Formatter {
  readonly #format: string;
  readonly #args: readonly (Concrete | undefined)[];
  #at = 0;
  #argNumber = 0;
  #reordered = false;
  #goodArgument = true;

  constructor(format: string, args: readonly (Concrete | undefined)[]) {
    this.#format = format;
    this.#args = args;
  }

  run(): string {
    let out = '';
    for (;;) {
      const percent = this.#format.indexOf('%', this.#at);
      if (percent < 0) break;
      out += this.#format.slice(this.#at, percent);
      this.#at = percent + 1;
      out += this.#directive();
    }
    out += this.#format.slice(this.#at);
    if (!this.#reordered && this.#argNumber < this.#args.length) {
      const extra = this.#args.slice(this.#argNumber);
      out += `%!(EXTRA ${extra.map((arg) => (arg === undefined ? '<nil>' : typed(arg, noFlags()))).join(', ')})`;
    }
    return out;
  }

  #directive(): string {
    const flags = noFlags();
    this.#goodArgument = true;
    let out = '';
    for (let name = flagNames[this.#ch()]; name !== undefined; name = flagNames[this.#ch()]) {
      flags[name] = true;
      this.#at++;
    }
    let afterIndex = this.#index();
    if (this.#ch() === '*') {
      this.#at++;
      flags.width = this.#starArgument();
      if (flags.width === null) out += '%!(BADWIDTH)';
      else if (flags.width < 0) {
        flags.width = -flags.width;
        flags.minus = true;
        flags.zero = false;
      }
      afterIndex = false;
    } else {
      flags.width = this.#number();
      if (afterIndex && flags.width !== null) this.#goodArgument = false;
    }
    if (this.#ch() === '.') {
      this.#at++;
      if (afterIndex) this.#goodArgument = false;
      afterIndex = this.#index();
      if (this.#ch() === '*') {
        this.#at++;
        flags.precision = this.#starArgument();
        if (flags.precision !== null && flags.precision < 0) flags.precision = null;
        if (flags.precision === null) out += '%!(BADPREC)';
        afterIndex = false;
      } else flags.precision = this.#number() ?? 0;
    }
    if (!afterIndex) this.#index();
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return `${out}%!(NOVERB)`;
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') return `${out}%`;
    if (!this.#goodArgument) return `${out}%!${verb}(BADINDEX)`;
    if (this.#argNumber >= this.#args.length) return `${out}%!${verb}(MISSING)`;
    if (verb === 'v') {
      flags.sharpV = flags.sharp;
      flags.sharp = false;
      flags.plusV = flags.plus;
      flags.plus = false;
    }
    return out + new Printer(flags).print(this.#args[this.#argNumber++], verb);
  }

  #ch(): string {
    return this.#format[this.#at] ?? '';
  }

  /** Digits; too many of them swallow the rest of the format, as in Go. */
  #number(): number | null {
    let value: number | null = null;
    while (/^[0-9]$/.test(this.#ch())) {
      if ((value ?? 0) > numberMax) {
        this.#at = this.#format.length;
        return null;
      }
      value = (value ?? 0) * 10 + Number(this.#ch());
      this.#at++;
    }
    return value;
  }

  /** `[n]`; true when one was found and is good. */
  #index(): boolean {
    if (this.#ch() !== '[') return false;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    if (close < 0) {
      this.#goodArgument = false;
      this.#at++;
      return false;
    }
    const digits = this.#format.slice(this.#at + 1, close);
    const index = /^[0-9]{1,7}$/.test(digits) ? Number(digits) - 1 : -1;
    this.#at = close + 1;
    if (index >= 0 && index < this.#args.length) {
      this.#argNumber = index;
      return true;
    }
    this.#goodArgument = false;
    return index >= 0;
  }

  #starArgument(): number | null {
    const arg = this.#args[this.#argNumber];
    if (this.#argNumber < this.#args.length) this.#argNumber++;
    if (!(arg instanceof Int)) return null;
    const value = Number(arg.value);
    return Math.abs(value) > numberMax ? null : value;
  }
}

/** `type=value`, as errors show an argument. */
function typed(value: Concrete, flags: Flags): string {
  const printer = new Printer(flags);
  printer.erroring = true;
  return `${typeOf(value)}=${printer.print(value, 'v')}`;
}

class Printer {
  readonly #flags: Flags;
  erroring = false;

  constructor(flags: Flags) {
    this.#flags = flags;
  }

  print(value: Concrete | undefined, verb: string): string {
    if (value === undefined) return verb === 'T' || verb === 'v' ? this.#pad('<nil>') : `%!${verb}(<nil>)`;
    if (verb === 'T') return this.#text(typeOf(value));
    if (verb === 'p' || verb === 'w') return this.#bad(value, verb);
    return this.#value(value, verb);
  }

  #value(value: Concrete | undefined, verb: string): string {
    if (value === undefined) return this.#flags.sharpV ? 'interface {}(nil)' : '<nil>';
    if (typeof value === 'string') return this.#string(value, verb);
    if (typeof value === 'number') return this.#float(value, verb, value);
    if (typeof value === 'boolean') {
      return verb === 't' || verb === 'v' ? this.#pad(String(value)) : this.#bad(value, verb);
    }
    if (value instanceof Complex) return this.#complex(value, verb);
    if (value instanceof Int) return this.#int(value, verb);
    if (isOpaque(value)) {
      return 'vsxXq'.includes(verb) ? this.#string(value.toString(), verb) : this.#bad(value, verb);
    }
    const { sharpV } = this.#flags;
    const join = (items: readonly string[]): string => items.join(sharpV ? ', ' : ' ');
    if (isMap(value)) {
      const pairs = sortedKeys(value).map((key) => `${this.#value(key, verb)}:${this.#value(value.get(key), verb)}`);
      return sharpV ? `${value.type}{${join(pairs)}}` : `map[${join(pairs)}]`;
    }
    const items = value.items.map((item) => this.#value(item, verb));
    return sharpV ? `${value.type}{${join(items)}}` : `[${join(items)}]`;
  }

  #bad(value: Concrete, verb: string): string {
    return `%!${verb}(${typed(value, this.#flags)})`;
  }

  #pad(text: string, zero = this.#flags.zero): string {
    const { width, minus } = this.#flags;
    const missing = (width ?? 0) - runeCount(normalise(text));
    if (missing <= 0) return text;
    return minus ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text;
  }

  #truncate(text: string): string {
    const { precision } = this.#flags;
    return precision === null ? text : runes(text).slice(0, precision).join('');
  }

  #text(text: string): string {
    return this.#pad(this.#truncate(text));
  }

  #string(value: string, verb: string): string {
    switch (verb) {
      case 'v':
        return this.#flags.sharpV ? this.#quoted(value) : this.#text(value);
      case 's':
        return this.#text(value);
      case 'q':
        return this.#quoted(value);
      case 'x':
      case 'X':
        return this.#hex(value, verb);
      default:
        return this.#bad(value, verb);
    }
  }

  #quoted(value: string): string {
    const text = this.#truncate(value);
    if (this.#flags.sharp && canBackquote(text)) return this.#pad(`\`${text}\``);
    return this.#pad(quote(text, this.#flags.plus));
  }

  #hex(value: string, verb: 'x' | 'X'): string {
    const { precision, sharp, space } = this.#flags;
    const bytes = toBytes(value).subarray(0, precision ?? undefined);
    const prefix = sharp ? `0${verb}` : '';
    const digits = Array.from(bytes, (b) => b.toString(16).padStart(2, '0'));
    const hex = space ? digits.map((d) => prefix + d).join(' ') : digits.length === 0 ? '' : prefix + digits.join('');
    return this.#pad(verb === 'X' ? hex.toUpperCase() : hex);
  }

  #int(value: Int, verb: string): string {
    if (value instanceof NamedInt && !this.erroring && !this.#flags.sharpV && 'vsxXq'.includes(verb)) {
      return this.#string(value.text, verb);
    }
    switch (verb) {
      case 'v':
        if (this.#flags.sharpV && isUnsigned(value)) return this.#digits(value, 16, verb, true);
        return this.#digits(value, 10, verb, this.#flags.sharp);
      case 'd':
        return this.#digits(value, 10, verb, this.#flags.sharp);
      case 'b':
        return this.#digits(value, 2, verb, this.#flags.sharp);
      case 'o':
      case 'O':
        return this.#digits(value, 8, verb, this.#flags.sharp);
      case 'x':
      case 'X':
        return this.#digits(value, 16, verb, this.#flags.sharp);
      case 'c':
        return this.#pad(character(value.value));
      case 'q':
        return this.#pad(quoteRune(character(value.value), this.#flags.plus));
      case 'U':
        return this.#unicode(value.value);
      default:
        return this.#bad(value, verb);
    }
  }

  #digits(value: Int, base: number, verb: string, sharp: boolean): string {
    const { width, precision, minus, plus, space, zero } = this.#flags;
    const negative = value.value < 0n;
    const magnitude = negative ? -value.value : value.value;
    if (precision === 0 && magnitude === 0n) return ' '.repeat(width ?? 0);
    let digitsMin = 0;
    if (precision !== null) digitsMin = precision;
    else if (zero && !minus && width !== null) digitsMin = negative || plus || space ? width - 1 : width;
    let text = magnitude.toString(base).padStart(digitsMin, '0');
    if (sharp && base === 2) text = `0b${text}`;
    if (sharp && base === 8 && !text.startsWith('0')) text = `0${text}`;
    if (sharp && base === 16) text = `0x${text}`;
    if (verb === 'O') text = `0o${text}`;
    if (verb === 'X') text = text.toUpperCase();
    const sign = negative ? '-' : plus ? '+' : space ? ' ' : '';
    return this.#pad(sign + text, false);
  }

  #unicode(value: bigint): string {
    const { precision, sharp } = this.#flags;
    const unsigned = BigInt.asUintN(64, value);
    const hex = unsigned
      .toString(16)
      .toUpperCase()
      .padStart(Math.max(4, precision ?? 0), '0');
    const ch = sharp && unsigned <= 0x10ffffn ? String.fromCodePoint(Number(unsigned)) : '';
    return this.#pad(`U+${hex}${ch !== '' && isPrint(ch) ? ` '${ch}'` : ''}`, false);
  }

  #float(value: number, verb: string, whole: Concrete): string {
    switch (verb) {
      case 'v':
        return this.#floatAs(value, 'g', -1, verb);
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X':
        return this.#floatAs(value, verb, -1, verb);
      case 'f':
      case 'e':
      case 'E':
        return this.#floatAs(value, verb, 6, verb);
      case 'F':
        return this.#floatAs(value, 'f', 6, 'f');
      default:
        return this.#bad(whole, verb);
    }
  }

  #floatAs(value: number, format: FloatFormat, defaultPrecision: number, verb: string): string {
    const { width, minus, plus, sharp, space, zero } = this.#flags;
    const precision = this.#flags.precision ?? defaultPrecision;
    const text = formatFloat(value, format, precision);
    const signed = text.startsWith('-') || text.startsWith('+');
    let sign = signed ? (text[0] as string) : '+';
    let body = signed ? text.slice(1) : text;
    if (space && sign === '+' && !plus) sign = ' ';
    if (body === 'Inf' || body === 'NaN') {
      return this.#pad(body === 'NaN' && !space && !plus ? body : sign + body, false);
    }
    if (sharp && format !== 'b') body = withPoint(body, verb, precision);
    if (!plus && sign === '+') return this.#pad(body);
    const missing = (width ?? 0) - body.length - 1;
    if (zero && !minus && missing > 0) return sign + '0'.repeat(missing) + body;
    return this.#pad(sign + body);
  }

  #complex(value: Complex, verb: string): string {
    if (!'vbgGxXfFeE'.includes(verb)) return this.#bad(value, verb);
    const re = this.#float(value.re, verb, value);
    const im = new Printer({ ...this.#flags, plus: true }).#float(value.im, verb, value);
    return `(${re}${im}i)`;
  }
}

/** The point and the zeros that # asks for. */
function withPoint(body: string, verb: string, precision: number): string {
  let digits = 'vgGx'.includes(verb) ? (precision === -1 ? 6 : precision) : 0;
  const split = verb === 'x' || verb === 'X' ? body.search(/[pP]/) : body.search(/[eEpP]/);
  const tail = split < 0 ? '' : body.slice(split);
  let num = split < 0 ? body : body.slice(0, split);
  let seen = false;
  for (const ch of num) {
    if (ch === '.') continue;
    if (ch !== '0') seen = true;
    if (seen) digits--;
  }
  if (!num.includes('.')) {
    if (num === '0') digits--;
    num += '.';
  }
  return num + '0'.repeat(Math.max(0, digits)) + tail;
}

function character(code: bigint): string {
  const unsigned = BigInt.asUintN(64, code);
  if (unsigned > 0x10ffffn || (unsigned >= 0xd800n && unsigned < 0xe000n)) return '\ufffd';
  return String.fromCodePoint(Number(unsigned));
}
