/** What loki-keys.ts says about a key. */
import { knownSections, sharedBlocks } from './loki-keys.js';
import { kinds, ValueError } from './option.js';
import { numberOf, type Raw } from './raw.js';
import { parseSize, UnitError } from './units.js';

const checks = {
  text: kinds.text.parse,
  bool: kinds.bool.parse,
  float: kinds.float.parse,
  list: kinds.list.parse,
  duration: kinds.duration.parse,
  size: kinds.size.parse,
  /** Some of these are sizes in one of the versions. */
  int: (raw: Raw): number => {
    if (raw.kind !== 'scalar' || raw.text === null || numberOf(raw) !== null) return kinds.int.parse(raw);
    try {
      return parseSize(raw.text);
    } catch (error) {
      if (error instanceof UnitError) throw new ValueError(`cannot unmarshal !!str \`${raw.text}\` into int`);
      throw error;
    }
  },
  any: (): void => {},
} satisfies Record<string, (raw: Raw) => unknown>;

export type KnownType = keyof typeof checks;
export type KnownBlock = ReadonlyMap<string, KnownType | LazyBlock>;
/** Read when the file has the block. */
export type LazyBlock = () => KnownBlock;

/** Throws ValueError when the value is not of the type. */
export function checkKnown(type: KnownType, raw: Raw): void {
  checks[type](raw);
}

/** The top of the file. */
export const knownKeys: LazyBlock = () =>
  new Map(
    Object.entries(knownSections).map(([name, text]) => [
      name,
      text.startsWith('=') ? (text.slice(1) as KnownType) : () => readBlock(text, sharedBlocks),
    ]),
  );

/** A block from its text, in the notation of loki-keys.ts; `shared` are the blocks that it may refer to. */
export function readBlock(text: string, shared: Readonly<Record<string, string>>): KnownBlock {
  const words = (text.startsWith('@') ? (shared[text.slice(1)] as string) : text).trim().split(/\s+/);
  let at = 0;
  const block = (): KnownBlock => {
    const keys = new Map<string, KnownType | LazyBlock>();
    for (; at < words.length && words[at] !== ')'; at++) {
      const [name, type = 'text'] = (words[at] as string).split(':') as [string, string?];
      if (type === '(') {
        at++;
        const inner = block();
        keys.set(name, () => inner);
      } else if (type.startsWith('@')) {
        keys.set(name, () => readBlock(type === '@' ? `@${name}` : type, shared));
      } else {
        keys.set(name, type as KnownType);
      }
    }
    return keys;
  };
  return block();
}
