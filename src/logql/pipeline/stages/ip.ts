/** IP addresses in lines and labels: `ip("10.0.0.1")`, `ip("10.0.0.0/8")`, `ip("10.0.0.1-10.0.0.9")`, and the same for IPv6. */
import { quoteGo } from '../../../model/labels.js';

/** 32 or 128 bits. An IPv4 address in IPv6 clothes (`::ffff:1.2.3.4`) is an IPv6 address. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
  readonly zone: string;
}

interface AddressRange {
  readonly bits: 32 | 128;
  readonly low: bigint;
  readonly high: bigint;
  /** Of a single address; ranges and prefixes contain no address with a zone. */
  readonly zone: string;
}

export class IpMatcher {
  readonly #range: AddressRange;

  /** Throws with Loki's text when the pattern is none of the three. */
  constructor(pattern: string) {
    const range = parsePattern(pattern);
    if (range === null) throw new Error(`ip: invalid pattern: ${quoteGo(pattern)}`);
    this.#range = range;
  }

  /** Is there an address in the bytes that fits? Found as Loki finds them: by how their beginnings look. */
  test(bytes: Uint8Array, from: number, to: number): boolean {
    for (let i = from; i < to; i++) {
      const isV4 = looksLikeV4(bytes, i, to);
      if (!isV4 && !looksLikeV6(bytes, i, to)) continue;
      const charset = isV4 ? v4Charset : v6Charset;
      const separator = isV4 ? 0x2e : 0x3a;
      let separators = 0;
      let end = i;
      for (; end < to && charset[bytes[end] as number] === 1; end++) if (bytes[end] === separator) separators++;
      // Times of day and numbers look like addresses at first: a text is made only of what can be one.
      const canBe = isV4 ? separators === 3 : separators >= 2;
      if (canBe && this.#contains(parseAddress(latin1(bytes, i, end)))) return true;
      // The byte behind the address is stepped over as well, as in Loki.
      i = end;
    }
    return false;
  }

  #contains(address: Address | null): boolean {
    const { bits, low, high, zone } = this.#range;
    return (
      address !== null &&
      address.bits === bits &&
      address.zone === zone &&
      address.value >= low &&
      address.value <= high
    );
  }
}

const charsetOf = (chars: string): Uint8Array => {
  const set = new Uint8Array(256);
  for (const ch of chars) set[ch.charCodeAt(0)] = 1;
  return set;
};
const v4Charset = charsetOf('0123456789.');
const v6Charset = charsetOf('0123456789abcdefABCDEF:.');
const hexCharset = charsetOf('0123456789abcdefABCDEF');

const isDigit = (b: number): boolean => b >= 0x30 && b <= 0x39;
const isHex = (b: number | undefined): boolean => hexCharset[b as number] === 1;

function looksLikeV4(b: Uint8Array, i: number, to: number): boolean {
  if (i + 3 >= to || !isDigit(b[i] as number)) return false;
  return b[i + 1] === 0x2e || b[i + 2] === 0x2e || b[i + 3] === 0x2e;
}

function looksLikeV6(b: Uint8Array, i: number, to: number): boolean {
  if (i + 4 >= to) return false;
  if (b[i] === 0x3a) return b[i + 1] === 0x3a && isHex(b[i + 2]);
  for (let k = 1; k <= 4; k++) {
    if (!isHex(b[i + k - 1])) return false;
    if (b[i + k] === 0x3a) return true;
  }
  return false;
}

const latin1 = (bytes: Uint8Array, from: number, to: number): string => {
  let out = '';
  for (let i = from; i < to; i++) out += String.fromCharCode(bytes[i] as number);
  return out;
};

function parsePattern(pattern: string): AddressRange | null {
  const single = parseAddress(pattern);
  if (single !== null) return { bits: single.bits, low: single.value, high: single.value, zone: single.zone };
  return parsePrefix(pattern) ?? parseRange(pattern);
}

function parsePrefix(pattern: string): AddressRange | null {
  const slash = pattern.lastIndexOf('/');
  if (slash < 0) return null;
  const address = parseAddress(pattern.slice(0, slash));
  const lengthText = pattern.slice(slash + 1);
  if (address === null || address.zone !== '' || !/^(?:0|[1-9][0-9]{0,2})$/.test(lengthText)) return null;
  const length = Number(lengthText);
  if (length > address.bits) return null;
  const free = BigInt(address.bits - length);
  const low = (address.value >> free) << free;
  return { bits: address.bits, low, high: low | ((1n << free) - 1n), zone: '' };
}

function parseRange(pattern: string): AddressRange | null {
  const hyphen = pattern.indexOf('-');
  if (hyphen < 0) return null;
  const low = parseAddress(pattern.slice(0, hyphen));
  const high = parseAddress(pattern.slice(hyphen + 1));
  if (low === null || high === null || low.bits !== high.bits || low.value > high.value) return null;
  return { bits: low.bits, low: low.value, high: high.value, zone: '' };
}

/** As netip.ParseAddr. */
function parseAddress(text: string): Address | null {
  for (const ch of text) {
    if (ch === '.') return parseV4(text);
    if (ch === ':') return parseV6(text);
    if (ch === '%') return null;
  }
  return null;
}

function parseV4(text: string): Address | null {
  const value = v4Value(text);
  return value === null ? null : { bits: 32, value, zone: '' };
}

function v4Value(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseV6(whole: string): Address | null {
  const percent = whole.indexOf('%');
  const text = percent < 0 ? whole : whole.slice(0, percent);
  const zone = percent < 0 ? '' : whole.slice(percent + 1);
  if (percent >= 0 && zone === '') return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups: bigint[][] = [];
  for (const [index, half] of halves.entries()) {
    const isLast = index === halves.length - 1;
    const parsed = half === '' ? [] : v6Groups(half, isLast);
    if (parsed === null) return null;
    groups.push(parsed);
  }
  const [head = [], tail = []] = groups;
  const present = head.length + tail.length;
  if (halves.length === 1 ? present !== 8 : present > 7) return null;
  const all = [...head, ...new Array<bigint>(8 - present).fill(0n), ...tail];
  let value = 0n;
  for (const group of all) value = (value << 16n) | group;
  return { bits: 128, value, zone };
}

/** Groups of 16 bits; an IPv4 address may stand for the last two. */
function v6Groups(text: string, mayEndInV4: boolean): bigint[] | null {
  const parts = text.split(':');
  const out: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = mayEndInV4 && index === parts.length - 1 ? v4Value(part) : null;
      if (v4 === null) return null;
      out.push(v4 >> 16n, v4 & 0xffffn);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      out.push(BigInt(`0x${part}`));
    }
  }
  return out;
}
