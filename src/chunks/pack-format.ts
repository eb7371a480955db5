/** Encoding of a pack's parts around the blocks: header, block tables, footer, tail. The diagrams are in README.md. */
import { type LabelPair, Labels } from '../model/labels.js';
import type { BlockHeader } from './block.js';
import { ByteReader, ByteWriter, FormatError } from './bytes.js';
import { codecById } from './codec/codecs.js';
import { flate } from './codec/deflate.js';
import {
  blockEntriesMax,
  packEndMagic,
  packHeaderBytes,
  packMagic,
  packTailBytes,
  packVersion,
  tableBytesMax,
} from './constants.js';
import { crc32 } from './crc32.js';
import { readSection, type Section, writeSection } from './section.js';

/** A block that lies in a pack. */
export interface PackBlock extends BlockHeader {
  /** From the start of the pack. */
  readonly offset: number;
  readonly storedBytes: number;
}

/** What a footer says of one chunk: a ChunkRef without tenant and pack. */
export interface FooterChunk {
  readonly labels: Labels;
  readonly metaOffset: number;
  readonly metaBytes: number;
  readonly fromNs: bigint;
  readonly throughNs: bigint;
  readonly entries: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
}

export interface Footer {
  readonly tenant: string;
  /** In the order of labels' text and time. */
  readonly chunks: readonly FooterChunk[];
}

export interface Tail {
  readonly footerOffset: number;
  readonly footerBytes: number;
  readonly footerDecodedBytes: number;
  readonly footerCrc: number;
  readonly footerCodec: number;
}

export function encodeHeader(): Uint8Array {
  const out = new ByteWriter(packHeaderBytes);
  out.u32(packMagic);
  out.u16(packVersion);
  out.u16(0);
  return out.written();
}

export function encodeBlockTable(blocks: readonly PackBlock[]): Uint8Array {
  const out = new ByteWriter(64 + blocks.length * 128);
  out.varint(blocks.length);
  for (const block of blocks) {
    out.i64(block.fromNs);
    out.i64(block.throughNs);
    out.varint(block.count);
    out.varint(block.rawBytes);
    out.varint(block.offset);
    out.varint(block.sections.length);
    for (const section of block.sections) writeSection(out, section);
  }
  out.u32(crc32(out.written()));
  return out.written();
}

export function decodeBlockTable(bytes: Uint8Array): PackBlock[] {
  const from = new ByteReader(withoutCrc(bytes));
  const blocks: PackBlock[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const fromNs = from.i64();
    const throughNs = from.i64();
    const count = from.varint();
    if (count < 1 || count > blockEntriesMax) throw new FormatError(`block of ${count} entries`);
    const rawBytes = from.varint();
    const offset = from.varint();
    const sections: Section[] = [];
    let storedBytes = 0;
    for (let more = from.varint(); more > 0; more--) {
      const section = readSection(from, storedBytes);
      sections.push(section);
      storedBytes += section.storedBytes;
    }
    blocks.push({ fromNs, throughNs, count, rawBytes, offset, storedBytes, sections });
  }
  return blocks;
}

/** The footer as stored, and the tail that leads to it. */
export function encodeFooterAndTail(footer: Footer, footerOffset: number): [footer: Uint8Array, tail: Uint8Array] {
  const out = new ByteWriter(256 + footer.chunks.length * 128);
  out.text(footer.tenant);
  out.varint(footer.chunks.length);
  for (const chunk of footer.chunks) {
    out.varint(chunk.labels.pairs.length);
    for (const [name, value] of chunk.labels.pairs) {
      out.text(name);
      out.text(value);
    }
    out.varint(chunk.metaOffset);
    out.varint(chunk.metaBytes);
    out.i64(chunk.fromNs);
    out.i64(chunk.throughNs);
    out.varint(chunk.entries);
    out.varint(chunk.rawBytes);
    out.varint(chunk.storedBytes);
  }
  const decoded = out.written();
  const stored = flate.encode(decoded);
  const tail = new ByteWriter(packTailBytes);
  tail.u64(BigInt(footerOffset));
  tail.u32(stored.length);
  tail.u32(decoded.length);
  tail.u32(crc32(stored));
  tail.u8(flate.id);
  tail.u8(0);
  tail.u16(packVersion);
  tail.u32(crc32(tail.written()));
  tail.u32(packEndMagic);
  return [stored, tail.written()];
}

/** Throws PackVersionError for a pack of a later version. */
export function decodeTail(bytes: Uint8Array, packBytes: number): Tail {
  const from = new ByteReader(bytes);
  const footerOffset = Number(from.u64());
  const footerBytes = from.u32();
  const footerDecodedBytes = from.u32();
  const footerCrc = from.u32();
  const footerCodec = from.u8();
  from.u8();
  const version = from.u16();
  const crc = from.u32();
  if (from.u32() !== packEndMagic) throw new FormatError('no mark at the end: not a pack, or cut off');
  if (crc32(bytes.subarray(0, packTailBytes - 8)) !== crc) throw new FormatError('checksum of the tail does not fit');
  if (version > packVersion) throw new PackVersionError(version);
  if (footerDecodedBytes > tableBytesMax || footerOffset + footerBytes + packTailBytes !== packBytes) {
    throw new FormatError(`footer of ${footerBytes} bytes at ${footerOffset} does not fit ${packBytes} bytes`);
  }
  return { footerOffset, footerBytes, footerDecodedBytes, footerCrc, footerCodec };
}

export function decodeFooter(stored: Uint8Array, tail: Tail): Footer {
  if (crc32(stored) !== tail.footerCrc) throw new FormatError('checksum of the footer does not fit');
  const from = new ByteReader(codecById(tail.footerCodec).decode(stored, tail.footerDecodedBytes));
  const tenant = from.text();
  const chunks: FooterChunk[] = [];
  for (let left = from.varint(); left > 0; left--) {
    const pairs: LabelPair[] = [];
    for (let more = from.varint(); more > 0; more--) pairs.push([from.text(), from.text()]);
    chunks.push({
      labels: new Labels(pairs),
      metaOffset: from.varint(),
      metaBytes: from.varint(),
      fromNs: from.i64(),
      throughNs: from.i64(),
      entries: from.varint(),
      rawBytes: from.varint(),
      storedBytes: from.varint(),
    });
  }
  return { tenant, chunks };
}

/** The pack was written by a later version of the program: it is whole, and must be left alone. */
export class PackVersionError extends Error {
  override readonly name = 'PackVersionError';
  readonly version: number;
  constructor(version: number) {
    super(
      `pack has format version ${version}, this program reads up to ${packVersion}: it was written by a later version`,
    );
    this.version = version;
  }
}

function withoutCrc(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new FormatError('block table is cut off');
  const body = bytes.subarray(0, bytes.length - 4);
  if (new ByteReader(bytes.subarray(-4)).u32() !== crc32(body)) {
    throw new FormatError('checksum of the block table does not fit');
  }
  return body;
}
