/** What records hold. Each one says all that is needed to read it; the byte diagrams are in README.md. */
import { ByteReader, ByteWriter, FormatError } from '../../chunks/bytes.js';
import { accumulate, TextDictionary } from '../../chunks/text-dictionary.js';
import type { MetadataColumn } from '../../model/columns.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import { type LabelPair, Labels } from '../../model/labels.js';
import type { TenantId } from '../../model/tenant.js';

/** `entries` and `moved`: rows are counted through the whole record, over its streams. */
export interface EntriesRecord {
  readonly tenant: TenantId;
  readonly streams: readonly { readonly labels: Labels; readonly entries: EntryBatch }[];
}

/** An entry's place in the WAL: its record, and its row in it. */
export interface Position {
  readonly seq: number;
  readonly row: number;
}

/** `flushing` and `flushed`. */
export interface FlushRecord {
  readonly tenant: TenantId;
  /** The identifier in the pack's name: that is not known before the pack is laid out. */
  readonly pack: string;
  /** Days since 1970-01-01, UTC: the pack has the entries of this day only. */
  readonly day: number;
  /** Of each stream, the pack has the day's entries through this place. */
  readonly streams: readonly { readonly labels: Labels; readonly through: Position }[];
}

/** The result is a view of the writer's memory: valid until that is written to again. */
export function encodeEntries(record: EntriesRecord, writer = new ByteWriter()): Uint8Array {
  writer.clear();
  writer.expect(sizeEstimate(record));
  writer.text(record.tenant);
  writer.varint(record.streams.length);
  for (const { labels, entries } of record.streams) {
    encodeLabels(writer, labels);
    encodeBatch(writer, entries);
  }
  return writer.written();
}

/** Rarely too small. */
function sizeEstimate({ streams }: EntriesRecord): number {
  let bytes = 256;
  for (const { labels, entries } of streams) {
    bytes += 64 + 2 * labels.text.length + entries.count * (12 + 2 * entries.metadata.length);
    bytes += (entries.lineEnd[entries.count - 1] ?? 0) + 64 * entries.metadata.length;
  }
  return bytes;
}

/** Owns what it returns: nothing is a view of `payload`. Throws FormatError. */
export function decodeEntries(payload: Uint8Array): EntriesRecord {
  const from = new ByteReader(payload);
  const tenant = from.text();
  const streams = list(from, () => ({ labels: decodeLabels(from), entries: decodeBatch(from) }));
  expectEnd(from);
  return { tenant, streams };
}

export function encodeFlush(record: FlushRecord): Uint8Array {
  const writer = new ByteWriter(1024 + 256 * record.streams.length);
  writer.text(record.tenant);
  writer.text(record.pack);
  writer.i64(BigInt(record.day));
  writer.varint(record.streams.length);
  for (const { labels, through } of record.streams) {
    encodeLabels(writer, labels);
    writer.varint(through.seq);
    writer.varint(through.row);
  }
  return writer.written();
}

export function decodeFlush(payload: Uint8Array): FlushRecord {
  const from = new ByteReader(payload);
  const tenant = from.text();
  const pack = from.text();
  const day = Number(from.i64());
  const streams = list(from, () => {
    const labels = decodeLabels(from);
    const seq = from.varint();
    return { labels, through: { seq, row: from.varint() } };
  });
  expectEnd(from);
  return { tenant, pack, day, streams };
}

/** Identifiers of packs. */
export function encodeAbandoned(packs: readonly string[]): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(packs.length);
  for (const pack of packs) writer.text(pack);
  return writer.written();
}

export function decodeAbandoned(payload: Uint8Array): string[] {
  const from = new ByteReader(payload);
  const packs = list(from, () => from.text());
  expectEnd(from);
  return packs;
}

function encodeLabels(writer: ByteWriter, labels: Labels): void {
  writer.varint(labels.pairs.length);
  for (const [name, value] of labels.pairs) {
    writer.text(name);
    writer.text(value);
  }
}

function decodeLabels(from: ByteReader): Labels {
  return new Labels(list(from, (): LabelPair => [from.text(), from.text()]));
}

function encodeBatch(writer: ByteWriter, batch: EntryBatch): void {
  const { count } = batch;
  writer.varint(count);
  writer.i64(batch.baseNs);
  writer.bytes(bytesOf(batch.offsetNs.subarray(0, count)));
  writer.bytes(bytesOf(batch.lineEnd.subarray(0, count)));
  writer.bytes(batch.lines.subarray(0, count === 0 ? 0 : batch.lineEnd[count - 1]));
  writer.varint(batch.metadata.length);
  for (const column of batch.metadata) encodeColumn(writer, column, count);
}

function decodeBatch(from: ByteReader): EntryBatch {
  const count = from.varint();
  const baseNs = from.i64();
  const offsetNs = new Float64Array(copyOf(from.bytes(count * 8)));
  const lineEnd = new Uint32Array(copyOf(from.bytes(count * 4)));
  for (let i = 1; i < count; i++)
    if ((lineEnd[i] as number) < (lineEnd[i - 1] as number)) throw new FormatError('a line ends before it begins');
  const lines = from.bytes(count === 0 ? 0 : (lineEnd[count - 1] as number)).slice();
  const metadata = list(from, () => decodeColumn(from, count));
  return { count, baseNs, offsetNs, lines, lineEnd, metadata };
}

/** Only the values that occur: a batch may share its dictionary with a whole push. */
function encodeColumn(writer: ByteWriter, column: MetadataColumn, count: number): void {
  writer.text(column.name);
  const newIds = new Map<number, number>();
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const id = column.ids[i] as number;
    if (id === 0) continue;
    let newId = newIds.get(id);
    if (newId === undefined) {
      newId = newIds.size + 1;
      newIds.set(id, newId);
    }
    ids[i] = newId;
  }
  writer.varint(newIds.size);
  const values = Array.from(newIds.keys(), (id) => column.dictionary.bytes(id - 1));
  for (const value of values) writer.varint(value.length);
  for (const value of values) writer.bytes(value);
  if (newIds.size < 1 << 8) writer.bytes(new Uint8Array(ids));
  else if (newIds.size < 1 << 16) writer.bytes(bytesOf(new Uint16Array(ids)));
  else writer.bytes(bytesOf(ids));
}

function decodeColumn(from: ByteReader, count: number): MetadataColumn {
  const name = from.text();
  const ends = Uint32Array.from(list(from, () => from.varint()));
  const dictionary = new TextDictionary(from.bytes(accumulate(ends)).slice(), ends);
  const size = ends.length;
  const ids =
    size < 1 << 8
      ? new Uint32Array(from.bytes(count))
      : size < 1 << 16
        ? new Uint32Array(new Uint16Array(copyOf(from.bytes(count * 2))))
        : new Uint32Array(copyOf(from.bytes(count * 4)));
  for (let i = 0; i < count; i++) if ((ids[i] as number) > size) throw new FormatError('metadata id without a value');
  return { name, dictionary, ids };
}

function list<T>(from: ByteReader, item: () => T): T[] {
  const items: T[] = [];
  for (let left = from.varint(); left > 0; left--) items.push(item());
  return items;
}

function expectEnd(from: ByteReader): void {
  if (from.remaining > 0) throw new FormatError('bytes behind the end of the record');
}

/** Columns lie in files as they lie in memory: little-endian on every machine that Node runs on but IBM's mainframes. */
const bytesOf = (column: Float64Array | Uint32Array | Uint16Array): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** In a buffer of its own, and so aligned. */
const copyOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
