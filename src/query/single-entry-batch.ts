/** One line as a batch, for running stages over it outside a scan. */
import type { EntryBatch } from '../model/entry-batch.js';

export const singleEntryBatch = (line: Uint8Array): EntryBatch => ({
  count: 1,
  baseNs: 0n,
  offsetNs: new Float64Array(1),
  lines: line,
  lineEnd: Uint32Array.of(line.length),
  metadata: [],
});
