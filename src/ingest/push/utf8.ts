/** Bytes that may or may not be UTF-8, taken as Go takes them: each byte that belongs to no character stands alone. */
import { isUtf8 } from 'node:buffer';

/** Bytes of the character at `i`; 0 when none begins there. */
export function characterSize(bytes: Uint8Array, i: number): number {
  for (let size = 1; size <= 4 && i + size <= bytes.length; size++)
    if (isUtf8(bytes.subarray(i, i + size))) return size;
  return 0;
}

/** The text, with `replacement(byte)` for each byte that is no character's. */
export function textOf(
  bytes: Uint8Array,
  replacement: (byte: number) => string,
  around = (text: string) => text,
): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(bytes)) return around(buffer.toString('utf8'));
  let text = '';
  let good = 0;
  for (let i = 0; i < bytes.length; ) {
    const size = characterSize(bytes, i);
    if (size > 0) {
      i += size;
      continue;
    }
    text += around(buffer.toString('utf8', good, i)) + replacement(bytes[i] as number);
    good = ++i;
  }
  return text + around(buffer.toString('utf8', good));
}
