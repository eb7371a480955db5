/** Bytes that are no UTF-8, as Go's regexp reads them: each is one U+FFFD. */

/** Length of the valid sequence at i; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const b0 = bytes[i] as number;
  if (b0 < 0x80) return 1;
  const size = b0 >= 0xf0 ? 4 : b0 >= 0xe0 ? 3 : 2;
  if (b0 < 0xc2 || b0 > 0xf4 || i + size > bytes.length) return 0;
  for (let k = 1; k < size; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return 0;
  const b1 = bytes[i + 1] as number;
  const isBad =
    (b0 === 0xe0 && b1 < 0xa0) ||
    (b0 === 0xed && b1 > 0x9f) ||
    (b0 === 0xf0 && b1 < 0x90) ||
    (b0 === 0xf4 && b1 > 0x8f);
  return isBad ? 0 : size;
}

/** A copy that is valid UTF-8. */
export function replaceInvalid(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      out.push(0xef, 0xbf, 0xbd);
      i++;
    } else for (const stop = i + size; i < stop; i++) out.push(bytes[i] as number);
  }
  return Uint8Array.from(out);
}
