/** What a compression of sections is, and the one that does nothing. */
import { FormatError } from '../bytes.js';

export interface Codec {
  /** As stored in files: never used again for anything else. */
  readonly id: number;
  /** As in the configuration (`chunk_encoding`). */
  readonly name: string;
  /** The result may share memory with the input ('none'). */
  encode(bytes: Uint8Array): Uint8Array;
  /** Exactly `decodedBytes` bytes, or FormatError: input that is cut off or foreign never gives other bytes unnoticed. */
  decode(bytes: Uint8Array, decodedBytes: number): Uint8Array;
}

export const none: Codec = {
  id: 0,
  name: 'none',
  encode: (bytes) => bytes,
  decode(bytes, decodedBytes) {
    if (bytes.length !== decodedBytes) throw new FormatError(`${bytes.length} bytes, ${decodedBytes} expected`);
    return bytes;
  },
};
