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
  /** All matches that do not overlap, as Go's FindAll finds them. */
  matchAll(text: string): RegexMatch[];
  /** Names by group number; '' for groups without one, and for [0]. */
  readonly groupNames: readonly string[];
  /** Bytes that every matching text contains, or null when none is known: for searching blocks. */
  readonly needle: Uint8Array | null;
}

export interface RegexMatch {
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | null)[];
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
    matchAll: (text) => {
      const m = re.matcher(text);
      const out: RegexMatch[] = [];
      while (m.find()) {
        const groups = Array.from({ length: m.groupCount() + 1 }, (_, i) => m.group(i));
        out.push({ start: m.start(), end: m.end(), groups });
      }
      return out;
    },
    groupNames: [],
    needle: null,
  };
}
