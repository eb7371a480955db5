/** A YAML document as it was written: every value with its line, nothing decided yet about types. */

export type Raw = RawScalar | RawList | RawMap;

export interface RawScalar {
  readonly kind: 'scalar';
  /** The text without its quotes; null for `~`, `null` and nothing. */
  readonly text: string | null;
  /** A quoted text is a string, whatever it looks like. */
  readonly quoted: boolean;
  readonly line: number;
}

export interface RawList {
  readonly kind: 'list';
  readonly items: readonly Raw[];
  readonly line: number;
}

export interface RawMap {
  readonly kind: 'map';
  readonly entries: readonly RawEntry[];
  readonly line: number;
}

export interface RawEntry {
  readonly key: string;
  readonly line: number;
  readonly value: Raw;
}

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const truths = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const untruths = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** YAML 1.1's booleans, as Loki's YAML reader has them; null when it is none. */
export function boolOf(raw: RawScalar): boolean | null {
  if (raw.quoted || raw.text === null) return null;
  return truths.test(raw.text) ? true : untruths.test(raw.text) ? false : null;
}

/** A number in YAML 1.1's spellings (decimal, 0x, 0o, 0b, underscores, exponents); null when it is none. */
export function numberOf(raw: RawScalar): number | null {
  if (raw.quoted || raw.text === null) return null;
  const text = raw.text.replaceAll('_', '');
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text);
  const based = /^([+-]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/.exec(text);
  return based === null ? null : Number(based[2]) * (based[1] === '-' ? -1 : 1);
}

/** The value as plain JavaScript. Dates stay text. */
export function plainOf(raw: Raw): Plain {
  switch (raw.kind) {
    case 'scalar':
      return raw.text === null ? null : (boolOf(raw) ?? numberOf(raw) ?? raw.text);
    case 'list':
      return raw.items.map(plainOf);
    case 'map':
      return Object.fromEntries(raw.entries.map(({ key, value }) => [key, plainOf(value)]));
  }
}

/** What YAML's own words call it in a message: !!str `abc`, !!seq, !!map. */
export function describe(raw: Raw): string {
  if (raw.kind === 'list') return '!!seq';
  if (raw.kind === 'map') return '!!map';
  const tag =
    boolOf(raw) !== null
      ? 'bool'
      : numberOf(raw) !== null
        ? Number.isInteger(numberOf(raw))
          ? 'int'
          : 'float'
        : 'str';
  return `!!${tag} \`${raw.text ?? 'null'}\``;
}

/** The node that a path of keys and positions leads to, or the deepest one there is on the way. */
export function nodeAt(raw: Raw, path: readonly PropertyKey[]): Raw {
  let node = raw;
  for (const step of path) {
    const next: Raw | undefined =
      node.kind === 'map'
        ? node.entries.find((entry) => entry.key === step)?.value
        : node.kind === 'list'
          ? node.items[Number(step)]
          : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** A text as the command line gives it. */
export const scalar = (text: string): RawScalar => ({ kind: 'scalar', text, quoted: false, line: 0 });
