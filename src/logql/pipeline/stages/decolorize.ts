/** `| decolorize`: takes ANSI colour sequences out of the line. */
import type { Row, RowStage } from '../row.js';

/**
 * The expression that Loki takes from acarl005/stripansi. It runs on bytes, read as latin1, so that what is not UTF-8
 * stays as it is; U+009B is C2 9B there.
 */
const ansi =
  /(?:\x1b|\xc2\x9b)[[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\x07)|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-ntqry=><~]))/g;

export function decolorizeStage(): RowStage {
  /** The line that was last found to be plain. */
  let plain = 0;
  return {
    process(row: Row): boolean {
      if (row.version === plain) return true;
      row.needBytes();
      const { bytes, from, to } = row;
      if (hasEscape(bytes, from, to)) {
        const clean = Buffer.from(bytes.toString('latin1', from, to).replace(ansi, ''), 'latin1');
        row.setLine(clean, 0, clean.length);
      } else plain = row.version;
      return true;
    },
  };
}

/** U+001B, or U+009B (C2 9B in UTF-8). */
function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const b = bytes[i];
    if (b === 0x1b || (b === 0x9b && i > from && bytes[i - 1] === 0xc2)) return true;
  }
  return false;
}
