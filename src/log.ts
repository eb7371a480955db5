/** The log of a server: one line an event, in logfmt or JSON, with Loki's field names. Nothing here is global. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'logfmt' | 'json';

/** What may stand in a line beside its message. An error is written as its message, undefined is left out. */
export type LogValue = string | number | bigint | boolean | null | undefined | Error;
export type LogFields = Readonly<Record<string, LogValue>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether a line of this level is written: asked before costly fields are made. */
  enabled(level: LogLevel): boolean;
  readonly level: LogLevel;
  /** For this logger and all that `named` made of it. */
  setLevel(level: LogLevel): void;
  /** The same log under another `caller`. */
  named(caller: string): Logger;
}

export interface LoggerOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Takes one line without its end. Must not throw. */
  readonly write: (line: string) => void;
  readonly nowMs?: () => number;
  /** The part of the program that speaks. */
  readonly caller?: string;
}

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export const isLogLevel = (word: string): word is LogLevel => (logLevels as readonly string[]).includes(word);

export function createLogger({ format, level, write, nowMs = Date.now, caller = 'skald' }: LoggerOptions): Logger {
  const shared: Shared = {
    line: format === 'json' ? jsonLine : logfmtLine,
    write,
    nowMs,
    least: logLevels.indexOf(level),
  };
  return new LineLogger(shared, caller);
}

interface Shared {
  readonly line: (fields: readonly (readonly [string, LogValue])[]) => string;
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
  /** Position in logLevels. */
  least: number;
}

class LineLogger implements Logger {
  readonly #shared: Shared;
  readonly #caller: string;

  constructor(shared: Shared, caller: string) {
    this.#shared = shared;
    this.#caller = caller;
  }

  get level(): LogLevel {
    return logLevels[this.#shared.least] as LogLevel;
  }

  setLevel(level: LogLevel): void {
    this.#shared.least = logLevels.indexOf(level);
  }

  enabled(level: LogLevel): boolean {
    return logLevels.indexOf(level) >= this.#shared.least;
  }

  named(caller: string): Logger {
    return new LineLogger(this.#shared, caller);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#log('error', message, fields);
  }

  #log(level: LogLevel, message: string, fields: LogFields): void {
    if (!this.enabled(level)) return;
    const ts = new Date(this.#shared.nowMs()).toISOString();
    this.#shared.write(
      this.#shared.line([
        ['level', level],
        ['ts', ts],
        ['caller', this.#caller],
        ['msg', message],
        ...Object.entries(fields),
      ]),
    );
  }
}

function logfmtLine(fields: readonly (readonly [string, LogValue])[]): string {
  let line = '';
  for (const [key, value] of fields) {
    if (value === undefined) continue;
    line += `${line === '' ? '' : ' '}${logfmtKey(key)}=${logfmtValue(value instanceof Error ? value.message : String(value))}`;
  }
  return line;
}

/** What may stand unquoted: nothing that a reader of logfmt would take for a separator, and nothing invisible. */
const plain = /^[^\s"=\\\p{C}\p{Z}]+$/u;
const unsafeInKey = /[\s"=\\\p{C}\p{Z}]/gu;

const logfmtKey = (key: string): string => key.replace(unsafeInKey, '_') || '_';

/** JSON's escapes, and \u for what a terminal or a reader of lines could take for more than a character. */
const logfmtValue = (value: string): string =>
  plain.test(value)
    ? value
    : JSON.stringify(value).replace(/[\p{C}\u2028\u2029]/gu, (ch) => (ch === ' ' ? ch : escaped(ch)));

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');

function jsonLine(fields: readonly (readonly [string, LogValue])[]): string {
  const object: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of fields) {
    if (value === undefined) continue;
    object[key] = value instanceof Error ? value.message : typeof value === 'bigint' ? String(value) : value;
  }
  return JSON.stringify(object).replace(/[\u2028\u2029]/g, escaped);
}
