/** A label set: pairs sorted by name, without empty values. Streams and series are named by one. */

export type LabelPair = readonly [name: string, value: string];

export class Labels {
  static readonly empty = new Labels([]);
  #text: string | undefined;
  readonly pairs: readonly LabelPair[];

  /** `pairs` must be sorted by name (code unit order), names unique. The caller gives them away. */
  constructor(pairs: readonly LabelPair[]) {
    this.pairs = pairs;
  }

  /** Sorts; of equal names the last wins; empty values are left out, as a label that is not there. */
  static of(pairs: Iterable<LabelPair>): Labels {
    const map = new Map<string, string>();
    for (const [name, value] of pairs) map.set(name, value);
    return new Labels([...map].filter(([, value]) => value !== '').sort(byName));
  }

  static from(record: Readonly<Record<string, string>>): Labels {
    return Labels.of(Object.entries(record));
  }

  /** '' when absent: Loki does not tell an absent label from an empty one. */
  get(name: string): string {
    for (const [n, v] of this.pairs) if (n === name) return v;
    return '';
  }

  has(name: string): boolean {
    for (const [n] of this.pairs) if (n === name) return true;
    return false;
  }

  /** Canonical: `{a="1", b="2"}` with values quoted as Go's strconv.Quote does. Equal sets have equal texts. */
  get text(): string {
    this.#text ??= `{${this.pairs.map(([n, v]) => `${n}=${quoteGo(v)}`).join(', ')}}`;
    return this.#text;
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.pairs);
  }
}

/** Order of names by code unit; equal to byte order for the names that Loki allows. */
export const byName = (a: LabelPair, b: LabelPair): number => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

const plain = /^[ !#-[\]-~]*$/;
const loopedMax = 32;

/** For a short text a loop is quicker than an expression. */
function isPlain(text: string): boolean {
  const { length } = text;
  if (length > loopedMax) return plain.test(text);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

/** A Go string literal in double quotes, as strconv.Quote prints it. */
export function quoteGo(text: string): string {
  if (isPlain(text)) return `"${text}"`;
  let out = '"';
  for (const ch of text) {
    const code = ch.codePointAt(0) as number;
    const named = goEscapes[ch];
    if (named !== undefined) out += named;
    else if (code >= 0xdc80 && code <= 0xdcff) out += `\\x${(code - 0xdc00).toString(16)}`;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (isPrintable.test(ch) || code === 0xfffd) out += ch;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return `${out}"`;
}
const goEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
/** Letters, marks, numbers, punctuation, symbols and the ASCII space: unicode.IsPrint. */
const isPrintable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
