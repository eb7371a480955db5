import { describe, expect, test } from 'vitest';
import { OpenBlock } from '../../../src/ingest/head/open-block.js';
import { allColumns, linesOnly } from '../../../src/model/column-needs.js';
import type { EntryBatch } from '../../../src/model/entry-batch.js';
import { batchOfRows } from '../../helpers/batches.js';

const rows = (...given: readonly (readonly [ns: number, line: string, level: string])[]): EntryBatch =>
  batchOfRows(given.map(([ns, line, level]) => ({ ns: BigInt(ns), line: Buffer.from(line), metadata: { level } })));

function block(...batches: readonly EntryBatch[]): OpenBlock {
  const open = new OpenBlock(batches[0]?.baseNs ?? 0n, 1, 0);
  for (const batch of batches) open.append(batch, 0, 2 ** 18, { seq: 1, row: 0 });
  return open;
}

function shown(batch: EntryBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const line = Buffer.from(batch.lines.subarray(batch.lineEnd[i - 1] ?? 0, batch.lineEnd[i])).toString();
    const metadata = batch.metadata.map(
      ({ name, dictionary, ids }) => `${name}=${dictionary.get((ids[i] as number) - 1)}`,
    );
    return [batch.baseNs + BigInt(batch.offsetNs[i] as number), line, ...metadata].join(' ');
  });
}

describe('An open block', () => {
  test('of one entry grows without a trace in other blocks, or in what was seen of it', () => {
    const [first, other] = [block(rows([5, 'a', 'info'])), block(rows([7, 'b', 'warn']))];
    const before = first.snapshot();
    const seen = before.read(allColumns);
    for (let ns = 6; ns < 40; ns++)
      first.append(rows([ns, `line ${ns}`, `level-${ns % 12}`]), 0, 2 ** 18, { seq: 2, row: 0 });
    for (const batch of [seen, before.read(allColumns)]) expect(shown(batch)).toEqual(['5 a level=info']);
    expect(shown(other.arrived())).toEqual(['7 b level=warn']);
    expect(shown(first.arrived())).toEqual([
      '5 a level=info',
      ...Array.from({ length: 34 }, (_, i) => `${i + 6} line ${i + 6} level=level-${(i + 6) % 12}`),
    ]);
  });

  test('shows the columns that are asked for', () => {
    const given = block(rows([1, 'a', 'info'], [2, 'b', 'warn'])).snapshot();
    expect(shown(given.read(linesOnly))).toEqual(['1 a', '2 b']);
    expect(given.read({ lines: 'lengths', metadata: [] })).toMatchObject({ count: 2, lines: new Uint8Array(0) });
    expect([...given.read({ lines: 'lengths', metadata: [] }).lineEnd]).toEqual([1, 2]);
  });

  test('puts what is large into shared memory', () => {
    const { lines, offsetNs } = block(rows([1, 'a', 'x']), rows([2, 'b'.repeat(5000), 'x'])).arrived();
    expect(lines.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(offsetNs.buffer).not.toBeInstanceOf(SharedArrayBuffer);
  });
});
