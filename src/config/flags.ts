/** The command line, by the rules of Go's flag package, whose words Loki's users know. */
import { kinds, type Option, ValueError } from './option.js';
import type { Ignored } from './options.js';
import { boolOf, scalar } from './raw.js';
import { insteadOf } from './replacements.js';
import { allOptions } from './settings.js';

/** A command line that is refused. `message` is the first line for stderr; the process exits with 2. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Flags that are no options of the server. */
export const ownFlags = {
  'config.file': ['text', 'Files to read, comma-separated: the first that exists.'],
  'config.expand-env': ['bool', 'Expands ${NAME} in the file from the environment.'],
  'verify-config': ['bool', 'Checks the configuration and exits.'],
  'print-config-stderr': ['bool', 'Prints the running configuration to stderr.'],
  'log-config-reverse-order': ['bool', 'Logs the running configuration, last line first.'],
  'list-targets': ['bool', 'Lists the targets and exits.'],
  version: ['bool', 'Prints the version and exits.'],
  help: ['bool', 'Prints this and exits.'],
  health: ['bool', 'Asks a running server whether it is ready: exits with 0 when it is, else with 1.'],
  'health.url': ['text', 'What -health asks; http://localhost:3100/ready when left out.'],
} as const satisfies Readonly<Record<string, readonly ['text' | 'bool', string]>>;

export type OwnFlag = keyof typeof ownFlags;

export interface CommandLine {
  /** What own flags were given: the text as it stands, 'true' for a flag alone. */
  readonly own: ReadonlyMap<OwnFlag, string>;
  /** By dotted key. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly ignored: readonly Ignored[];
}

/** Throws FlagError. */
export async function parseFlags(argv: readonly string[]): Promise<CommandLine> {
  const byFlag = new Map<string, readonly [key: string, option: Option<unknown>]>();
  for (const row of allOptions()) if (row[1].flag !== '') byFlag.set(row[1].flag, row);
  const own = new Map<OwnFlag, string>();
  const values = new Map<string, unknown>();
  const ignored: Ignored[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--' || word === '-' || !word.startsWith('-')) break;
    const [, name, given] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) as unknown as [string, string, string | undefined];
    if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`);
    const kind = name === 'h' ? 'bool' : Object.hasOwn(ownFlags, name) ? ownFlags[name as OwnFlag][0] : null;
    const row = byFlag.get(name);
    const isBool = kind !== null ? kind === 'bool' : row ? row[1].kind === kinds.bool : await knownWithoutEffect(name);
    if (isBool === null) throw new FlagError(`flag provided but not defined: -${name}`);
    let text = given;
    if (isBool) {
      text ??= 'true';
      if (!goBool.test(text))
        throw new FlagError(`invalid boolean value ${JSON.stringify(text)} for -${name}: parse error`);
      text = /^[1tT]/.test(text) ? 'true' : 'false';
    } else if (text === undefined) {
      i++;
      if (i >= argv.length) throw new FlagError(`flag needs an argument: -${name}`);
      text = argv[i] as string;
    }
    if (kind !== null) own.set(name === 'h' ? 'help' : (name as OwnFlag), text);
    else if (row) values.set(row[0], flagValue(name, row[1], text));
    else ignored.push({ key: `-${name}`, line: 0, why: insteadOf(name.replaceAll('-', '_')) });
  }
  return { own, values, ignored };
}

const goBool = /^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

function flagValue(name: string, option: Option<unknown>, text: string): unknown {
  const bad = (why: string): FlagError =>
    new FlagError(`invalid value ${JSON.stringify(text)} for flag -${name}: ${why}`);
  const raw = scalar(text);
  try {
    // A word like `yes` is a text here, not a bool, and an integer has no fraction.
    if (option.kind === kinds.int && !/^[+-]?(\d+|0x[\da-f]+|0o?[0-7]+|0b[01]+)$/i.test(text)) throw bad('parse error');
    return option.kind.parse(boolOf(raw) !== null && option.kind !== kinds.bool ? { ...raw, quoted: true } : raw);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    const plain: readonly unknown[] = [kinds.int, kinds.float, kinds.duration];
    throw bad(plain.includes(option.kind) ? 'parse error' : error.message);
  }
}

/** Whether a flag of Loki's that does nothing here may stand alone; null: there is no such flag. */
async function knownWithoutEffect(name: string): Promise<boolean | null> {
  const [{ knownFlags, sharedFlags }, { readBlock }] = await Promise.all([
    import('./loki-flags.js'),
    import('./known-keys.js'),
  ]);
  const segments = name.split('.');
  const last = segments.pop() as string;
  const first = segments.shift();
  const top = knownFlags[first ?? ''];
  if (top === undefined) return null;
  let block = readBlock(top, sharedFlags);
  for (const segment of segments) {
    const next = block.get(`${segment}.`);
    if (typeof next !== 'function') return null;
    block = next();
  }
  const type = block.get(last);
  return typeof type === 'string' ? type === 'bool' : null;
}
