/** Cuts a text into the tokens that patterns are made of, and joins them again. */

export interface Tokens {
  readonly words: readonly string[];
  /** So many spaces stand before words[i]; behind the last word as many as the last element says. */
  readonly spaces: readonly number[];
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

export function tokenize(text: string): Tokens {
  const words: string[] = [];
  const spaces: number[] = [];
  const varies: boolean[] = [];
  let from = 0;
  let before = 0;
  let hasDigit = false;
  const push = (word: string): void => {
    words.push(word);
    spaces.push(before);
    varies.push(hasDigit);
    before = 0;
    hasDigit = false;
  };
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? asciiClasses[code] : classOf(text[i] as string);
    if (kind === letter) continue;
    if (kind === digit) {
      hasDigit = true;
      continue;
    }
    if (i > from) push(text.slice(from, i));
    from = i + 1;
    if (kind === blank) before++;
    else push(text[i] as string);
  }
  if (from < text.length) push(text.slice(from));
  spaces.push(before);
  return { words, spaces, varies };
}

export function join({ words, spaces }: Pick<Tokens, 'words' | 'spaces'>): string {
  let text = '';
  for (let i = 0; i < spaces.length; i++) text += ' '.repeat(spaces[i] as number) + (words[i] ?? '');
  return text;
}
