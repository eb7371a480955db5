/** What is wrong with a query, in Loki's words. */
import { ApiError } from '../../errors.js';
import { toDisplay } from '../../template/go-string.js';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `parse error at line 1, col 2: …`, or `parse error : …` for what has no place in the text. */
export class ParseError extends ApiError {
  constructor(message: string, at: Position = { line: 0, column: 0 }, options?: ErrorOptions) {
    const place = at.line === 0 && at.column === 0 ? ' ' : ` at line ${at.line}, col ${at.column}`;
    super('bad-request', toDisplay(`parse error${place}: ${message}`), options);
  }
}
