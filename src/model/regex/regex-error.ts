/** The message is Go's: "error parsing regexp: missing closing ): `(a`". */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}
