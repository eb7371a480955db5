/** What one row of the table of options says, and how a value of each kind is read and shown. */
import { boolOf, describe, numberOf, type Plain, plainOf, type Raw, type RawScalar } from './raw.js';
import type { StructureName } from './structures.js';
import { parseDuration, parseSize, printGoDuration, printPromDuration, printSize, UnitError } from './units.js';

/** A value that its kind refuses; `message` is for the user and names the value, not the place. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

export interface Kind<T> {
  /** The placeholder in the docs. */
  readonly name: string;
  /** Throws ValueError. */
  parse(raw: Raw): T;
  /** What a YAML of the running configuration shows. */
  print(value: T): Plain;
  /** Set for a value with parts: the schema in structures.ts that checks it. `parse` gives it unchecked. */
  readonly structure?: StructureName;
}

/** One key of the YAML that has an effect. */
export class Option<T> {
  readonly kind: Kind<T>;
  readonly initial: T;
  /** The name on the command line without the dash; '' when there is none. */
  readonly flag: string;
  /** For docs/CONFIGURATION.md: a sentence. */
  readonly help: string;

  constructor(kind: Kind<T>, initial: T, flag: string, help: string) {
    this.kind = kind;
    this.initial = initial;
    this.flag = flag;
    this.help = help;
  }
}

export interface Section {
  readonly [key: string]: Option<unknown> | Section;
}

/** The values of a table of options, in its own shape. */
export type ValuesOf<T> = T extends Option<infer V> ? V : { readonly [K in keyof T]: ValuesOf<T[K]> };

function scalarOf(raw: Raw, type: string): RawScalar & { readonly text: string } {
  if (raw.kind !== 'scalar' || raw.text === null)
    throw new ValueError(`cannot unmarshal ${describe(raw)} into ${type}`);
  return raw as RawScalar & { readonly text: string };
}

function inUnits(parse: (text: string) => number, raw: Raw, type: string): number {
  try {
    return parse(scalarOf(raw, type).text);
  } catch (error) {
    if (error instanceof UnitError) throw new ValueError(error.message);
    throw error;
  }
}

const itself = <T extends Plain>(value: T): Plain => value;

export const kinds = {
  bool: {
    name: 'boolean',
    parse: (raw: Raw): boolean => {
      const value = boolOf(scalarOf(raw, 'bool'));
      if (value === null) throw new ValueError(`cannot unmarshal ${describe(raw)} into bool`);
      return value;
    },
    print: itself<boolean>,
  },
  /** A fraction is cut off, as Loki's YAML reader does. */
  int: {
    name: 'int',
    parse: (raw: Raw): number => {
      const value = numberOf(scalarOf(raw, 'int'));
      if (value === null || !Number.isFinite(value)) throw new ValueError(`cannot unmarshal ${describe(raw)} into int`);
      return Math.trunc(value);
    },
    print: itself<number>,
  },
  float: {
    name: 'float',
    parse: (raw: Raw): number => {
      const value = numberOf(scalarOf(raw, 'float64'));
      if (value === null || !Number.isFinite(value))
        throw new ValueError(`cannot unmarshal ${describe(raw)} into float64`);
      return value;
    },
    print: itself<number>,
  },
  text: { name: 'string', parse: (raw: Raw): string => scalarOf(raw, 'string').text, print: itself<string> },
  secret: {
    name: 'secret',
    parse: (raw: Raw): string => scalarOf(raw, 'string').text,
    print: (value: string): Plain => (value === '' ? '' : '********'),
  },
  /** Milliseconds. A bare number is nanoseconds, as in Go. */
  duration: {
    name: 'duration',
    parse: (raw: Raw): number => {
      const bare = raw.kind === 'scalar' ? numberOf(raw) : null;
      return bare === null ? inUnits(parseDuration, raw, 'time.Duration') : bare / 1e6;
    },
    print: printGoDuration,
  },
  /** Milliseconds, shown in Prometheus' spelling. */
  promDuration: {
    name: 'duration',
    parse: (raw: Raw): number => inUnits(parseDuration, raw, 'duration'),
    print: printPromDuration,
  },
  /** Bytes. */
  size: { name: 'size', parse: (raw: Raw): number => inUnits(parseSize, raw, 'size'), print: printSize },
  /** Bytes, shown as a bare number. */
  byteCount: { name: 'size', parse: (raw: Raw): number => inUnits(parseSize, raw, 'int'), print: itself<number> },
  /** Also comma-separated in one text, as the flags have it. */
  list: {
    name: 'list of strings',
    parse: (raw: Raw): readonly string[] => {
      if (raw.kind === 'list') return raw.items.map((item) => scalarOf(item, 'string').text);
      const { text } = raw.kind === 'scalar' && raw.text === null ? { text: '' } : scalarOf(raw, '[]string');
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    },
    print: (value: readonly string[]): Plain => value,
  },
  /** The same, shown as one text. */
  csv: {
    name: 'comma-separated list of strings',
    parse: (raw: Raw): readonly string[] => kinds.list.parse(raw),
    print: (value: readonly string[]): Plain => value.join(','),
  },
  /** Milliseconds since 1970; 0 for never. */
  time: {
    name: 'time',
    parse: (raw: Raw): number => {
      const { text } = scalarOf(raw, 'time');
      if (text === '0' || text === '') return 0;
      const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
      if (Number.isNaN(ms)) throw new ValueError(`failed to parse time: ${JSON.stringify(text)}`);
      return ms;
    },
    print: (ms: number): Plain => (ms === 0 ? '0' : new Date(ms).toISOString().replace('.000Z', 'Z')),
  },
};

type Make<T> = (initial: T, flag: string, help: string) => Option<T>;
const maker =
  <T>(kind: Kind<T>): Make<T> =>
  (initial, flag, help) =>
    new Option(kind, initial, flag, help);

export const bool = maker(kinds.bool);
export const int = maker(kinds.int);
export const float = maker(kinds.float);
export const text = maker(kinds.text);
export const secret = maker(kinds.secret);
export const duration = maker(kinds.duration);
export const promDuration = maker(kinds.promDuration);
export const size = maker(kinds.size);
export const byteCount = maker(kinds.byteCount);
export const list = maker(kinds.list);
export const csv = maker(kinds.csv);
export const time = maker(kinds.time);

/** A list of words: `unknown` says how a refusal reads, with the word and the choices put in. */
export function oneOf<const W extends string>(
  words: readonly W[],
  initial: W,
  flag: string,
  help: string,
  unknown: (word: string, choices: string) => string = (word, choices) =>
    `unknown value ${JSON.stringify(word)}, supported: ${choices}`,
): Option<W> {
  return new Option<W>(
    {
      name: 'string',
      parse: (raw) => {
        const word = scalarOf(raw, 'string').text;
        if (!(words as readonly string[]).includes(word)) throw new ValueError(unknown(word, words.join(', ')));
        return word as W;
      },
      print: itself,
    },
    initial,
    flag,
    help,
  );
}

/** A list or map with parts of its own, checked by the schema of that name once the file is read. */
export function structure<T>(name: StructureName, initial: T, help: string, print: (value: T) => Plain): Option<T> {
  return new Option<T>(
    { name: 'structure', structure: name, parse: (raw) => plainOf(raw) as T, print },
    initial,
    '',
    help,
  );
}

/** Every option of a table with its dotted key, in the table's order. */
export function* walk(section: Section, prefix = ''): Generator<readonly [key: string, option: Option<unknown>]> {
  for (const [name, entry] of Object.entries(section)) {
    if (entry instanceof Option) yield [prefix + name, entry];
    else yield* walk(entry, `${prefix}${name}.`);
  }
}

/** The option of a dotted key; null when there is none. */
export function optionAt(section: Section, key: string): Option<unknown> | null {
  let entry: Option<unknown> | Section | undefined = section;
  for (const step of key.split('.')) {
    if (entry === undefined || entry instanceof Option || !Object.hasOwn(entry, step)) return null;
    entry = entry[step];
  }
  return entry instanceof Option ? entry : null;
}
