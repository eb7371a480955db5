/** Sizes as people write them: "1.5 MiB". Source of the rules: dustin/go-humanize, ParseBytes. */
import { toLower } from './case.js';
import { parseFloat64 } from './go-number.js';
import { quote } from './go-quote.js';
import { trimSpace } from './go-string.js';
import { CallError } from './template-error.js';

const prefixes = 'kmgtpe';

/** Bytes of a unit in lower case; undefined for no unit. */
function unitBytes(name: string): number | undefined {
  const match = /^(?:([kmgtpe])(i?))?b?$/.exec(name);
  if (match === null) return undefined;
  const [, prefix, binary] = match;
  if (prefix === undefined) return 1;
  return (binary === 'i' ? 1024 : 1000) ** (prefixes.indexOf(prefix) + 1);
}

/** Whole bytes. Throws CallError. */
export function parseBytes(text: string): number {
  const digits = /^[\p{Nd}.,]*/u.exec(text)?.[0] ?? '';
  const number = digits.replaceAll(',', '');
  const value = parseFloat64(number);
  if (typeof value !== 'number') {
    const reason = value === null ? 'invalid syntax' : 'value out of range';
    throw new CallError(`strconv.ParseFloat: parsing ${quote(number)}: ${reason}`);
  }
  const unit = toLower(trimSpace(text.slice(digits.length)));
  const scale = unitBytes(unit);
  if (scale === undefined) throw new CallError(`unhandled size name: ${unit}`);
  const bytes = value * scale;
  if (bytes >= 2 ** 64) throw new CallError(`too large: ${text}`);
  return Math.trunc(bytes);
}
