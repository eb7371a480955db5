/** One file of the WAL: its name and its header. */

import { crc32 } from '../../chunks/crc32.js';
import { segmentHeaderBytes, segmentMagic, walVersion } from './constants.js';

export interface SegmentName {
  /** Ascending in the order of writing. */
  readonly number: number;
  /**
   * Random. Each frame begins with it and its checksum covers it, so that neither bytes of an older file nor a log
   * line that spells a frame is taken for one. In the name, where no damage to the file can reach it.
   */
  readonly mark: number;
}

export const segmentFile = ({ number, mark }: SegmentName): string =>
  `${String(number).padStart(8, '0')}-${mark.toString(16).padStart(8, '0')}.wal`;

const pattern = /^(\d{8,15})-([0-9a-f]{8})\.wal$/;

/** Null for other files. */
export function parseSegmentFile(file: string): SegmentName | null {
  const match = pattern.exec(file);
  return match && { number: Number(match[1]), mark: Number.parseInt(match[2] as string, 16) };
}

export function encodeSegmentHeader(mark: number, firstSeq: number): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 8; i++) bytes[i] = segmentMagic.charCodeAt(i);
  view.setUint32(8, walVersion, true);
  view.setUint32(12, mark, true);
  view.setUint32(16, firstSeq % 2 ** 32, true);
  view.setUint32(20, Math.floor(firstSeq / 2 ** 32), true);
  view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
  return bytes;
}

export interface SegmentHeader {
  readonly version: number;
  readonly firstSeq: number;
}

/** Null when it is torn or damaged: the frames can be read without it. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | null {
  if (bytes.length < segmentHeaderBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, segmentHeaderBytes);
  for (let i = 0; i < 8; i++) if (bytes[i] !== segmentMagic.charCodeAt(i)) return null;
  if (view.getUint32(28, true) !== crc32(bytes.subarray(0, 28))) return null;
  return {
    version: view.getUint32(8, true),
    firstSeq: view.getUint32(20, true) * 2 ** 32 + view.getUint32(16, true),
  };
}
