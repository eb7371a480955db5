/** The order in which results list their series. */
import type { Labels } from '../../model/labels.js';
import { encodeUtf8 } from '../../model/utf8.js';

/** As Prometheus compares label sets: name, value, name, value, …; a prefix comes first. */
export function compareLabels(a: Labels, b: Labels): number {
  const shared = Math.min(a.pairs.length, b.pairs.length);
  for (let i = 0; i < shared; i++) {
    const [nameA, valueA] = a.pairs[i] as readonly [string, string];
    const [nameB, valueB] = b.pairs[i] as readonly [string, string];
    const order = compareBytes(nameA, nameB) || compareBytes(valueA, valueB);
    if (order !== 0) return order;
  }
  return a.pairs.length - b.pairs.length;
}

/** The order of the UTF-8 bytes: that of code points, in which surrogates stand above all other code units. */
function compareBytes(a: string, b: string): number {
  if (!a.isWellFormed() || !b.isWellFormed()) return Buffer.compare(encodeUtf8(a), encodeUtf8(b));
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
