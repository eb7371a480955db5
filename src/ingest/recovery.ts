/**
 * Start: WAL → head. Two passes over the segments: the first finds what the WAL is not concerned with any more, and all
 * damage; the second shows the rest in the head. Neither changes a whole record, so replaying twice, or after a crash
 * while replaying, gives the same head as once.
 *
 * A torn tail is normal after a crash: the file is cut to its last good frame before anything else is written. Damage is
 * reported, a copy of the segment set aside, and all frames that are whole are replayed.
 */
import type { FileSystem } from '../io/file-system.js';
import { isFileError, readFile, replaceFile } from '../io/file-system.js';
import type { EntryBatch } from '../model/entry-batch.js';
import { sliceRows } from '../model/rows.js';
import type { Head } from './head/head.js';
import { dayOf } from './head/sealed-block.js';
import type { Log } from './log.js';
import { recordType } from './wal/constants.js';
import { Coverage, isBefore, type StreamCoverage } from './wal/coverage.js';
import { type Frame, readSegment, type SegmentRead } from './wal/reader.js';
import { decodeAbandoned, decodeEntries, decodeFlush, type FlushRecord, type Position } from './wal/record.js';
import { parseSegmentFile, type SegmentName, segmentFile } from './wal/segment.js';
import type { ClosedSegment } from './wal/wal.js';

export interface WalDamage {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
}

export interface ScanOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  readonly log: Log;
  readonly onDamage: (damage: WalDamage) => void;
}

/** What the first pass found. */
export interface WalScan {
  /** Oldest first. */
  readonly segments: readonly ClosedSegment[];
  readonly nextSeq: number;
  /** Flushes whose end is in the WAL, and what was moved. */
  readonly coverage: Coverage;
  /** Flushes whose end is not: their packs may be stored or not. */
  readonly unfinished: readonly FlushRecord[];
  /** Packs that must not be there: their entries were flushed again. */
  readonly abandoned: readonly string[];
}

/** Copies of damaged segments that are kept. */
const setAsideMax = 16;

/** Throws when a segment was written by a later version of the program, or cannot be read. */
export async function scanWal(options: ScanOptions): Promise<WalScan> {
  const { fs, folder, log, onDamage } = options;
  const names = segmentNames(fs, folder);
  const segments: ClosedSegment[] = [];
  const coverage = new Coverage();
  const begun = new Map<string, FlushRecord>();
  const abandoned = new Set<string>();
  let lastSeq = 0;
  let isFirst = true;
  let unexplained = 0; // Damage since the last good frame: it explains missing records.

  const take = (frame: Frame): void => {
    if (frame.type === recordType.moved) coverage.addMoved(decodeEntries(frame.payload), frame.seq);
    else if (frame.type === recordType.flushing) {
      const record = decodeFlush(frame.payload);
      begun.set(record.pack, record);
    } else if (frame.type === recordType.flushed) {
      const record = decodeFlush(frame.payload);
      coverage.addFlushed(record);
      begun.delete(record.pack);
    } else if (frame.type === recordType.abandoned) {
      for (const pack of decodeAbandoned(frame.payload)) {
        abandoned.add(pack);
        begun.delete(pack);
      }
    }
  };

  for (const name of names) {
    const file = segmentFile(name);
    const path = `${folder}/${file}`;
    const bytes = readFile(fs, path);
    let damages = 0;
    const damage = (offset: number, count: number, reason: string): void => {
      damages++;
      onDamage({ file: path, offset, bytes: count, reason });
    };
    const frames = readSegment(bytes, name.mark, lastSeq, (found) => {
      unexplained++;
      damage(found.offset, found.bytes, found.reason);
    });
    let result = frames.next();
    for (; !result.done; result = frames.next()) {
      const frame = result.value;
      const missing = frame.seq - lastSeq - 1;
      if (missing > 0 && !isFirst) {
        if (unexplained === 0) damage(frame.offset, 0, `${missing} records before ${frame.seq} are missing`);
        log('error', 'WAL records lost', { file: path, from: lastSeq + 1, through: frame.seq - 1 });
      }
      isFirst = false;
      unexplained = 0;
      lastSeq = frame.seq;
      takeOrReport(frame, take, path, onDamage);
    }
    const { goodBytes, tail } = result.value as SegmentRead;
    if (damages > 0) await setAside(options, file, bytes);
    const isLast = name === names.at(-1);
    if (isLast && tail !== 'none') cutTail(options, path, goodBytes, bytes.length);
    segments.push({ name, lastSeq, bytes: isLast && tail !== 'none' ? goodBytes : bytes.length });
  }
  return { segments, nextSeq: lastSeq + 1, coverage, unfinished: [...begun.values()], abandoned: [...abandoned] };
}

export interface ReplayOptions extends ScanOptions {
  readonly head: Head;
  readonly nowMs: () => number;
  /** Called after each so many bytes of records, and at the end: makes room in the head when there is too little. */
  readonly relieve: () => Promise<void>;
  readonly relieveBytes: number;
}

/** Shows in the head what `scan` found to be the WAL's. Returns the number of records read. */
export async function replayWal(scan: WalScan, options: ReplayOptions): Promise<number> {
  const { fs, folder, head, nowMs, relieve, relieveBytes } = options;
  let records = 0;
  let lastSeq = 0;
  let sinceRelieve = 0;
  for (const { name } of scan.segments) {
    const path = `${folder}/${segmentFile(name)}`;
    for (const frame of readSegment(readFile(fs, path), name.mark, lastSeq, () => undefined)) {
      lastSeq = frame.seq;
      if (frame.type !== recordType.entries && frame.type !== recordType.moved) continue;
      takeOrReport(
        frame,
        (whole) => replayRecord(whole, scan.coverage, head, nowMs()),
        path,
        () => undefined,
      );
      records++;
      sinceRelieve += frame.frameBytes;
      if (sinceRelieve < relieveBytes) continue;
      await relieve();
      sinceRelieve = 0;
    }
  }
  await relieve();
  return records;
}

function replayRecord(frame: Frame, coverage: Coverage, head: Head, nowMs: number): void {
  const { tenant, streams } = decodeEntries(frame.payload);
  let row = 0;
  for (const { labels, entries } of streams) {
    const covered = coverage.of(tenant, labels);
    const first = { seq: frame.seq, row };
    for (const [start, end] of uncoveredRuns(entries, first, covered))
      head.appendTo(tenant, labels, sliceRows(entries, start, end), { seq: frame.seq, row: row + start }, nowMs);
    row += entries.count;
  }
}

/** Runs [start, end) of rows that are in no pack and in no later record. */
function uncoveredRuns(entries: EntryBatch, first: Position, covered: StreamCoverage | null): [number, number][] {
  if (covered === null) return [[0, entries.count]];
  if (first.seq < covered.movedTo) return [];
  const runs: [number, number][] = [];
  for (let i = 0; i < entries.count; i++) {
    if (isFlushed(entries, i, { seq: first.seq, row: first.row + i }, covered)) continue;
    const run = runs.at(-1);
    if (run?.[1] === i) run[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}

function isFlushed(entries: EntryBatch, row: number, at: Position, { flushed }: StreamCoverage): boolean {
  if (flushed.size === 0) return false;
  const through = flushed.get(dayOf(entries.baseNs + BigInt(entries.offsetNs[row] as number)));
  return through !== undefined && !isBefore(through, at);
}

function segmentNames(fs: FileSystem, folder: string): SegmentName[] {
  return fs
    .listSync(folder)
    .flatMap(({ name }) => parseSegmentFile(name) ?? [])
    .sort((a, b) => a.number - b.number);
}

/** A record whose checksums fit but that says nonsense is passed over like a damaged one. */
function takeOrReport(
  frame: Frame,
  take: (frame: Frame) => void,
  file: string,
  onDamage: (damage: WalDamage) => void,
): void {
  try {
    take(frame);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'FormatError') throw error;
    onDamage({ file, offset: frame.offset, bytes: frame.frameBytes, reason: error.message });
  }
}

/** When it cannot be cut, nothing is lost: no reader takes what lies there for a record. */
function cutTail({ fs, log }: ScanOptions, path: string, goodBytes: number, byteLength: number): void {
  try {
    const file = fs.openSync(path, 'update');
    try {
      file.truncateSync(goodBytes);
      file.datasyncSync();
    } finally {
      file.closeSync();
    }
    log('info', 'WAL tail cut', { file: path, bytes: byteLength - goodBytes });
  } catch (error) {
    log('warn', 'WAL tail cannot be cut', { file: path, error });
  }
}

/** For whoever wants to look into it: the segment itself goes when its records are flushed. */
async function setAside({ fs, folder, log }: ScanOptions, file: string, bytes: Uint8Array): Promise<void> {
  const damaged = `${folder}/damaged`;
  try {
    const copies = listOrNothing(fs, damaged);
    if (copies.includes(file)) return;
    if (copies.length >= setAsideMax) {
      log('warn', 'damaged WAL segment not set aside', { file, reason: `${copies.length} lie in ${damaged} already` });
      return;
    }
    fs.mkdirSync(damaged);
    await replaceFile(fs, `${damaged}/${file}`, bytes);
  } catch (error) {
    log('warn', 'damaged WAL segment not set aside', { file, error });
  }
}

function listOrNothing(fs: FileSystem, folder: string): string[] {
  try {
    return fs.listSync(folder).map(({ name }) => name);
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  }
}
