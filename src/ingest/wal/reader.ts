/**
 * Reads the frames of one segment, past any damage: a frame counts when its header's and its payload's checksums fit
 * and its sequence number comes after all before it. Frames do not depend on each other, so one damaged frame costs
 * that frame only.
 */

import { crc32 } from '../../chunks/crc32.js';
import { frameHeaderBytes, type RecordType, segmentHeaderBytes, walVersion } from './constants.js';
import { decodeFrameHeader } from './frame.js';
import { decodeSegmentHeader } from './segment.js';

export interface Frame {
  readonly type: RecordType;
  readonly seq: number;
  /** Of the frame in the file. */
  readonly offset: number;
  readonly frameBytes: number;
  /** A view of the bytes that were given. */
  readonly payload: Uint8Array;
}

export interface SegmentDamage {
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
}

export interface SegmentRead {
  /** Where the last good frame ends, or the header when there is none. */
  readonly goodBytes: number;
  /** Behind it: nothing, a record whose writing was cut short (normal after a crash), or damage. */
  readonly tail: 'none' | 'torn' | 'damaged';
  /** As the header says; null when it is torn or damaged. */
  readonly firstSeq: number | null;
}

/**
 * @param bytes the whole file
 * @param afterSeq the greatest sequence number of the segments before
 * @returns by way of the generator's return value, what lies behind the last frame
 * @throws when the segment has a version from the future
 */
export function* readSegment(
  bytes: Uint8Array,
  mark: number,
  afterSeq: number,
  onDamage: (damage: SegmentDamage) => void,
): Generator<Frame, SegmentRead> {
  const header = decodeSegmentHeader(bytes);
  if (header !== null && header.version > walVersion)
    throw new Error(`WAL version ${header.version} is newer than this program, which knows up to ${walVersion}`);
  const firstSeq = header?.firstSeq ?? null;
  if (bytes.length < segmentHeaderBytes) return { goodBytes: 0, tail: bytes.length === 0 ? 'none' : 'torn', firstSeq };
  if (header === null && !isZero(bytes, 0, bytes.length))
    onDamage({ offset: 0, bytes: segmentHeaderBytes, reason: 'segment header' });

  let lastSeq = afterSeq;
  let at = segmentHeaderBytes;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at, mark);
    if (frame?.whole && frame.seq > lastSeq) {
      lastSeq = frame.seq;
      yield frame;
      at += frame.frameBytes;
      continue;
    }
    // When the header is good its length is, and only this frame is lost; else the next frame has to be found.
    const next =
      frame !== null && at + frame.frameBytes < bytes.length
        ? at + frame.frameBytes
        : findFrame(bytes, at + 1, mark, lastSeq);
    if (next === null) {
      const tail = isTorn(bytes, at, mark) ? 'torn' : 'damaged';
      if (tail === 'damaged') onDamage({ offset: at, bytes: bytes.length - at, reason: reasonOf(frame, lastSeq) });
      return { goodBytes: at, tail, firstSeq };
    }
    onDamage({ offset: at, bytes: next - at, reason: reasonOf(frame, lastSeq) });
    at = next;
  }
  return { goodBytes: at, tail: 'none', firstSeq };
}

type FoundFrame = Frame & { readonly whole: boolean };

/** A good header with what lies behind it; `whole` when the payload is all there and good. */
function frameAt(bytes: Uint8Array, at: number, mark: number): FoundFrame | null {
  const header = decodeFrameHeader(bytes, at, mark);
  if (header === null) return null;
  const frameBytes = frameHeaderBytes + header.payloadBytes;
  const payload = bytes.subarray(at + frameHeaderBytes, at + frameBytes);
  const whole = payload.length === header.payloadBytes && crc32(payload) === header.payloadCrc;
  return { type: header.type, seq: header.seq, offset: at, frameBytes, payload, whole };
}

/** The next whole frame at `from` or behind, by the mark that each begins with. */
function findFrame(bytes: Uint8Array, from: number, mark: number, afterSeq: number): number | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const needle = Buffer.alloc(4);
  needle.writeUInt32LE(mark);
  for (let at = buffer.indexOf(needle, from); at >= 0; at = buffer.indexOf(needle, at + 1)) {
    const frame = frameAt(bytes, at, mark);
    if (frame?.whole && frame.seq > afterSeq) return at;
  }
  return null;
}

/** What a crash can leave behind the last frame: less than a header, a payload that breaks off, or zeros. */
function isTorn(bytes: Uint8Array, at: number, mark: number): boolean {
  if (bytes.length - at < frameHeaderBytes) return true;
  const header = decodeFrameHeader(bytes, at, mark);
  if (header !== null) return at + frameHeaderBytes + header.payloadBytes > bytes.length;
  return isZero(bytes, at, bytes.length);
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}

function reasonOf(frame: FoundFrame | null, lastSeq: number): string {
  if (frame === null) return 'no frame begins here';
  return frame.whole
    ? `sequence number ${frame.seq} after ${lastSeq}`
    : `checksum of the payload of record ${frame.seq}`;
}
