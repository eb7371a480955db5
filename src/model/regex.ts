/**
 * Regular expressions with RE2's syntax and meaning, in time linear in the text.
 * (First cut: every expression runs on re2js. The plan: translate the provably safe subset to the platform's engine.)
 */
import { RE2JS } from 're2js';

export interface Regex {
  readonly source: string;
  /** Does it match (anywhere, unless compiled as anchored)? */
  test(text: string): boolean;
  testBytes(bytes: Uint8Array, start: number, end: number): boolean;
  /** Groups of the first match, [0] being the whole; null when there is none. */
  exec(text: string): (string | null)[] | null;
  /** Names by group number; '' for groups without one, and for [0]. */
  readonly groupNames: readonly string[];
  /** Bytes that every matching text contains, or null when none is known: for searching blocks. */
  readonly needle: Uint8Array | null;
}

/** The message is Go's: "error parsing regexp: missing closing ): `(a`". */
export class RegexError extends Error {
  override readonly name = 'RegexError';
}

export function compileRegex(source: string, options: { readonly anchored: boolean }): Regex {
  let re: RE2JS;
  try {
    re = RE2JS.compile(options.anchored ? `^(?s:${source})$` : source);
  } catch (e) {
    throw new RegexError((e as Error).message, { cause: e });
  }
  const decoder = new TextDecoder();
  return {
    source,
    test: (text) => re.test(text),
    testBytes: (bytes, start, end) => re.test(decoder.decode(bytes.subarray(start, end))),
    exec: (text) => {
      const m = re.matcher(text);
      if (!m.find()) return null;
      return Array.from({ length: m.groupCount() + 1 }, (_, i) => m.group(i));
    },
    groupNames: [],
    needle: null,
  };
}
