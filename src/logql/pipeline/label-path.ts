/** The expressions of `| json a="b.c[0]"` and `| logfmt a="b"`: paths into the line. Errors are Loki's, word by word. */

const isSpace = (ch: string): boolean => ch === ' ' || ch === '\t' || ch === '\n';
const isDigit = (ch: string): boolean => ch >= '0' && ch <= '9' && ch.length === 1;
const isStart = (ch: string): boolean => /^[A-Za-z_]$/.test(ch);
const isPart = (ch: string): boolean => /^[A-Za-z0-9_]$/.test(ch);

type Token =
  | { readonly kind: '.' | '[' | ']' | 'end' }
  | { readonly kind: 'field' | 'string'; readonly text: string }
  | { readonly kind: 'index'; readonly value: number };

/** The scanner meets a bad character: it says so, and the rest reads as the end. */
class Scanner {
  readonly #chars: readonly string[];
  #at = 0;
  /** Shown only when the grammar can live with the end: its complaint follows the scanner's, and the last one wins. */
  error: string | null = null;
  readonly #isJson: boolean;

  constructor(text: string, isJson: boolean) {
    this.#chars = [...text];
    this.#isJson = isJson;
  }

  /** '\0' at the end, and for a NUL in the text. */
  #read(): string {
    return this.#chars[this.#at++] ?? '\0';
  }

  #unread(): void {
    this.#at = Math.min(this.#at, this.#chars.length + 1) - 1;
  }

  next(): Token {
    for (;;) {
      const ch = this.#read();
      if (ch === '\0') return { kind: 'end' };
      if (isSpace(ch)) continue;
      if (this.#isJson) {
        if (isDigit(ch)) {
          this.#unread();
          return this.#index();
        }
        if (ch === '[' || ch === ']' || ch === '.') return { kind: ch };
      }
      if (isStart(ch)) {
        this.#unread();
        return { kind: 'field', text: this.#field() };
      }
      if (ch === '"') return { kind: 'string', text: this.#string() };
      this.error = `unexpected char ${ch}`;
      return { kind: 'end' };
    }
  }

  #field(): string {
    let text = '';
    for (;;) {
      const ch = this.#read();
      if (!isPart(ch)) {
        this.#unread();
        return text;
      }
      text += ch;
    }
  }

  /** Ends at a quote, at `]`, or at the end. */
  #string(): string {
    let text = '';
    for (;;) {
      const ch = this.#read();
      if (ch === '\0' || ch === '"' || ch === ']') return text;
      text += ch;
    }
  }

  #index(): Token {
    let digits = '';
    for (;;) {
      const ch = this.#read();
      if (ch === '.' && digits !== '') return this.#refuse('cannot use float as array index');
      if (isSpace(ch) || ch === '.' || ch === ']') {
        this.#unread();
        break;
      }
      if (!isDigit(ch)) return this.#refuse(`non-integer value: ${ch}`);
      digits += ch;
    }
    const value = Number(digits);
    if (value > 2 ** 63) return this.#refuse(`strconv.Atoi: parsing "${digits}": value out of range`);
    return { kind: 'index', value };
  }

  #refuse(error: string): Token {
    this.error = error;
    return { kind: 'end' };
  }
}

export type PathPart = string | number;

/** json = step { [ '.' ] field | '[' string ']' | '[' index ']' } */
export function parseJsonPath(text: string): readonly PathPart[] {
  const scanner = new Scanner(text, true);
  const path: PathPart[] = [];
  let token = scanner.next();
  const refuse = (expecting: string): never => {
    throw new Error(`syntax error: unexpected ${nameOf(token)}${expecting}`);
  };
  while (token.kind !== 'end' || path.length === 0) {
    if (token.kind === 'field' && path.length === 0) path.push(token.text);
    else if (token.kind === '.' && path.length > 0) {
      token = scanner.next();
      if (token.kind !== 'field') return refuse(', expecting FIELD');
      path.push(token.text);
    } else if (token.kind === '[') {
      token = scanner.next();
      if (token.kind === 'string') path.push(token.text);
      else if (token.kind === 'index') path.push(token.value);
      else return refuse(', expecting STRING or INDEX');
      token = scanner.next();
      if (token.kind !== ']') return refuse(', expecting RSB');
    } else return refuse(path.length === 0 ? ', expecting LSB or FIELD' : '');
    token = scanner.next();
  }
  if (scanner.error !== null) throw new Error(scanner.error);
  return path;
}

/** logfmt = ( key | string ) { string } */
export function parseLogfmtPath(text: string): readonly string[] {
  const scanner = new Scanner(text, false);
  const path: string[] = [];
  for (let token = scanner.next(); ; token = scanner.next()) {
    if (token.kind === 'string' || (token.kind === 'field' && path.length === 0)) {
      path.push(token.text);
      continue;
    }
    if (token.kind === 'end' && path.length > 0) break;
    throw new Error(
      path.length === 0
        ? `syntax error: unexpected ${nameOf(token)}, expecting STRING or KEY`
        : `syntax error: unexpected ${token.kind === 'field' ? 'KEY' : nameOf(token)}`,
    );
  }
  if (scanner.error !== null) throw new Error(scanner.error);
  return path;
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case 'end':
      return '$end';
    case '.':
      return 'DOT';
    case '[':
      return 'LSB';
    case ']':
      return 'RSB';
    default:
      return token.kind.toUpperCase();
  }
}
