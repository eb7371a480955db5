import { describe, expect, test } from 'vitest';
import { compilePipeline } from '../../../src/logql/pipeline/pipeline.js';
import { parseLogExpr } from '../../../src/logql/syntax/parser.js';
import { DamageError } from '../../../src/model/block-source.js';
import type { ColumnNeeds } from '../../../src/model/column-needs.js';
import { Labels } from '../../../src/model/labels.js';
import { FirstEntries } from '../../../src/query/scan/first-entries.js';
import { LineReader } from '../../../src/query/scan/line-reader.js';
import { noCounters, ScanContext } from '../../../src/query/scan/scan-context.js';
import { logItems, perStream } from '../../../src/query/scan/scan-item.js';
import { scanLogs } from '../../../src/query/scan/scan-logs.js';
import type { SourceBlock, StreamSource } from '../../../src/query/stream-source.js';
import { batchOfRows } from '../../helpers/batches.js';

/** A block with entries at these times; their lines are the times, with `mark` before them. */
function block(times: readonly number[], options: { mark?: string; head?: boolean; damaged?: boolean } = {}) {
  const { mark = '', head = false, damaged = false } = options;
  const batch = batchOfRows(times.map((ns) => ({ ns: BigInt(ns), line: Buffer.from(`${mark}${ns}`), metadata: {} })));
  const source = {
    fromNs: BigInt(times[0] as number),
    throughNs: BigInt(times.at(-1) as number),
    count: times.length,
    rawBytes: batch.lines.length,
    reads: 0,
    /** What each read asked of the lines. */
    asked: [] as string[],
    damaged,
    read({ lines }: ColumnNeeds) {
      source.reads++;
      source.asked.push(lines);
      if (source.damaged) throw new DamageError('a.pack', 7, 'checksum');
      return batch;
    },
  };
  return { block: source, head } satisfies SourceBlock;
}

const stream = (app: string, ...blocks: SourceBlock[]): StreamSource => ({
  labels: Labels.from({ app }),
  blocks,
  chunks: 0,
});

interface Asked {
  readonly limit?: number;
  readonly backward?: boolean;
  readonly query?: string;
  readonly start?: number;
  readonly end?: number;
  readonly bytesMax?: number;
  readonly heldBytes?: number;
  /** False: the lines are not looked at. */
  readonly isRead?: boolean;
  readonly onBreathe?: () => void;
}

async function scan(streams: readonly StreamSource[], asked: Asked = {}) {
  const {
    limit = 100,
    backward = false,
    query = '{app=~".+"}',
    start = 0,
    end = 1000,
    bytesMax,
    heldBytes,
    isRead = true,
    onBreathe,
  } = asked;
  const labelsOf = (rank: number): Labels => (streams[rank] as StreamSource).labels;
  const expr = parseLogExpr(query);
  const pipeline = compilePipeline(expr);
  const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
  const into = new FirstEntries(limit, backward, labelsOf, heldBytes);
  const damages: DamageError[] = [];
  const counters = noCounters();
  const context = new ScanContext(
    counters,
    () => void onBreathe?.(),
    (e) => damages.push(e),
  );
  const done = await scanLogs(
    logItems(streams, backward),
    {
      range: { start: BigInt(start), end: BigInt(end) },
      direction: backward ? 'backward' : 'forward',
      limit,
      pipeline,
      streamOf,
      reader: new LineReader(expr, pipeline, labelsOf),
    },
    into,
    context,
    bytesMax,
  );
  const entries = into.take();
  const lines = isRead ? entries.map(({ line }) => Buffer.from(line as string).toString()) : [];
  return { entries, lines, damages, counters, done };
}

describe('a scan for entries', () => {
  test('gives those of the range, start included, end not', async () => {
    const { lines } = await scan([stream('a', block([1, 2, 3, 4]))], { start: 2, end: 4 });
    expect(lines).toEqual(['2', '3']);
  });

  test('merges blocks that overlap, in both directions', async () => {
    const streams = [stream('a', block([1, 4, 7]), block([2, 5, 8])), stream('b', block([3, 6, 9]))];
    expect((await scan(streams)).lines).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect((await scan(streams, { backward: true, limit: 4 })).lines).toEqual(['9', '8', '7', '6']);
  });

  test('does not read blocks behind the last entry that is needed', async () => {
    const [old, middle, young] = [block([1, 2]), block([3, 4]), block([5, 6])];
    await scan([stream('a', old, middle, young)], { backward: true, limit: 2 });
    expect([old, middle, young].map(({ block: { reads } }) => reads)).toEqual([0, 0, 1]);
    await scan([stream('a', old, middle, young)], { limit: 3 });
    expect([old, middle, young].map(({ block: { reads } }) => reads)).toEqual([1, 1, 1]);
  });

  test('reads a block that ends exactly at the last entry: a tie may be decided there', async () => {
    const [a, b] = [block([5, 6]), block([3, 5])];
    await scan([stream('a', a), stream('b', b)], { backward: true, limit: 2 });
    expect(b.block.reads).toBe(1);
  });

  test('stops in a block at the limit, and at rows that are of no use', async () => {
    const { counters } = await scan([stream('a', block([1, 2, 3, 4, 5]))], { limit: 2 });
    expect(counters.postFilterLines).toBe(2);
    const other = await scan([stream('a', block([8, 9])), stream('b', block([1, 2, 3, 9]))], {
      limit: 2,
      backward: true,
    });
    expect(other.lines.slice(1)).toEqual(['9']);
    expect(other.counters.postFilterLines).toBe(3);
  });

  test('gives equal times of a stream by arrival: what is stored, then the head in its order', async () => {
    const head = block([1, 5], { mark: 'h', head: true });
    const young = block([3, 5], { mark: 'y', head: true });
    const stored = block([2, 5], { mark: 's' });
    const streams = [stream('a', head, young, stored)];
    expect((await scan(streams)).lines.slice(3)).toEqual(['s5', 'h5', 'y5']);
    expect((await scan(streams, { backward: true })).lines.slice(0, 3)).toEqual(['y5', 'h5', 's5']);
  });

  test('filters, and counts what passed', async () => {
    const { lines, counters } = await scan([stream('a', block([10, 11, 20], { head: true }))], {
      query: '{app="a"} |= "1"',
    });
    expect(lines).toEqual(['10', '11']);
    expect(counters).toMatchObject({ headLines: 3, headBytes: 6, storedLines: 0, postFilterLines: 2 });
  });

  test('keeps lines that do not hold on to their block', async () => {
    const streams = [stream('a', block([1, 2, 3]))];
    const labelsOf = (): Labels => (streams[0] as StreamSource).labels;
    const expr = parseLogExpr('{app="a"}');
    const pipeline = compilePipeline(expr);
    const into = new FirstEntries(5, false, labelsOf);
    const batch = streams[0]?.blocks[0]?.block.read(pipeline.needs);
    const range = { start: 0n, end: 9n };
    const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
    const context = new ScanContext(
      noCounters(),
      () => undefined,
      () => undefined,
    );
    await scanLogs(
      logItems(streams, false),
      { range, direction: 'forward', limit: 5, pipeline, streamOf, reader: new LineReader(expr, pipeline, labelsOf) },
      into,
      context,
    );
    for (const { line } of into.take()) expect((line as Uint8Array).buffer).not.toBe(batch?.lines.buffer);
  });

  test('reports a damaged block and serves the rest', async () => {
    const { lines, damages } = await scan([stream('a', block([1], { damaged: true }), block([2]))]);
    expect(lines).toEqual(['2']);
    expect(damages.map(({ file, offset }) => [file, offset])).toEqual([['a.pack', 7]]);
  });

  test('stops when enough was decoded, and says how many blocks are done', async () => {
    const streams = [stream('a', block([1, 2]), block([3, 4]), block([5, 6]))];
    expect((await scan(streams, { bytesMax: 0 })).done).toBe(0);
    expect((await scan(streams, { bytesMax: 1 })).done).toBe(1);
    expect((await scan(streams, { bytesMax: 1, limit: 2 })).done).toBe(3);
    expect((await scan(streams)).done).toBe(3);
  });

  test('breathes before every block, and every 1024 rows of a long one', async () => {
    let breaths = 0;
    const rows = Array.from({ length: 3000 }, (_, i) => i);
    const long = await scan([stream('a', block(rows))], { end: 5000, limit: 5000, onBreathe: () => breaths++ });
    expect(long.lines).toHaveLength(3000);
    expect(long.lines.at(-1)).toBe('2999');
    expect(breaths).toBe(3);
    const cancel = (): void => {
      throw new Error('cancelled');
    };
    await expect(scan([stream('a', block([1]))], { onBreathe: cancel })).rejects.toThrow('cancelled');
  });

  test('breathes every 256 rows where lines are read one by one', async () => {
    let breaths = 0;
    const rows = Array.from({ length: 3000 }, (_, i) => i);
    const query = '{app="a"} | line_format "{{__line__}}"';
    await scan([stream('a', block(rows))], { query, end: 5000, limit: 5000, onBreathe: () => breaths++ });
    expect(breaths).toBe(12);
  });
});

describe('the order of blocks', () => {
  test('is exact for times that are too far apart for a double', () => {
    const far = 2n ** 62n;
    const at = (ns: bigint): SourceBlock => ({
      block: { fromNs: ns, throughNs: ns, count: 1, rawBytes: 1, read: () => batchOfRows([]) },
      head: false,
    });
    const streams = [stream('a', at(0n), at(far + 3n), at(far + 1n), at(far + 2n), at(-far))];
    const edges = (backward: boolean) => logItems(streams, backward).map(({ block: { fromNs } }) => fromNs);
    expect(edges(false)).toEqual([-far, 0n, far + 1n, far + 2n, far + 3n]);
    expect(edges(true)).toEqual([far + 3n, far + 2n, far + 1n, 0n, -far]);
  });
});

describe('Lines that the answer has no room for', () => {
  const streams = () => [stream('a', block([1, 2, 3], { mark: 'line ' }), block([4, 5], { mark: 'line ' }))];
  const blocksOf = ([first]: readonly StreamSource[]) =>
    (first as StreamSource).blocks.map(({ block: b }) => b as Asking);
  type Asking = ReturnType<typeof block>['block'];

  for (const [query, lines] of [
    ['{app="a"}', ['line 1', 'line 2', 'line 3', 'line 4', 'line 5']],
    ['{app="a"} |~ "[135]"', ['line 1', 'line 3', 'line 5']],
    ['{app="a"} | line_format "<{{__line__}}>"', ['<line 1>', '<line 2>', '<line 3>', '<line 4>', '<line 5>']],
  ] as const) {
    test(`are the same when they are read again: ${query}`, async () => {
      for (const heldBytes of [0, 6, 13]) expect((await scan(streams(), { query, heldBytes })).lines).toEqual(lines);
    });
  }

  test('are not decoded before they are sent when no stage reads them', async () => {
    const given = streams();
    expect((await scan(given, { heldBytes: 1 })).lines).toHaveLength(5);
    expect(blocksOf(given).map(({ asked }) => asked)).toEqual([
      ['bytes', 'bytes'],
      ['none', 'bytes'],
    ]);
  });

  test('count as equal when they are: long ones, too', async () => {
    const query = '{app="a"} | line_format "{{ repeat 2000 __line__ | trunc 1500 }}"';
    expect((await scan([stream('a', block([7, 7, 8]))], { query, heldBytes: 0 })).lines).toHaveLength(2);
  });

  test('of a block that was damaged since are told, and end the answer', async () => {
    const given = streams();
    const { entries } = await scan(given, { heldBytes: 0, isRead: false });
    for (const one of blocksOf(given)) one.damaged = true;
    expect(() => entries[0]?.line).toThrow(DamageError);
  });
});
