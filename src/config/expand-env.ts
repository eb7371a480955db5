/**
 * -config.expand-env: `${NAME}` and the shell-like forms that Loki takes. `$NAME` stays as it is; `$$` is a dollar sign,
 * `\\` a backslash and `\/` a slash. A variable that is not set is empty. Tried on Loki 3.7.6.
 */

export class ExpandError extends Error {
  override readonly name = 'ExpandError';
}

export type Env = Readonly<Record<string, string | undefined>>;

export function expandEnv(text: string, env: Env): string {
  let expanded = '';
  let at = 0;
  while (at < text.length) {
    const ch = text[at] as string;
    const next = text[at + 1];
    if (ch === '$' && next === '{') {
      const reference = new Reference(text, at + 2, env);
      expanded += reference.value();
      at = reference.at;
    } else if ((ch === '$' && next === '$') || (ch === '\\' && (next === '\\' || next === '/'))) {
      expanded += next;
      at += 2;
    } else {
      expanded += ch;
      at++;
    }
  }
  return expanded;
}

/** One `${…}`, from behind its brace on. */
class Reference {
  at: number;
  readonly #text: string;
  readonly #env: Env;

  constructor(text: string, at: number, env: Env) {
    this.#text = text;
    this.at = at;
    this.#env = env;
  }

  /** Leaves `at` behind the closing brace. */
  value(): string {
    if (this.#take(/#/y) !== '') {
      const length = Buffer.byteLength(this.#variable('bad substitution'));
      return this.#closed(String(length));
    }
    const value = this.#variable('unable to parse variable name');
    const operator = this.#take(/:[-=?+]|=|::?(?![-=?+])|\^\^?|,,?|\/[/#%]?|##?|%%?/y);
    switch (operator) {
      case '':
        if (this.#text[this.at] !== '}') throw new ExpandError('missing closing brace');
        return this.#closed(value);
      case ':':
        return this.#substring(value);
      case '^':
        return this.#closed(value.charAt(0).toUpperCase() + value.slice(1));
      case '^^':
        return this.#closed(value.toUpperCase());
      case ',':
        return this.#closed(value.charAt(0).toLowerCase() + value.slice(1));
      case ',,':
        return this.#closed(value.toLowerCase());
      case '#':
      case '##':
      case '%':
      case '%%':
        return this.#closed(trimmed(value, this.#argument(/[^}$]/y), operator[0] === '#', operator.length === 2));
      case '/':
      case '//':
      case '/#':
      case '/%':
        return this.#replaced(value, operator);
      default: {
        const fallback = this.#argument(/[^}$]/y, true);
        return this.#closed(value === '' ? fallback : value);
      }
    }
  }

  #variable(otherwise: string): string {
    const name = this.#take(/[\p{L}\p{Nd}_]+/uy);
    if (name === '') throw new ExpandError(otherwise);
    return this.#env[name] ?? '';
  }

  #substring(value: string): string {
    const from = this.#argument(/[^:}$]/y);
    const length = this.#take(/:/y) === '' ? null : this.#argument(/[^}$]/y);
    const whole = /^[+-]?\d+$/;
    if (!whole.test(from) || (length !== null && !whole.test(length))) return this.#closed(value);
    const start = Number(from) < 0 ? Math.max(0, value.length + Number(from)) : Number(from);
    return this.#closed(value.slice(start, length === null ? undefined : start + Number(length)));
  }

  #replaced(value: string, operator: string): string {
    const pattern = this.#argument(/[^/$]/y);
    if (this.#take(/\//y) === '') throw new ExpandError('bad substitution');
    const by = this.#text[this.at] === '}' ? '' : this.#argument(/[^}$]/y);
    if (operator === '/#') return this.#closed(value.startsWith(pattern) ? by + value.slice(pattern.length) : value);
    if (operator === '/%')
      return this.#closed(value.endsWith(pattern) ? value.slice(0, value.length - pattern.length) + by : value);
    return this.#closed(operator === '//' ? value.replaceAll(pattern, () => by) : value.replace(pattern, () => by));
  }

  /** Text up to what ends it, with references in it; `maybeEmpty` false: there must be some. */
  #argument(letter: RegExp, maybeEmpty = false): string {
    let argument = '';
    const from = this.at;
    for (;;) {
      if (this.#text.startsWith('${', this.at)) {
        const inner = new Reference(this.#text, this.at + 2, this.#env);
        argument += inner.value();
        this.at = inner.at;
        continue;
      }
      const taken = this.#take(letter) || this.#take(/\$/y);
      if (taken === '') break;
      argument += taken;
    }
    if (this.at === from && !maybeEmpty) throw new ExpandError('unable to parse substitution within function');
    return argument;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  #closed(value: string): string {
    if (this.#text[this.at] !== '}') throw new ExpandError('bad substitution');
    this.at++;
    return value;
  }
}

/** Without the shortest or longest part at its start or end that a shell pattern matches. */
function trimmed(value: string, pattern: string, atStart: boolean, longest: boolean): string {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  let whole: RegExp;
  try {
    whole = new RegExp(`^(?:${source})$`);
  } catch {
    return value; // As a shell does with a bracket that is not closed.
  }
  const lengths = Array.from({ length: value.length }, (_, i) => (longest ? value.length - i : i + 1));
  const part = (length: number): string => (atStart ? value.slice(0, length) : value.slice(value.length - length));
  const length = lengths.find((candidate) => whole.test(part(candidate)));
  if (length === undefined) return value;
  return atStart ? value.slice(length) : value.slice(0, value.length - length);
}
