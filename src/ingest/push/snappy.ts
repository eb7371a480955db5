/** A push body in snappy's block format, within bounds. */
import { decodeSnappyBlock, readSnappyHead } from '../../model/snappy.js';
import { badPush, decompressedTooLarge } from './push-error.js';

/** The length is checked against `bytesMax` before anything is allocated. The result's memory is its own. Throws ApiError. */
export function decodeSnappy(block: Uint8Array, bytesMax: number): Buffer {
  const head = readSnappyHead(block);
  if (head === null) throw corrupt();
  if (head.decodedBytes > bytesMax) throw decompressedTooLarge(head.decodedBytes, bytesMax);
  const decoded = decodeSnappyBlock(block, head);
  if (decoded === null) throw corrupt();
  return decoded;
}

const corrupt = () => badPush('snappy: corrupt input');
