/** EntryBatches for tests: from plain rows, random ones, and back to rows to be compared. */
import { dictionaryOf } from '../../src/model/columns.js';
import type { EntryBatch } from '../../src/model/entry-batch.js';
import type { Prng } from './prng.js';

export interface Row {
  readonly ns: bigint;
  readonly line: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Rows must be in the order of their times. */
export function batchOfRows(rows: readonly Row[], baseNs: bigint = rows[0]?.ns ?? 0n): EntryBatch {
  const lines = Buffer.concat(rows.map((row) => row.line));
  const lineEnd = new Uint32Array(rows.length);
  let end = 0;
  rows.forEach((row, i) => {
    end += row.line.length;
    lineEnd[i] = end;
  });
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.metadata)))].sort();
  const metadata = names.map((name) => {
    const values = [...new Set(rows.flatMap((row) => row.metadata[name] ?? []))];
    const ids = Uint32Array.from(rows, (row) =>
      row.metadata[name] === undefined ? 0 : values.indexOf(row.metadata[name]) + 1,
    );
    return { name, dictionary: dictionaryOf(values), ids };
  });
  const offsetNs = Float64Array.from(rows, (row) => Number(row.ns - baseNs));
  return { count: rows.length, baseNs, offsetNs, lines: new Uint8Array(lines), lineEnd, metadata };
}

/** Throws where the batch is not well formed. */
export function rowsOf(batch: EntryBatch): Row[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const metadata: Record<string, string> = {};
    for (const { name, dictionary, ids } of batch.metadata) {
      const id = ids[i] as number;
      if (id !== 0) metadata[name] = dictionary.get(id - 1);
    }
    const line = batch.lines.slice(i === 0 ? 0 : batch.lineEnd[i - 1], batch.lineEnd[i]);
    return { ns: batch.baseNs + BigInt(batch.offsetNs[i] as number), line, metadata };
  });
}

/** A row as text, for readable differences. */
export const shown = (rows: readonly Row[]): string[] =>
  rows.map(
    (row) =>
      `${row.ns} ${Buffer.from(row.line).toString('latin1')} ${JSON.stringify(Object.entries(row.metadata).sort())}`,
  );

/** All that a block may meet: equal times, large gaps, empty and binary lines, no metadata, constant or unique values. */
export function randomRows(random: Prng, count = 1 + random.int(random.pick([1, 3, 30, 600]))): Row[] {
  const step = random.pick([0, 1, 1000, 1_000_000, 7_200_000_000, 2 ** 40]);
  const regular = random.int(2) === 0;
  const lineLength = random.pick([0, 5, 100, 400]);
  const binary = random.int(3) === 0;
  const columns = Array.from({ length: random.pick([0, 0, 1, 3, 20]) }, (_, c) => ({
    name: `column_${c}`,
    values: random.pick([1, 5, 300, 1e6]),
    chance: random.pick([1, 0.9, 0.05, 0]),
  }));
  let ns = BigInt(random.pick([0, 1_767_225_600_000, -9_000_000_000])) * 1_000_000n + BigInt(random.int(1000));
  return Array.from({ length: count }, (): Row => {
    ns += BigInt(regular ? step : Math.floor(random.next() * step));
    const length = random.int(lineLength + 1);
    const line = binary
      ? random.bytes(length)
      : new Uint8Array(Buffer.from('level=info msg="ping ok" é '.repeat(20)).subarray(0, length));
    const metadata: Record<string, string> = {};
    for (const { name, values, chance } of columns) {
      if (random.next() < chance) metadata[name] = `värde ${random.int(values)}`;
    }
    return { ns, line, metadata };
  });
}
