/** A block: some hundred KiB of one stream's entries, as columns in sections. The layout is in README.md. */
import { invariant } from '../errors.js';
import { DamageError } from '../model/block-source.js';
import type { ColumnNeeds } from '../model/column-needs.js';
import type { MetadataColumn } from '../model/columns.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { ExtractedFields } from '../model/extracted-fields.js';
import type { FieldFormat } from '../model/field-columns.js';
import type { Nanos } from '../model/time.js';
import { ByteReader, ByteWriter, FormatError } from './bytes.js';
import { type Codec, none } from './codec/codec.js';
import { blockEntriesMax } from './constants.js';
import {
  type DecodedField,
  type DecodedFields,
  hasFields,
  isWantedField,
  type PackedSection,
  packFields,
  readField,
  readSummary,
} from './field-sections.js';
import { gramFilterOf, mayContain } from './gram-filter.js';
import { readFloats, readUints, writeIntegers } from './integer-column.js';
import { type Place, packSection, readingSection, type Section, sectionKinds, unpackSection } from './section.js';
import { accumulate, readTextColumn, type TextDictionary, writeTextColumn } from './text-dictionary.js';

/** What is known of a block without reading it. */
export interface BlockHeader {
  /** Inclusive bounds of the times; entry i is at fromNs + its offset. */
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly count: number;
  /** Bytes of the lines. */
  readonly rawBytes: number;
  /** In the order of their offsets, back to back. */
  readonly sections: readonly Section[];
}

/** Plain data, immutable: it may be kept, written to a pack, or cloned to another thread. */
export interface EncodedBlock extends BlockHeader {
  /** The stored sections, back to back, in a buffer of its own; shared memory when encodeBlock made it. */
  readonly bytes: Uint8Array;
}

/**
 * Columns of a block that were decoded so far; those that were not asked for yet are undefined. All are objects of one
 * shape, for many are made and looked at.
 */
export interface DecodedColumns {
  readonly offsetNs: Float64Array;
  readonly lineEnd: Uint32Array | undefined;
  readonly lines: Uint8Array | undefined;
  /** By name. */
  readonly metadata: ReadonlyMap<string, MetadataColumn & { readonly dictionary: TextDictionary }>;
  readonly fields: DecodedFields | undefined;
  readonly grams: Uint8Array | undefined;
}

/** The same columns with these lines, or without any. */
export const withLines = (columns: DecodedColumns, lines: Uint8Array | undefined): DecodedColumns => ({
  offsetNs: columns.offsetNs,
  lineEnd: columns.lineEnd,
  lines,
  metadata: columns.metadata,
  fields: columns.fields,
  grams: columns.grams,
});

/**
 * Entries must be in the order of their times, at least one, and within 2^53 ns of each other.
 * The batch stays the caller's; nothing of it is kept. `fields`: what an extractor found in its lines.
 */
export function encodeBlock(batch: EntryBatch, codec: Codec, fields: ExtractedFields | null = null): EncodedBlock {
  const { count } = batch;
  invariant(count > 0 && count <= blockEntriesMax, `a block has 1 to ${blockEntriesMax} entries, not ${count}`);
  const sections: Section[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  const add = (kind: number, name: string, decoded: Uint8Array): void => {
    const { section, stored } = packSection(kind, name, decoded, codec, offset);
    sections.push(section);
    // `stored` may be a view of the writer that the next section reuses.
    parts.push(stored === decoded ? stored.slice() : stored);
    offset += stored.length;
  };

  const first = batch.offsetNs[0]!;
  const last = batch.offsetNs[count - 1]!;
  invariant(last - first <= 2 ** 53, 'entries of a block are within 2^53 ns of each other');
  const times = relativeTimes(batch.offsetNs, count);
  const out = new ByteWriter(count * 4 + 64);
  writeIntegers(out, times, count, ['delta', 'delta-of-delta'], scaleOf(times));
  add(sectionKinds.times, '', out.written());

  const columns = [...batch.metadata].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const column of columns) {
    const section = new ByteWriter(count * 2 + 256);
    if (writeTextColumn(section, column, count)) add(sectionKinds.metadata, column.name, section.written());
  }

  const rawBytes = batch.lineEnd[count - 1]!;
  const ends = new ByteWriter(count * 2 + 64);
  writeIntegers(ends, lengthsOf(batch.lineEnd, count), count, ['plain']);
  add(sectionKinds.lineEnds, '', ends.written());
  add(sectionKinds.lines, '', batch.lines.subarray(0, rawBytes));

  const block = {
    fromNs: batch.baseNs + BigInt(first),
    throughNs: batch.baseNs + BigInt(last),
    count,
    rawBytes,
    sections,
    bytes: joined(parts, offset),
  };
  return fields === null ? block : withFields(block, fields, codec);
}

/** Shared memory: another thread reads it without a copy. */
function joined(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(byteLength));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The block with what helps to search it, where that is worth it and not there: columns of the fields that an extractor
 * found in its lines, and what tells which texts they cannot contain.
 */
export function withIndexes(
  block: EncodedBlock,
  lines: Uint8Array,
  fields: ExtractedFields | null,
  codec: Codec,
): EncodedBlock {
  return withSections(block, [...fieldSections(block, fields, codec), ...filterSections(block, lines)]);
}

/** The block with columns of fields only. */
export const withFields = (block: EncodedBlock, fields: ExtractedFields, codec: Codec): EncodedBlock =>
  withSections(block, fieldSections(block, fields, codec));

/** Columns of the fields, for a block that has none. */
export const fieldSections = (
  block: EncodedBlock,
  fields: ExtractedFields | null,
  codec: Codec,
): readonly PackedSection[] =>
  fields === null || hasFieldColumns(block) ? [] : packFields(fields, block.count, codec);

/** What tells which texts the lines cannot contain, for a block that has it not. */
export function filterSections(block: EncodedBlock, lines: Uint8Array): readonly PackedSection[] {
  const filter = hasGrams(block) ? null : gramFilterOf(lines);
  return filter === null ? [] : [packSection(sectionKinds.grams, '', filter, none, 0)];
}

/** The block with more sections. They come before those that few readers need. */
export function withSections(block: EncodedBlock, own: readonly PackedSection[]): EncodedBlock {
  if (own.length === 0) return block;
  const stored = ({ offset, storedBytes }: Section): Uint8Array => block.bytes.subarray(offset, offset + storedBytes);
  const isAfter = ({ kind }: Section): boolean => kind === sectionKinds.lineEnds || kind === sectionKinds.lines;
  const all = block.sections.map((section) => ({ section, stored: stored(section) }));
  const sections: Section[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const one of [...all.filter((a) => !isAfter(a.section)), ...own, ...all.filter((a) => isAfter(a.section))]) {
    sections.push({ ...one.section, offset });
    parts.push(one.stored);
    offset += one.stored.length;
  }
  return { ...block, sections, bytes: joined(parts, offset) };
}

/** Was it encoded with fields, and were some worth a column? */
export const hasFieldColumns = ({ sections }: BlockHeader): boolean =>
  sections.some(({ kind }) => kind === sectionKinds.fields);

const hasGrams = ({ sections }: BlockHeader): boolean => sections.some(({ kind }) => kind === sectionKinds.grams);

/** Was it given what helps to search it? Both parts are made at once. */
export const isIndexed = (block: BlockHeader): boolean => hasGrams(block) || hasFieldColumns(block);

/** Stored bytes [start, end) of a block. May be a view. */
export type BlockBytes = (start: number, end: number) => Uint8Array;

/**
 * Decodes what `needs` names and `known` lacks; unknown kinds of sections are skipped. Throws DamageError.
 * The result may share memory with what `bytes` gives.
 */
export function decodeColumns(
  block: BlockHeader,
  bytes: BlockBytes,
  needs: ColumnNeeds,
  place: Place,
  known?: DecodedColumns,
): DecodedColumns {
  const wanted = block.sections.filter((section) => isWanted(section, needs, known));
  const stored = fetchSections(wanted, bytes);
  let offsetNs = known?.offsetNs;
  let lineEnd = known?.lineEnd;
  let lines = known?.lines;
  const metadata = new Map(known?.metadata);
  let fields = known?.fields;
  let grams = known?.grams;
  const columns = new Map<string, DecodedField>();
  wanted.forEach((section, i) => {
    const decoded = unpackSection(section, stored[i] as Uint8Array, place);
    readingSection(section, place, () => {
      const from = new ByteReader(decoded);
      if (section.kind === sectionKinds.times) offsetNs = readTimes(from, block);
      else if (section.kind === sectionKinds.lineEnds) lineEnd = readLineEnds(from, block);
      else if (section.kind === sectionKinds.lines) {
        if (decoded.length !== block.rawBytes)
          throw new FormatError(`${decoded.length} bytes, ${block.rawBytes} expected`);
        lines = decoded;
      } else if (section.kind === sectionKinds.grams) {
        grams = decoded;
      } else if (section.kind === sectionKinds.fields) {
        fields = readSummary(from, section.name as FieldFormat, block.count);
      } else if (section.kind !== sectionKinds.metadata) {
        columns.set(section.name, readField(from, section, block.count));
      } else metadata.set(section.name, readTextColumn(from, section.name, block.count));
    });
  });
  if (offsetNs === undefined) throw new DamageError(place.file, place.offset, 'block has no times');
  if (needs.lines !== 'none' && lineEnd === undefined)
    throw new DamageError(place.file, place.offset, 'block has no line ends');
  if (needs.lines === 'bytes' && lines === undefined)
    throw new DamageError(place.file, place.offset, 'block has no lines');
  if (columns.size > 0) fields = fields?.with(columns);
  return { offsetNs, lineEnd, lines, metadata, fields, grams };
}

/** Whether decodeColumns would have nothing to do. */
export const hasColumns = (block: BlockHeader, needs: ColumnNeeds, known: DecodedColumns): boolean =>
  !block.sections.some((section) => isWanted(section, needs, known));

/** The batch with exactly the columns asked for. */
export function batchOf(block: BlockHeader, columns: DecodedColumns, needs: ColumnNeeds): EntryBatch {
  const { metadata } = needs;
  const chosen: MetadataColumn[] = [];
  for (const column of columns.metadata.values()) {
    if (metadata === 'all' || metadata.includes(column.name)) chosen.push(column);
  }
  return {
    count: block.count,
    baseNs: block.fromNs,
    offsetNs: columns.offsetNs,
    lines: needs.lines === 'bytes' ? (columns.lines as Uint8Array) : noBytes,
    lineEnd: needs.lines === 'none' ? noEnds : (columns.lineEnd as Uint32Array),
    metadata: chosen.sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(needs.fields !== undefined && columns.fields !== undefined && { fields: columns.fields }),
  };
}

/**
 * Decodes what is not known: `columns` are those that are known then, `batch` is as `needs` say, without entries where
 * none has the needles.
 */
export function readBlock(
  block: BlockHeader,
  bytes: BlockBytes,
  needs: ColumnNeeds,
  place: Place,
  known?: DecodedColumns,
): { readonly columns: DecodedColumns; readonly batch: EntryBatch } {
  const decode = (wanted: ColumnNeeds, from?: DecodedColumns): DecodedColumns =>
    from !== undefined && hasColumns(block, wanted, from) ? from : decodeColumns(block, bytes, wanted, place, from);
  const { fields, needles, ...without } = needs;
  let columns = known;
  let final: ColumnNeeds = without;
  if (needles !== undefined && known?.lines === undefined) {
    columns = decode({ lines: 'none', metadata: [], needles }, columns);
    if (columns.grams !== undefined && !mayContain(columns.grams, needles))
      return { columns, batch: { ...noEntries, baseNs: block.fromNs } };
  }
  if (fields !== undefined && hasFields(block.sections, fields.format)) {
    columns = decode({ lines: 'none', metadata: [], fields }, columns);
    const names = block.sections.filter(({ kind }) => kind === sectionKinds.metadata).map(({ name }) => name);
    const rest = columns.fields === undefined ? null : fields.rest(columns.fields, names);
    if (rest !== null) final = { lines: rest.lines, metadata: rest.metadata, fields };
  }
  columns = decode(final, columns);
  return { columns, batch: batchOf(block, columns, final) };
}

/** Decodes a block in memory, without a cache. Throws DamageError. */
export function decodeBlock(
  block: EncodedBlock,
  needs: ColumnNeeds,
  place: Place = { file: 'memory', offset: 0 },
): EntryBatch {
  return readBlock(block, (start, end) => block.bytes.subarray(start, end), needs, place).batch;
}

const noBytes = new Uint8Array(0);
const noEnds = new Uint32Array(0);
const noEntries = { count: 0, offsetNs: new Float64Array(0), lines: noBytes, lineEnd: noEnds, metadata: [] } as const;

function isWanted(section: Section, needs: ColumnNeeds, known: DecodedColumns | undefined): boolean {
  switch (section.kind) {
    case sectionKinds.times:
      return known === undefined;
    case sectionKinds.lineEnds:
      return needs.lines !== 'none' && known?.lineEnd === undefined;
    case sectionKinds.lines:
      return needs.lines === 'bytes' && known?.lines === undefined;
    case sectionKinds.metadata:
      return (
        (needs.metadata === 'all' || needs.metadata.includes(section.name)) &&
        known?.metadata.has(section.name) !== true
      );
    case sectionKinds.fields:
    case sectionKinds.fieldTexts:
    case sectionKinds.fieldDecimals:
      return isWantedField(section, needs.fields, known?.fields);
    case sectionKinds.grams:
      return needs.needles !== undefined && known?.grams === undefined;
    default:
      return false;
  }
}

/** Reading a little too much costs less than another call. */
const gapBytesMax = 16 * 1024;

/** The stored bytes of each section; neighbours come by one read. */
function fetchSections(sections: readonly Section[], bytes: BlockBytes): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let i = 0; i < sections.length; ) {
    const start = (sections[i] as Section).offset;
    let end = start;
    let next = i;
    for (; next < sections.length; next++) {
      const section = sections[next] as Section;
      if (section.offset - end > gapBytesMax) break;
      end = section.offset + section.storedBytes;
    }
    const run = bytes(start, end);
    for (; i < next; i++) {
      const section = sections[i] as Section;
      out.push(run.subarray(section.offset - start, section.offset - start + section.storedBytes));
    }
  }
  return out;
}

function relativeTimes(offsetNs: Float64Array, count: number): Float64Array {
  const first = offsetNs[0]!;
  const times = new Float64Array(count);
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const time = offsetNs[i]! - first;
    invariant(time >= previous, 'entries of a block are in the order of their times');
    times[i] = time;
    previous = time;
  }
  return times;
}

/** The coarsest of s, ms, µs, ns in which all times are whole: few clocks tick in nanoseconds. */
function scaleOf(times: Float64Array): number {
  let scale = 1e9;
  for (let i = 0; i < times.length && scale > 1; i++) while (times[i]! % scale !== 0) scale /= 1000;
  return scale;
}

function lengthsOf(lineEnd: Uint32Array, count: number): Uint32Array {
  const lengths = new Uint32Array(count);
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = lineEnd[i]!;
    lengths[i] = end - start;
    start = end;
  }
  return lengths;
}

function readTimes(from: ByteReader, block: BlockHeader): Float64Array {
  const offsetNs = readFloats(from, block.count);
  if (offsetNs[0] !== 0 || BigInt(offsetNs[block.count - 1]!) !== block.throughNs - block.fromNs) {
    throw new FormatError('times are not those of the block');
  }
  return offsetNs;
}

function readLineEnds(from: ByteReader, block: BlockHeader): Uint32Array {
  const lineEnd = readUints(from, block.count);
  const byteLength = accumulate(lineEnd);
  if (byteLength !== block.rawBytes) throw new FormatError(`lines of ${byteLength} bytes, ${block.rawBytes} expected`);
  return lineEnd;
}
