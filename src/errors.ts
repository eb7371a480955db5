/** The table of errors: what a client is told. Texts are Loki's own where Loki has one. */

/** HTTP status of each class of failure. Source: Loki 3.7.6, recorded answers. */
const statusOf = {
  'bad-request': 400,
  'no-org-id': 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'too-large': 413,
  unprocessable: 422,
  'too-many-requests': 429,
  'client-closed': 499,
  internal: 500,
  'not-implemented': 501,
  unavailable: 503,
  timeout: 504,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** A failure whose text is meant for the client. `message` is the body of the answer, as it stands. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = statusOf[code];
  }
}

/** States what must be true here; when it is not, the fault is ours and the operation stops. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** Ends a switch over a closed union: a new member lights up every place to visit. */
export function assertNever(value: never): never {
  throw new Error(`invariant: unexpected ${JSON.stringify(value)}`);
}
