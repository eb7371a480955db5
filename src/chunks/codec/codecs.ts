/** The compressions of sections: identifier in files <-> name in the configuration <-> functions. */
import { FormatError } from '../bytes.js';
import { type Codec, none } from './codec.js';
import { flate, gzip } from './deflate.js';
import { lz4 } from './lz4.js';
import { snappy } from './snappy.js';
import { zstd, zstdReady } from './zstd.js';

const codecs: readonly Codec[] = [none, gzip, lz4, snappy, flate, zstd];

/** Loki's names of LZ4 differ in the size of its frames only; here a section is one LZ4 block of its own size. */
const aliases: Readonly<Record<string, Codec>> = { 'lz4-64k': lz4, 'lz4-256k': lz4, 'lz4-1M': lz4 };

/** In Loki's order, as its error text lists them. */
export const codecNames = ['none', 'gzip', 'lz4-64k', 'snappy', 'lz4-256k', 'lz4-1M', 'lz4', 'flate', 'zstd'] as const;

/** Case does not count, as in Loki. Throws with Loki's text when there is no such compression. */
export function codecNamed(name: string): Codec {
  const wanted = codecNames.find((known) => known.toLowerCase() === name.toLowerCase());
  const codec = wanted === undefined ? undefined : (aliases[wanted] ?? codecs.find((c) => c.name === wanted));
  if (codec === undefined) throw new Error(`invalid encoding: ${name}, supported: ${codecNames.join(', ')}`);
  return codec;
}

export function codecById(id: number): Codec {
  const codec = codecs.find((c) => c.id === id);
  if (codec === undefined) throw new FormatError(`unknown compression ${id}`);
  return codec;
}

/** Resolves when every codec can be used. Call it before the first block is written or read, in each thread. */
export async function codecsReady(): Promise<void> {
  await zstdReady();
}
