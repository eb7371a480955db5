/** Batches made of plain values, for tests of what reads them. */
import { dictionaryOf, type MetadataColumn } from '../../src/model/columns.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';
import type { Nanos } from '../../src/model/time.js';

export interface BatchOptions {
  /** Structured metadata of each row; rows beyond its end have none. */
  readonly metadata?: readonly Readonly<Record<string, string>>[];
  /** Of the first entry; the others follow a second apart. */
  readonly baseNs?: Nanos;
}

export function batchOf(lines: readonly (string | Uint8Array)[], options: BatchOptions = {}): EntryBatch {
  const { metadata = [], baseNs = 1_767_247_200_000_000_000n } = options;
  const encoded = lines.map((line) => (typeof line === 'string' ? Buffer.from(line, 'utf8') : line));
  const lineEnd = new Uint32Array(lines.length);
  let end = 0;
  for (const [i, line] of encoded.entries()) {
    end += line.length;
    lineEnd[i] = end;
  }
  return {
    count: lines.length,
    baseNs,
    offsetNs: Float64Array.from(lines, (_line, i) => i * 1e9),
    lines: new Uint8Array(Buffer.concat(encoded)),
    lineEnd,
    metadata: columnsOf(metadata, lines.length),
  };
}

function columnsOf(rows: readonly Readonly<Record<string, string>>[], count: number): MetadataColumn[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].sort();
  return names.map((name) => {
    const values = [...new Set(rows.flatMap((row) => (name in row ? [row[name] as string] : [])))];
    const ids = new Uint32Array(count);
    for (const [i, row] of rows.entries()) if (name in row) ids[i] = values.indexOf(row[name] as string) + 1;
    return { name, dictionary: dictionaryOf(values), ids };
  });
}

/** All rows, oldest first. */
export const allRows = (batch: EntryBatch): Uint32Array => Uint32Array.from({ length: batch.count }, (_, i) => i);
