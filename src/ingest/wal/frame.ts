/** The frame around each record: what lets a reader tell a whole record from a torn, damaged or foreign one. */

import { crc32 } from '../../chunks/crc32.js';
import { frameHeaderBytes, isRecordType, type RecordType, recordBytesMax } from './constants.js';

export interface FrameHeader {
  readonly type: RecordType;
  readonly seq: number;
  readonly payloadBytes: number;
  readonly payloadCrc: number;
}

/** Writes the header of a frame into `into`. `mark` is the segment's. */
export function encodeFrameHeader(
  into: Uint8Array,
  mark: number,
  type: RecordType,
  seq: number,
  payload: Uint8Array,
): void {
  const view = new DataView(into.buffer, into.byteOffset, frameHeaderBytes);
  view.setUint32(0, mark, true);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, seq % 2 ** 32, true);
  view.setUint32(12, Math.floor(seq / 2 ** 32), true);
  view.setUint32(16, type, true);
  view.setUint32(20, crc32(payload), true);
  view.setUint32(24, 0, true);
  view.setUint32(28, crc32(into.subarray(0, 28)), true);
}

/** Null when no header of this segment lies at `at`. Says nothing about the payload yet. */
export function decodeFrameHeader(bytes: Uint8Array, at: number, mark: number): FrameHeader | null {
  if (at + frameHeaderBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, frameHeaderBytes);
  if (view.getUint32(0, true) !== mark) return null;
  if (view.getUint32(28, true) !== crc32(bytes.subarray(at, at + 28))) return null;
  const payloadBytes = view.getUint32(4, true);
  const type = view.getUint32(16, true);
  const seq = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
  if (payloadBytes > recordBytesMax || !isRecordType(type) || !Number.isSafeInteger(seq)) return null;
  return { type, seq, payloadBytes, payloadCrc: view.getUint32(20, true) };
}
