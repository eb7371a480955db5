import { expect, test } from 'vitest';
import { KnownInBlock, withoutDuplicates } from '../../../src/ingest/head/duplicates.js';
import { OpenBlock } from '../../../src/ingest/head/open-block.js';
import type { EntryBatch } from '../../../src/model/entry-batch.js';
import { batchOfRows } from '../../helpers/batches.js';
import { type Prng, prng } from '../../helpers/prng.js';

const textOf = (batch: EntryBatch, row: number): string => {
  const line = Buffer.from(batch.lines.subarray(batch.lineEnd[row - 1] ?? 0, batch.lineEnd[row])).toString();
  return `${batch.baseNs + BigInt(batch.offsetNs[row] as number)} ${line}`;
};
const textsOf = (batch: EntryBatch): string[] => Array.from({ length: batch.count }, (_, row) => textOf(batch, row));

/** Batches as one writer sends them, as several do at a time, and in no order at all; many with the same times. */
function randomBatches(random: Prng): EntryBatch[] {
  const writers = random.pick([1, 2, 4]);
  const step = random.pick([0, 1, 5]);
  const lines = random.pick([6, 60]);
  const isDisordered = random.int(3) === 0;
  const next = Array.from({ length: writers }, () => random.int(20));
  return Array.from({ length: 1 + random.int(40) }, () => {
    const writer = random.int(writers);
    const rows = Array.from({ length: 1 + random.int(20) }, () => {
      next[writer] = (next[writer] as number) + (random.int(8) === 0 ? -random.int(6) : random.int(step + 1));
      const ns = BigInt(isDisordered ? random.int(200) : (next[writer] as number)) + 1_000n;
      return { ns, line: Buffer.from(`line ${random.int(lines)}`), metadata: {} };
    });
    return batchOfRows(rows);
  });
}

test('what is dropped is what a set of all entries so far would drop', () => {
  const random = prng();
  for (let i = 0; i < 300; i++) {
    const batches = randomBatches(random);
    const block = new OpenBlock(batches[0]?.baseNs ?? 0n, 1, 0);
    const known = new KnownInBlock(block);
    const seen = new Set<string>();
    for (const [k, batch] of batches.entries()) {
      const want = textsOf(batch).filter((text) => !seen.has(text) && seen.add(text));
      const fresh = withoutDuplicates(batch, block.count === 0 ? null : known);
      expect(textsOf(fresh), `seed ${random.seed}, run ${i}, batch ${k}`).toEqual(want);
      block.append(fresh, 0, 2 ** 20, { seq: k, row: 0 });
    }
  }
});
