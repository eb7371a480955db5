/** net/url's escaping of query values. */

import { quote } from './go-quote.js';
import { fromBytes, toBytes } from './go-string.js';
import { CallError } from './template-error.js';

const safe = /^[A-Za-z0-9\-_.~]$/;

/** url.QueryEscape. */
export function queryEscape(text: string): string {
  let out = '';
  for (const b of toBytes(text)) {
    const ch = String.fromCharCode(b);
    if (safe.test(ch)) out += ch;
    else out += b === 0x20 ? '+' : `%${b.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

/** url.QueryUnescape. Throws CallError for a % without two hex digits. */
export function queryUnescape(text: string): string {
  const bytes = toBytes(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i] as number;
    if (b !== 0x25) {
      out.push(b === 0x2b ? 0x20 : b);
      continue;
    }
    const hex = fromBytes(bytes.subarray(i, i + 3));
    if (!/^%[0-9a-fA-F]{2}$/.test(hex)) throw new CallError(`invalid URL escape ${quote(hex)}`);
    out.push(Number.parseInt(hex.slice(1), 16));
    i += 2;
  }
  return fromBytes(Uint8Array.from(out));
}
