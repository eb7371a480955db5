import { describe, expect, test } from 'vitest';
import { type AddressedBlock, hashOf } from '../../../src/chunks/block-address.js';
import type { ColumnNeeds } from '../../../src/model/column-needs.js';
import { type ScanItem, workBytes } from '../../../src/query/scan/scan-item.js';
import { splitTasks } from '../../../src/query/scan/split-tasks.js';
import { batchOfRows } from '../../helpers/batches.js';

const KiB = 1024;
const lines: ColumnNeeds = { lines: 'bytes', metadata: [] };
const times: ColumnNeeds = { lines: 'none', metadata: [] };

function item(
  rawBytes: number,
  changes: { rank?: number; hash?: number | null; count?: number; isDecoded?: boolean } = {},
): ScanItem {
  const { rank = 0, hash = 1, count = 1, isDecoded = false } = changes;
  const block: AddressedBlock = {
    ...{ fromNs: 0n, throughNs: 0n, count, rawBytes, hash },
    read: () => batchOfRows([]),
    isDecoded: () => isDecoded,
    address: () => ({ kind: 'stored', path: '', pack: '', metaOffset: 0, metaBytes: 0, index: 0 }),
  };
  return { block, head: false, rank, place: 0 };
}
const many = (count: number, make: (i: number) => ScanItem) => Array.from({ length: count }, (_, i) => make(i));
const sizes = (items: readonly ScanItem[], needs = lines) =>
  splitTasks(items, needs, false, 100 * KiB).tasks.map((task) => task.items.length);

describe('splitTasks', () => {
  test('makes tasks of about the bytes asked for, and keeps the order', () => {
    const items = many(10, () => item(40 * KiB));
    expect(sizes(items)).toEqual([3, 3, 3, 1]);
    expect(splitTasks(items, lines, false, 100 * KiB).tasks.flatMap((task) => task.items)).toEqual(items);
    expect(splitTasks([], lines, false)).toEqual({ tasks: [], here: [] });
  });

  test('counts only what is decoded: times and lengths are small', () => {
    const items = many(10, () => item(400 * KiB, { count: 600 }));
    expect(sizes(items)).toEqual(many(10, () => item(1)).map(() => 1));
    expect(sizes(items, times)).toEqual([10]);
  });

  test('makes no task of more than 128 blocks', () => {
    expect(
      splitTasks(
        many(300, () => item(9 * KiB)),
        lines,
        false,
        2 ** 30,
      ).tasks.map((task) => task.items.length),
    ).toEqual([128, 128, 44]);
  });

  test('cuts at the same blocks when the scan begins a little later, and gives the tasks the same lanes', () => {
    const items = many(400, (i) => item(40 * KiB, { hash: hashOf('a.pack', i * 50_000) }));
    const cuts = (from: number) =>
      splitTasks(items.slice(from), lines, false, 1000 * KiB).tasks.map(
        (task) => `${items.indexOf(task.items[0] as ScanItem)}: ${task.lane}`,
      );
    const [whole, later] = [new Set(cuts(0)), cuts(7)];
    expect(later.filter((cut) => whole.has(cut)).length).toBeGreaterThan(later.length / 2);
  });

  test('leaves here what no other thread can read, and what is too small to be sent', () => {
    const [hidden, small, large] = [item(100 * KiB, { hash: null }), item(5 * KiB), item(100 * KiB)];
    const { block } = hidden;
    const plain = {
      ...hidden,
      block: { fromNs: 0n, throughNs: 0n, count: 1, rawBytes: block.rawBytes, read: block.read },
    };
    expect(splitTasks([hidden, plain, small, large], lines, false)).toEqual({
      tasks: [{ items: [large], lane: 1 }],
      here: [hidden, plain, small],
    });
  });

  test('keeps the blocks of a stream in order when that matters: behind one for here, all are for here', () => {
    const items = [item(99 * KiB), item(1), item(98 * KiB), item(97 * KiB, { rank: 1 })];
    const shown = ({ block }: ScanItem) => block.rawBytes;
    const { tasks, here } = splitTasks(items, lines, true, 2 ** 20);
    expect(tasks.map((task) => task.items.map(shown))).toEqual([[99 * KiB, 97 * KiB]]);
    expect(here.map(shown)).toEqual([1, 98 * KiB]);
    expect(splitTasks(items, lines, false, 2 ** 20).here.map(shown)).toEqual([1]);
  });
});

describe('workBytes', () => {
  test('counts a quarter of what is decoded already', () => {
    expect(workBytes([item(1000), item(1000, { isDecoded: true })], lines)).toBe(1016 * 1.25);
    expect(workBytes([item(1000, { count: 10 })], times)).toBe(160);
  });

  test('takes blocks of other kinds for not decoded', () => {
    const block = { fromNs: 0n, throughNs: 0n, count: 1, rawBytes: 84, read: () => batchOfRows([]) };
    expect(workBytes([{ block, head: false, rank: 0, place: 0 }], lines)).toBe(100);
  });
});
