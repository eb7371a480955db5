/** The parser's hand on the tokens: one token ahead, and Loki's way to say what else was expected. */
import { Lexer } from './lexer.js';
import { ParseError } from './parse-error.js';
import { namesBefore3, type Token, type TokenKind } from './token.js';

/** How deep a query may nest: what is refused beyond, so that everything may walk a tree by recursion. */
export const depthMax = 400;

export const tooDeep = `query is nested too deeply (at most ${depthMax} levels)`;

export class TokenCursor {
  readonly #lexer: Lexer;
  #token: Token;
  #depth = 0;
  /** Why the query is refused although it is well-formed. */
  refusal: string | null = null;
  /** What is wrong with nodes that the grammar allows; told in the order of the tree, once all is parsed. */
  readonly #faults = new Map<object, string>();

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  /** Kind of the token ahead. */
  get kind(): TokenKind {
    return this.#token.kind;
  }

  /** Is the token ahead of one of these kinds? Some words are names where an IDENTIFIER is one of them. */
  at(...kinds: readonly TokenKind[]): boolean {
    const { kind } = this.#token;
    return kinds.includes(kind) || (namesBefore3.has(kind) && kinds.includes('IDENTIFIER'));
  }

  take(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  /** Takes the token ahead if it is of this kind. */
  accept(kind: TokenKind): boolean {
    if (this.#token.kind !== kind) return false;
    this.take();
    return true;
  }

  /** Takes the token ahead, which must be of one of these kinds. List them in the order in which Loki names them. */
  expect(...kinds: readonly TokenKind[]): Token {
    return this.at(...kinds) ? this.take() : this.unexpected(...kinds);
  }

  /**
   * The token ahead fits nowhere. Loki names at most four alternatives: call without any where there are more, and
   * where an expression is complete, so that all that could follow is an operator or the end.
   */
  unexpected(...expected: readonly TokenKind[]): never {
    this.complain(...expected);
    throw this.#lexer.errors[0];
  }

  /**
   * As `unexpected`, where Loki's grammar goes on after an error. The query is refused at its end, unless a parser or a
   * regular expression that is wrong in itself comes before that: then that one is told.
   */
  complain(...expected: readonly TokenKind[]): void {
    const list = expected.length > 0 && expected.length <= 4 ? `, expecting ${expected.join(' or ')}` : '';
    this.#lexer.errors.push(
      new ParseError(`syntax error: unexpected ${this.#token.kind}${list}`, this.#lexer.position),
    );
  }

  /** Must stand at the end, and nothing may have been wrong with a token. */
  end(): void {
    if (this.kind !== '$end') this.unexpected();
    const error = this.#lexer.errors[0];
    if (error !== undefined) throw error;
  }

  /** Runs a production that can contain itself. */
  nest<T>(production: () => T): T {
    if (++this.#depth > depthMax) throw new ParseError(tooDeep);
    const result = production();
    this.#depth--;
    return result;
  }

  /** Marks a node as wrong, unless the message is null. */
  fault<T extends object>(node: T, message: string | null): T {
    if (message !== null) this.#faults.set(node, message);
    return node;
  }

  faultOf(node: object): string | null {
    return this.#faults.get(node) ?? null;
  }
}
