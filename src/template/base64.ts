/** Standard base64 with padding, as Go's StdEncoding. */
import { fromBytes, toBytes } from './go-string.js';

export const encodeBase64 = (text: string): string => Buffer.from(toBytes(text)).toString('base64');

/** What cannot be decoded yields Go's message as the text: sprig does so. */
export function decodeBase64(text: string): string {
  const bytes = toBytes(text);
  const bad = faultAt(bytes);
  if (bad !== null) return `illegal base64 data at input byte ${bad}`;
  return fromBytes(
    Buffer.from(
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\r\n]/g, ''),
      'base64',
    ),
  );
}

const isDigit = (b: number): boolean =>
  (b >= 0x41 && b <= 0x5a) || (b >= 0x61 && b <= 0x7a) || (b >= 0x30 && b <= 0x39) || b === 0x2b || b === 0x2f;

/** Where Go would stop. */
function faultAt(bytes: Uint8Array): number | null {
  const isBreak = (i: number): boolean => bytes[i] === 0x0a || bytes[i] === 0x0d;
  let i = 0;
  for (;;) {
    let inQuantum = 0;
    while (inQuantum < 4) {
      if (i === bytes.length) return inQuantum === 0 ? null : i - inQuantum;
      const b = bytes[i++] as number;
      if (isDigit(b)) inQuantum++;
      else if (b === 0x3d) break;
      else if (!isBreak(i - 1)) return i - 1;
    }
    if (inQuantum === 4) continue;
    // Padding.
    if (inQuantum < 2) return i - 1;
    if (inQuantum === 2) {
      while (isBreak(i)) i++;
      if (i === bytes.length) return i;
      if (bytes[i] !== 0x3d) return i - 1;
      i++;
    }
    while (isBreak(i)) i++;
    return i < bytes.length ? i : null;
  }
}
