/** Snappy. Compression by snappyjs; decompression by our own, because its decoder takes input that was cut off. */
import snappyjs from 'snappyjs';
import { decodeSnappyBlock, readSnappyHead } from '../../model/snappy.js';
import { FormatError } from '../bytes.js';
import type { Codec } from './codec.js';

export const snappy: Codec = {
  id: 3,
  name: 'snappy',
  encode: (bytes) => snappyjs.compress(bytes),
  decode(bytes, decodedBytes) {
    const head = readSnappyHead(bytes);
    if (head === null) throw new FormatError('broken snappy length');
    if (head.decodedBytes !== decodedBytes)
      throw new FormatError(`snappy says ${head.decodedBytes} bytes, ${decodedBytes} expected`);
    const decoded = decodeSnappyBlock(bytes, head);
    if (decoded === null) throw new FormatError('broken snappy data');
    return decoded;
  },
};
