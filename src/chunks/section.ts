/** The parts of a block. Each is compressed and checked by itself, so that a reader takes only what it needs. */
import { DamageError } from '../model/block-source.js';
import { type ByteReader, type ByteWriter, FormatError } from './bytes.js';
import { type Codec, none } from './codec/codec.js';
import { codecById } from './codec/codecs.js';
import { sectionBytesMax } from './constants.js';
import { crc32 } from './crc32.js';

/** Numbers as stored in files: never used again for anything else. A reader skips kinds that it does not know. */
export const sectionKinds = {
  ...{ times: 1, metadata: 2, lineEnds: 3, lines: 4 },
  ...{ fields: 16, fieldTexts: 17, fieldDecimals: 18, grams: 32 },
} as const;

/** A row of a block's table of sections. Plain data: it may be cloned to another thread. */
export interface Section {
  readonly kind: number;
  /** Of the metadata or field column; of `fields` the format; '' for the others. */
  readonly name: string;
  /** How the decoded bytes are laid out: 1 for everything so far. A reader refuses one that it does not know. */
  readonly encoding: number;
  /** Identifier of the compression. */
  readonly codec: number;
  /** From the start of the block. */
  readonly offset: number;
  readonly storedBytes: number;
  readonly decodedBytes: number;
  /** CRC-32 of the stored bytes. */
  readonly crc: number;
}

export const sectionEncoding = 1;

/** Below this a compressor's own overhead outweighs what it finds. */
const compressFromBytes = 48;

/** Compresses where that saves a tenth or more: less does not pay for the time of reading. `offset` is in the block. */
export function packSection(
  kind: number,
  name: string,
  decoded: Uint8Array,
  codec: Codec,
  offset: number,
): { readonly section: Section; readonly stored: Uint8Array } {
  let stored = decoded;
  let used = none;
  if (decoded.length >= compressFromBytes && codec !== none) {
    const compressed = codec.encode(decoded);
    if (compressed.length <= decoded.length * 0.9) {
      stored = compressed;
      used = codec;
    }
  }
  const section = {
    kind,
    name,
    encoding: sectionEncoding,
    codec: used.id,
    offset,
    storedBytes: stored.length,
    decodedBytes: decoded.length,
    crc: crc32(stored),
  };
  return { section, stored };
}

/** Where bytes come from, for the text of a DamageError: a pack's name, or a description of a place in memory. */
export interface Place {
  readonly file: string;
  /** Of the block, in the file. */
  readonly offset: number;
}

/**
 * Checks and decompresses. Throws DamageError. The result may be a view of `stored`, but never a small part of a large
 * buffer: whoever keeps a few bytes must not keep the whole block that was read with them.
 */
export function unpackSection(section: Section, stored: Uint8Array, place: Place): Uint8Array {
  checkStored(section, stored, place);
  return readingSection(section, place, () => {
    if (section.encoding !== sectionEncoding) throw new FormatError(`unknown encoding ${section.encoding}`);
    const decoded = codecById(section.codec).decode(stored, section.decodedBytes);
    const isSmallPart = decoded.buffer === stored.buffer && 2 * decoded.byteLength < decoded.buffer.byteLength;
    return isSmallPart ? decoded.slice() : decoded;
  });
}

/** Throws DamageError unless the stored bytes are those that were written. */
export function checkStored(section: Section, stored: Uint8Array, place: Place): void {
  readingSection(section, place, () => {
    if (stored.length !== section.storedBytes) {
      throw new FormatError(`${stored.length} bytes, ${section.storedBytes} expected`);
    }
    const crc = crc32(stored);
    if (crc !== section.crc) throw new FormatError(`checksum ${hex(crc)}, ${hex(section.crc)} expected`);
  });
}

/** Runs `read`; what it finds wrong becomes a DamageError that names the section. */
export function readingSection<T>(section: Section, place: Place, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const what = `section ${section.kind}${section.name === '' ? '' : ` '${section.name}'`}`;
    throw new DamageError(place.file, place.offset + section.offset, `${what}: ${cause.message}`);
  }
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

/**
 * A row of the table: u8 kind, u8 encoding, u8 codec, text name, varint stored bytes, varint decoded bytes, u32 CRC.
 * Sections lie back to back, so the offset is the sum of those before.
 */
export function writeSection(out: ByteWriter, section: Section): void {
  out.u8(section.kind);
  out.u8(section.encoding);
  out.u8(section.codec);
  out.text(section.name);
  out.varint(section.storedBytes);
  out.varint(section.decodedBytes);
  out.u32(section.crc);
}

export function readSection(from: ByteReader, offset: number): Section {
  const kind = from.u8();
  const encoding = from.u8();
  const codec = from.u8();
  const name = from.text();
  const storedBytes = from.varint();
  const decodedBytes = from.varint();
  const crc = from.u32();
  if (storedBytes > sectionBytesMax || decodedBytes > sectionBytesMax) {
    throw new FormatError(
      `section of ${Math.max(storedBytes, decodedBytes)} bytes, at most ${sectionBytesMax} expected`,
    );
  }
  return { kind, name, encoding, codec, offset, storedBytes, decodedBytes, crc };
}
