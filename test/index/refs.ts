/** Chunk references for index tests, without packs behind them. */
import type { ChunkRef } from '../../src/model/chunk-ref.js';
import { Labels } from '../../src/model/labels.js';

export const second = 1_000_000_000n;

/** `from` and `through` in seconds. */
export function ref(
  labels: Readonly<Record<string, string>>,
  from: number,
  through: number,
  more: Partial<ChunkRef> = {},
): ChunkRef {
  return {
    ...{ tenant: 'fake', labels: Labels.from(labels), pack: 'fake/1970-01-01/a.pack', metaOffset: 100, metaBytes: 50 },
    ...{ fromNs: BigInt(from) * second, throughNs: BigInt(through) * second },
    ...{ entries: 10, rawBytes: 1000, storedBytes: 200, ...more },
  };
}

export const range = (start: number, end: number) => ({ start: BigInt(start) * second, end: BigInt(end) * second });
