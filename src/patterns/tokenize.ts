/** Cuts a line into the tokens that patterns are made of, and joins them again. */

export interface Tokens {
  readonly words: readonly string[];
  /** A space stood before words[i] when spaced[i]. */
  readonly spaced: readonly boolean[];
}

/** Punctuation that holds ids, paths, times and numbers together. */
const joins = new Set('_-.:/');
const punctuation = /[\p{P}=]/u;

export function tokenize(line: string): Tokens {
  const words: string[] = [];
  const spaced: boolean[] = [];
  let from = 0;
  let space = false;
  const cut = (to: number) => {
    if (to > from) {
      words.push(line.slice(from, to));
      spaced.push(space);
      space = false;
    }
  };
  for (let i = 0; i < line.length; i++) {
    const ch = line[i] as string;
    if (ch === ' ') {
      cut(i);
      space = true;
      from = i + 1;
    } else if (!joins.has(ch) && punctuation.test(ch)) {
      cut(i);
      words.push(ch);
      spaced.push(space);
      space = false;
      from = i + 1;
    }
  }
  cut(line.length);
  return { words, spaced };
}

export function join({ words, spaced }: Tokens): string {
  return words.map((word, i) => (spaced[i] && i > 0 ? ` ${word}` : word)).join('');
}
