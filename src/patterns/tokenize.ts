/** Cuts a line into the tokens that patterns are made of, and joins them again. */

export interface Tokens {
  readonly words: readonly string[];
  /** A space stood before words[i] when spaced[i]. */
  readonly spaced: readonly boolean[];
  /** words[i] has a digit: it is likely to differ from line to line. */
  readonly varies: readonly boolean[];
}

/** What a character is to a pattern. */
export const letter = 0;
export const digit = 1;
export const blank = 2;
export const mark = 3;
const punctuation = /[\p{P}=]/u;
const classOf = (ch: string): number => {
  if (ch === ' ') return blank;
  if (ch >= '0' && ch <= '9') return digit;
  // What holds ids, paths, times and numbers together is no mark.
  return !'_-.:/'.includes(ch) && punctuation.test(ch) ? mark : letter;
};
export const asciiClasses = Uint8Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code)));

export function tokenize(line: string): Tokens {
  const words: string[] = [];
  const spaced: boolean[] = [];
  const varies: boolean[] = [];
  let from = 0;
  let hasSpace = false;
  let hasDigit = false;
  for (let i = 0; i <= line.length; i++) {
    const code = i < line.length ? line.charCodeAt(i) : 32;
    const kind = code < 128 ? asciiClasses[code] : classOf(line[i] as string);
    if (kind === letter) continue;
    if (kind === digit) {
      hasDigit = true;
      continue;
    }
    if (i > from) {
      words.push(line.slice(from, i));
      spaced.push(hasSpace);
      varies.push(hasDigit);
      hasSpace = false;
    }
    hasDigit = false;
    from = i + 1;
    if (kind === blank) hasSpace = true;
    else {
      words.push(line[i] as string);
      spaced.push(hasSpace);
      varies.push(false);
      hasSpace = false;
    }
  }
  return { words, spaced, varies };
}

export function join({ words, spaced }: Pick<Tokens, 'words' | 'spaced'>): string {
  return words.map((word, i) => (spaced[i] && i > 0 ? ` ${word}` : word)).join('');
}
