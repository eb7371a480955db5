/** A tail over a clock that stands still and a client that reads when it is told to. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { LogEntry } from '../../src/logql/engine/querier.js';
import { parseLogExpr } from '../../src/logql/syntax/parser.js';
import { Labels } from '../../src/model/labels.js';
import { type DroppedEntry, Tailer, type TailOptions } from '../../src/tail/tailer.js';
import { batchOfRows } from '../helpers/batches.js';
import { FakeClock } from '../helpers/fake-clock.js';

const app = Labels.from({ app: 'a' });
let clock: FakeClock;
let isBlocked: boolean;
let frames: { lines: string[]; dropped: readonly DroppedEntry[] }[];
let closed: string[];
beforeEach(() => {
  clock = new FakeClock();
  isBlocked = false;
  frames = [];
  closed = [];
});

const textOf = ({ line }: LogEntry): string => (typeof line === 'string' ? line : Buffer.from(line).toString('utf8'));
const lines = (): string[] => frames.flatMap((f) => f.lines);
const dropped = (): number => frames.reduce((n, f) => n + f.dropped.length, 0);

function start(options: Partial<TailOptions> = {}): Tailer {
  return new Tailer({
    expr: parseLogExpr('{app="a"}'),
    matches: (labels) => labels.get('app') === 'a',
    delayMs: 0,
    maxDurationMs: 3_600_000,
    clock,
    sink: {
      blocked: () => isBlocked,
      send: (entries, lost) => void frames.push({ lines: entries.map(textOf), dropped: lost }),
      close: (reason) => void closed.push(reason),
    },
    ...options,
  });
}

/** One push of lines at these seconds from now. */
function appended(tail: Tailer, ...entries: readonly (readonly [seconds: number, line: string])[]): void {
  const rows = entries.map(([seconds, line]) => ({
    ns: clock.nowNs() + BigInt(Math.round(seconds * 1e9)),
    line: Buffer.from(line),
    metadata: {},
  }));
  tail.append(app, batchOfRows(rows.sort((a, b) => Number(a.ns - b.ns))));
}

const history = (...texts: readonly string[]): LogEntry[] => {
  const seen: LogEntry[] = [];
  const tail = start({
    sink: { blocked: () => false, send: (entries) => void seen.push(...entries), close: () => undefined },
  });
  tail.begin([]);
  appended(tail, ...texts.map((line): [number, string] => [-1, line]));
  clock.advance(50);
  tail.stop();
  return seen;
};

describe('order', () => {
  test('nothing is sent before history, which goes first', () => {
    const past = history('old 1', 'old 2');
    const tail = start();
    appended(tail, [0, 'new']);
    clock.advance(1000);
    expect(frames).toEqual([]);
    tail.begin(past);
    clock.advance(50);
    expect(lines()).toEqual(['old 1', 'old 2', 'new']);
  });

  test('what was appended between two frames goes by time, whatever its stream', () => {
    const tail = start();
    tail.begin([]);
    appended(tail, [0.002, 'third'], [0.003, 'fourth']);
    appended(tail, [0.001, 'first'], [0.001, 'second']);
    clock.advance(50);
    expect(lines()).toEqual(['first', 'second', 'third', 'fourth']);
  });

  test('with a delay, lines are held back until they are so old', () => {
    const tail = start({ delayMs: 3000 });
    tail.begin([]);
    appended(tail, [0, 'now'], [-2, 'late already'], [-10, 'long late']);
    clock.advance(50);
    expect(lines()).toEqual(['long late']);
    clock.advance(1000);
    expect(lines()).toEqual(['long late', 'late already']);
    appended(tail, [-2, 'later, but of an earlier time']);
    clock.advance(2000);
    expect(lines().slice(2)).toEqual(['later, but of an earlier time', 'now']);
  });

  test('a line of the future is held back no longer than the delay', () => {
    const tail = start({ delayMs: 1000 });
    tail.begin([]);
    appended(tail, [86_400, 'tomorrow']);
    clock.advance(950);
    expect(lines()).toEqual([]);
    clock.advance(100);
    expect(lines()).toEqual(['tomorrow']);
  });
});

describe('what passes', () => {
  test('other streams and lines that the query does not want are left out', () => {
    const tail = start({ expr: parseLogExpr('{app="a"} |= "paid" | logfmt | id > 1 | line_format "{{.id}}"') });
    tail.begin([]);
    tail.append(
      Labels.from({ app: 'b' }),
      batchOfRows([{ ns: clock.nowNs(), line: Buffer.from('id=5 paid'), metadata: {} }]),
    );
    appended(tail, [0, 'id=1 paid'], [0, 'id=2 paid'], [0, 'id=3 open']);
    clock.advance(50);
    expect(lines()).toEqual(['2']);
  });

  test('after very many lines it goes on as before', () => {
    const tail = start({ expr: parseLogExpr('{app="a"} | logfmt | n >= 0') });
    tail.begin([]);
    for (let i = 0; i < 300; i++) {
      appended(tail, ...Array.from({ length: 1000 }, (_, k): [number, string] => [0, `n=${i * 1000 + k}`]));
      clock.advance(50);
    }
    expect(lines().length).toBe(300_000);
    expect(lines().at(-1)).toBe('n=299999');
  });
});

describe('a client that does not keep up', () => {
  test('loses lines, and is told which', () => {
    const tail = start();
    tail.begin([]);
    isBlocked = true;
    appended(tail, [0, 'lost 1'], [0.001, 'lost 2']);
    clock.advance(5000);
    isBlocked = false;
    appended(tail, [0, 'seen']);
    clock.advance(50);
    expect(frames.map((f) => [f.lines, f.dropped.length])).toEqual([[['seen'], 2]]);
    expect(frames[0]?.dropped[0]?.labels.get('app')).toBe('a');
    appended(tail, [0, 'next']);
    clock.advance(50);
    expect(frames.at(-1)).toEqual({ lines: ['next'], dropped: [] });
  });

  test('is told of losses also when nothing follows', () => {
    const tail = start();
    tail.begin([]);
    isBlocked = true;
    appended(tail, [0, 'lost']);
    clock.advance(100);
    isBlocked = false;
    clock.advance(100);
    expect(frames.map((f) => [f.lines, f.dropped.length])).toEqual([[[], 1]]);
  });

  test('is told of at most a thousand', () => {
    const tail = start();
    tail.begin([]);
    isBlocked = true;
    appended(tail, ...Array.from({ length: 3000 }, (): [number, string] => [0, 'x']));
    clock.advance(100);
    isBlocked = false;
    clock.advance(100);
    expect(dropped()).toBe(1000);
  });

  test('is closed after 15 seconds, and not when it reads in between', () => {
    const tail = start();
    tail.begin([]);
    isBlocked = true;
    clock.advance(14_000);
    isBlocked = false;
    clock.advance(100);
    isBlocked = true;
    clock.advance(14_900);
    expect(closed).toEqual([]);
    clock.advance(300);
    expect(closed).toEqual(['the client is too slow: it read nothing for 15s']);
    expect(clock.pending).toBe(0);
  });

  test('gets history piece by piece, as it reads', () => {
    const past = history(...Array.from({ length: 1000 }, (_, i) => `line ${i}`));
    let sent = 0;
    const tail = start({
      sink: {
        blocked: () => sent >= 3,
        send: (entries, lost) => {
          sent++;
          frames.push({ lines: entries.map(textOf), dropped: lost });
        },
        close: (reason) => void closed.push(reason),
      },
    });
    tail.begin(past);
    clock.advance(1000);
    expect(lines()).toHaveLength(300);
    for (let i = 0; i < 3; i++) {
      sent = 0;
      clock.advance(50);
    }
    expect(lines()).toEqual(Array.from({ length: 1000 }, (_, i) => `line ${i}`));
  });
});

describe('bounds', () => {
  test('a frame has at most a hundred entries, and about a mebibyte', () => {
    const tail = start();
    tail.begin([]);
    appended(tail, ...Array.from({ length: 250 }, (): [number, string] => [0, 'x']));
    clock.advance(50);
    expect(frames.map((f) => f.lines.length)).toEqual([100, 100, 50]);
    frames = [];
    appended(tail, ...Array.from({ length: 5 }, (): [number, string] => [0, 'x'.repeat(600_000)]));
    clock.advance(50);
    expect(frames.map((f) => f.lines.length)).toEqual([2, 2, 1]);
  });

  test('what waits is at most eight mebibytes and ten thousand entries: the rest is dropped', () => {
    const tail = start({ delayMs: 1000 });
    tail.begin([]);
    appended(tail, ...Array.from({ length: 20 }, (): [number, string] => [0, 'x'.repeat(1 << 20)]));
    clock.advance(1100);
    expect([lines().length, dropped()]).toEqual([8, 12]);
    appended(tail, ...Array.from({ length: 10_500 }, (): [number, string] => [0, 'x']));
    clock.advance(1100);
    expect([lines().length, dropped()]).toEqual([10_008, 512]);
  });

  test('it ends after its longest duration, and leaves no timer', () => {
    const tail = start({ maxDurationMs: 60_000 });
    tail.begin([]);
    clock.advance(59_900);
    expect(closed).toEqual([]);
    clock.advance(200);
    expect(closed).toEqual(['reached tail max duration limit']);
    expect(clock.pending).toBe(0);
    appended(tail, [0, 'too late']);
    clock.advance(100);
    expect(frames).toEqual([]);
  });
});
