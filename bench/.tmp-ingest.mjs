// src/errors.ts
var statusOf = {
  "bad-request": 400,
  "no-org-id": 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "too-large": 413,
  unprocessable: 422,
  "too-many-requests": 429,
  "client-closed": 499,
  internal: 500,
  "not-implemented": 501,
  unavailable: 503,
  timeout: 504
};
var ApiError = class extends Error {
  name = "ApiError";
  code;
  status;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
    this.status = statusOf[code];
  }
};
function invariant(condition, message) {
  if (!condition) throw new Error(`invariant: ${message}`);
}

// src/model/block-source.ts
var DamageError = class extends Error {
  name = "DamageError";
  file;
  offset;
  reason;
  constructor(file, offset, reason) {
    super(`${file}: damage at offset ${offset}: ${reason}`);
    this.file = file;
    this.offset = offset;
    this.reason = reason;
  }
};

// src/chunks/bytes.ts
var textEncoder = new TextEncoder();
var textDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
var ByteWriter = class {
  #bytes;
  #view;
  #length = 0;
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }
  get length() {
    return this.#length;
  }
  /** A view of what was written; valid until the next write. */
  written() {
    return this.#bytes.subarray(0, this.#length);
  }
  u8(value) {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }
  u16(value) {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value, true);
    this.#length += 2;
  }
  u32(value) {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value, true);
    this.#length += 4;
  }
  u64(value) {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value, true);
    this.#length += 8;
  }
  i64(value) {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value, true);
    this.#length += 8;
  }
  /** A whole number, 0 <= value <= 2^53. */
  varint(value) {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = rest % 128 | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }
  /** A whole number of either sign, |value| <= 2^53: the lowest bit of the first byte is the sign, the rest a varint. */
  signed(value) {
    const size = Math.abs(value);
    const low = size % 64 * 2 + (value < 0 ? 1 : 0);
    if (size < 64) this.u8(low);
    else {
      this.u8(low | 128);
      this.varint(Math.floor(size / 64));
    }
  }
  bytes(bytes2) {
    const at = this.#reserve(bytes2.length);
    this.#bytes.set(bytes2, at);
    this.#length += bytes2.length;
  }
  /** Length in bytes, then UTF-8. */
  text(text) {
    if (text.length < 128) {
      const start = this.#reserve(text.length + 1);
      this.#bytes[start] = text.length;
      let i = 0;
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code >= 128) break;
        this.#bytes[start + 1 + i] = code;
      }
      if (i === text.length) {
        this.#length = start + 1 + i;
        return;
      }
    }
    const bytes2 = textEncoder.encode(text);
    this.varint(bytes2.length);
    this.bytes(bytes2);
  }
  /** `byteLength` zeros, as a view that the caller fills before the next write. */
  space(byteLength) {
    const start = this.#reserve(byteLength);
    this.#length += byteLength;
    return this.#bytes.subarray(start, this.#length);
  }
  /** Where the next byte goes. May replace #bytes and #view: read those afterwards. */
  #reserve(byteLength) {
    const end = this.#length + byteLength;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return this.#length;
  }
};
var unpooled = (bytes2) => bytes2.buffer.byteLength > bytes2.length + 64 ? new Uint8Array(bytes2) : bytes2;
var FormatError = class extends Error {
  name = "FormatError";
};
var ByteReader = class {
  position = 0;
  #bytes;
  #view;
  constructor(bytes2) {
    this.#bytes = bytes2;
    this.#view = new DataView(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
  }
  get remaining() {
    return this.#bytes.length - this.position;
  }
  u8() {
    return this.#bytes[this.#take(1)];
  }
  u16() {
    return this.#view.getUint16(this.#take(2), true);
  }
  u32() {
    return this.#view.getUint32(this.#take(4), true);
  }
  u64() {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  i64() {
    return this.#view.getBigInt64(this.#take(8), true);
  }
  varint() {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > 2 ** 53) break;
        return value;
      }
    }
    throw new FormatError("varint beyond 2^53");
  }
  signed() {
    const low = this.u8();
    const size = ((low & 127) >> 1) + (low < 128 ? 0 : this.varint() * 64);
    if (size > 2 ** 53) throw new FormatError("number beyond 2^53");
    return low & 1 ? -size : size;
  }
  /** A view, not a copy. */
  bytes(byteLength) {
    const start = this.#take(byteLength);
    return this.#bytes.subarray(start, start + byteLength);
  }
  text() {
    return textDecoder.decode(this.bytes(this.varint()));
  }
  #take(byteLength) {
    const start = this.position;
    if (byteLength > this.#bytes.length - start) {
      throw new FormatError(`${byteLength} bytes expected, ${this.#bytes.length - start} left`);
    }
    this.position = start + byteLength;
    return start;
  }
};

// src/chunks/constants.ts
var blockTargetBytes = 256 * 1024;
var blockEntriesMax = 2 ** 24;
var sectionBytesMax = 256 * 1024 * 1024;
var tableBytesMax = 256 * 1024 * 1024;
var packMagic = 1263553363;
var packEndMagic = 1397444683;
var packVersion = 1;
var packHeaderBytes = 8;
var packTailBytes = 32;

// src/chunks/integer-column.ts
var schemeIds = { plain: 0, delta: 1, "delta-of-delta": 2 };
function writeIntegers(out, values, count, schemes, scale = 1) {
  let best;
  for (const scheme of schemes) {
    const plan = measure(values, count, schemeIds[scheme], scale);
    if (plan !== void 0 && (best === void 0 || plan.width < best.width)) best = plan;
  }
  invariant(best !== void 0, "a column of numbers spans more than 2^53");
  out.u8(best.scheme);
  out.u8(best.width);
  out.varint(scale);
  const first = values[0] / scale;
  const firstDelta = best.scheme === 2 ? values[1] / scale - first : 0;
  if (best.scheme >= 1) out.signed(first);
  if (best.scheme === 2) out.signed(firstDelta);
  out.signed(best.least);
  const n = count - best.scheme;
  const planes = out.space(best.width * n);
  if (best.width === 0) return;
  let previous = best.scheme === 0 ? 0 : values[best.scheme - 1] / scale;
  let delta = firstDelta;
  for (let i = 0; i < n; i++) {
    const value = values[i + best.scheme] / scale;
    let number = value;
    if (best.scheme === 1) number = value - previous;
    else if (best.scheme === 2) {
      number = value - previous - delta;
      delta = value - previous;
    }
    previous = value;
    let rest = number - best.least;
    if (best.width <= 4) {
      for (let at = i, k = best.width; k > 0; at += n, k--, rest >>>= 8) planes[at] = rest;
    } else {
      for (let at = i, k = best.width; k > 0; at += n, k--) {
        planes[at] = rest % 256;
        rest = Math.floor(rest / 256);
      }
    }
  }
}
function measure(values, count, scheme, scale) {
  if (count < scheme) return void 0;
  let least3 = Number.POSITIVE_INFINITY;
  let most2 = Number.NEGATIVE_INFINITY;
  let previous = scheme === 0 ? 0 : values[0];
  let delta = 0;
  if (scheme === 2) {
    delta = values[1] - previous;
    previous = values[1];
  }
  for (let i = scheme; i < count; i++) {
    const value = values[i];
    let number = value;
    if (scheme !== 0) {
      number = value - previous;
      previous = value;
      if (scheme === 2) {
        const change = number - delta;
        delta = number;
        number = change;
      }
    }
    if (number < least3) least3 = number;
    if (number > most2) most2 = number;
  }
  if (least3 > most2) return { scheme, width: 0, least: 0 };
  const range = (most2 - least3) / scale;
  if (range > 2 ** 53) return void 0;
  return { scheme, width: bytesFor(range), least: least3 / scale };
}
function bytesFor(range) {
  let width = 0;
  for (let rest = range; rest >= 1; rest /= 256) width++;
  return width;
}
function readFloats(from, count) {
  const out = new Float64Array(count);
  const head = readHead(from, count);
  const { scheme, least: least3, scale } = head;
  spread(head, out, scheme, count - scheme);
  if (scheme === 0) {
    for (let i = 0; i < count; i++) out[i] = (out[i] + least3) * scale;
  } else if (scheme === 1) {
    let value = head.first;
    out[0] = value * scale;
    for (let i = 1; i < count; i++) {
      value += out[i] + least3;
      out[i] = value * scale;
    }
  } else {
    let delta = head.firstDelta;
    let value = head.first + delta;
    out[0] = head.first * scale;
    out[1] = value * scale;
    for (let i = 2; i < count; i++) {
      delta += out[i] + least3;
      value += delta;
      out[i] = value * scale;
    }
  }
  return out;
}
function readUints(from, count) {
  const out = new Uint32Array(count);
  const head = readHead(from, count);
  const { scheme, least: least3 } = head;
  if (head.width > 4 || head.scale !== 1 || scheme > 1) throw new FormatError("numbers too wide for 32 bits");
  spread(head, out, scheme, count - scheme);
  if (scheme === 0) {
    if (least3 !== 0) for (let i = 0; i < count; i++) out[i] = out[i] + least3;
  } else {
    let value = head.first;
    out[0] = value;
    for (let i = 1; i < count; i++) {
      value += out[i] + least3;
      out[i] = value;
    }
  }
  return out;
}
function readHead(from, count) {
  const scheme = from.u8();
  const width = from.u8();
  if (scheme > 2 || scheme > count || width > 7) throw new FormatError(`unknown column of numbers ${scheme}/${width}`);
  const scale = from.varint();
  const first = scheme >= 1 ? from.signed() : 0;
  const firstDelta = scheme === 2 ? from.signed() : 0;
  const least3 = from.signed();
  return { scheme, width, scale, first, firstDelta, least: least3, planes: from.bytes(width * (count - scheme)) };
}
function spread(head, out, start, n) {
  if (out instanceof Float64Array) spreadFloats(head.planes, head.width, out, start, n);
  else spreadUints(head.planes, head.width, out, start, n);
}
function spreadFloats(planes, width, out, start, n) {
  if (width === 1) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i];
  } else if (width === 2) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i] | planes[n + i] << 8;
  } else if (width === 3) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i] | planes[n + i] << 8 | planes[2 * n + i] << 16;
  } else if (width >= 4) {
    for (let i = 0; i < n; i++) {
      const low = planes[i] | planes[n + i] << 8 | planes[2 * n + i] << 16;
      out[start + i] = low + planes[3 * n + i] * 2 ** 24;
    }
    for (let k = 4; k < width; k++) {
      const weight = 256 ** k;
      for (let i = 0; i < n; i++) out[start + i] = out[start + i] + planes[k * n + i] * weight;
    }
  }
}
function spreadUints(planes, width, out, start, n) {
  if (width === 1) out.set(planes.subarray(0, n), start);
  else if (width === 2) {
    for (let i = 0; i < n; i++) out[start + i] = planes[i] | planes[n + i] << 8;
  } else if (width >= 3) {
    for (let i = 0; i < n; i++) {
      const high = width === 4 ? planes[3 * n + i] << 24 : 0;
      out[start + i] = planes[i] | planes[n + i] << 8 | planes[2 * n + i] << 16 | high;
    }
  }
}

// src/chunks/codec/deflate.ts
import * as zlib from "node:zlib";
var level = 1;
var gzip = {
  id: 1,
  name: "gzip",
  encode: (bytes2) => zlib.gzipSync(bytes2, { level }),
  decode: (bytes2, decodedBytes) => checked(decodedBytes, (limit) => zlib.gunzipSync(bytes2, limit))
};
var flate = {
  id: 4,
  name: "flate",
  encode: (bytes2) => zlib.deflateRawSync(bytes2, { level }),
  decode: (bytes2, decodedBytes) => checked(decodedBytes, (limit) => zlib.inflateRawSync(bytes2, limit))
};
function checked(decodedBytes, inflate) {
  let decoded;
  try {
    decoded = inflate({ maxOutputLength: decodedBytes + 1, chunkSize: Math.max(decodedBytes + 1, 64) });
  } catch (cause) {
    throw new FormatError("broken deflate data", { cause });
  }
  if (decoded.length !== decodedBytes) throw new FormatError(`${decoded.length} bytes, ${decodedBytes} expected`);
  return unpooled(decoded);
}

// src/chunks/codec/lz4.ts
var lz4 = { id: 2, name: "lz4", encode: encodeLz4, decode: decodeLz4 };
var matchMin = 4;
var matchStartMargin = 12;
var literalTail = 5;
var distanceMax = 65535;
var hashBits = 15;
var table = new Int32Array(1 << hashBits);
function encodeLz4(input) {
  const out = new Uint8Array(input.length + Math.floor(input.length / 255) + 16);
  const matchEnd = input.length - literalTail;
  const last = input.length - matchStartMargin;
  table.fill(0);
  let anchor = 0;
  let to = 0;
  let at = 0;
  let misses = 0;
  while (at <= last) {
    const word = load32(input, at);
    const slot = Math.imul(word, 2654435761) >>> 32 - hashBits;
    const candidate = table[slot] - 1;
    table[slot] = at + 1;
    if (candidate < 0 || at - candidate > distanceMax || load32(input, candidate) !== word) {
      at += 1 + (misses++ >> 6);
      continue;
    }
    misses = 0;
    let length = matchMin;
    while (at + length < matchEnd && input[candidate + length] === input[at + length]) length++;
    to = putSequence(out, to, input, anchor, at, length);
    out[to++] = at - candidate & 255;
    out[to++] = at - candidate >> 8;
    to = putLength(out, to, length - matchMin);
    at += length;
    anchor = at;
  }
  to = putSequence(out, to, input, anchor, input.length, matchMin);
  return out.slice(0, to);
}
function putSequence(out, start, input, from, end, match) {
  const literals = end - from;
  let to = start;
  out[to++] = Math.min(literals, 15) << 4 | Math.min(match - matchMin, 15);
  to = putLength(out, to, literals);
  if (literals < 24) for (let k = 0; k < literals; k++) out[to + k] = input[from + k];
  else out.set(input.subarray(from, end), to);
  return to + literals;
}
function putLength(out, start, length) {
  let to = start;
  if (length < 15) return to;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) out[to++] = 255;
  out[to++] = rest;
  return to;
}
var load32 = (b, i) => b[i] | b[i + 1] << 8 | b[i + 2] << 16 | b[i + 3] << 24;
function decodeLz4(input, decodedBytes) {
  const out = new Uint8Array(decodedBytes);
  let at = 0;
  let to = 0;
  for (; ; ) {
    if (at >= input.length) throw new FormatError("lz4 data is cut off");
    const token = input[at++];
    let literals = token >> 4;
    if (literals === 15) {
      for (let byte = 255; byte === 255; literals += byte) {
        if (at >= input.length) throw new FormatError("lz4 data is cut off");
        byte = input[at++];
      }
    }
    if (at + literals > input.length || to + literals > decodedBytes) throw new FormatError("broken lz4 literals");
    if (literals < 24) for (let k = 0; k < literals; k++) out[to + k] = input[at + k];
    else out.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === input.length) break;
    if (at + 2 > input.length) throw new FormatError("lz4 data is cut off");
    const distance = input[at] | input[at + 1] << 8;
    at += 2;
    let length = (token & 15) + matchMin;
    if (length === 15 + matchMin) {
      for (let byte = 255; byte === 255; length += byte) {
        if (at >= input.length) throw new FormatError("lz4 data is cut off");
        byte = input[at++];
      }
    }
    if (distance === 0 || distance > to || to + length > decodedBytes) throw new FormatError("broken lz4 match");
    if (length >= 32 && distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length);
      to += length;
    } else for (let end = to + length; to < end; to++) out[to] = out[to - distance];
  }
  if (to !== decodedBytes) throw new FormatError(`lz4 gave ${to} bytes, ${decodedBytes} expected`);
  return out;
}

// src/chunks/codec/snappy.ts
import snappyjs from "snappyjs";
var snappy = {
  id: 3,
  name: "snappy",
  encode: (bytes2) => snappyjs.compress(bytes2),
  decode: decodeSnappy
};
function decodeSnappy(input, decodedBytes) {
  let at = 0;
  let size = 0;
  for (let weight = 1; ; weight *= 128) {
    const byte = input[at++];
    if (byte === void 0 || weight > 2 ** 28) throw new FormatError("broken snappy length");
    size += (byte & 127) * weight;
    if (byte < 128) break;
  }
  if (size !== decodedBytes) throw new FormatError(`snappy says ${size} bytes, ${decodedBytes} expected`);
  const out = new Uint8Array(decodedBytes);
  let to = 0;
  while (at < input.length) {
    const tag = input[at++];
    if ((tag & 3) === 0) {
      let length2 = (tag >> 2) + 1;
      if (length2 > 60) {
        const width2 = length2 - 60;
        length2 = 1;
        if (at + width2 > input.length) throw new FormatError("snappy data is cut off");
        for (let k = 0; k < width2; k++) length2 += input[at++] * 256 ** k;
      }
      if (at + length2 > input.length || to + length2 > decodedBytes) throw new FormatError("broken snappy literal");
      if (length2 < 24) for (let k = 0; k < length2; k++) out[to + k] = input[at + k];
      else out.set(input.subarray(at, at + length2), to);
      at += length2;
      to += length2;
      continue;
    }
    const width = (tag & 3) === 3 ? 4 : tag & 3;
    if (at + width > input.length) throw new FormatError("snappy data is cut off");
    let length = (tag >> 2) + 1;
    let distance = input[at];
    if (width === 1) {
      length = (tag >> 2 & 7) + 4;
      distance += tag >> 5 << 8;
    } else {
      distance += input[at + 1] << 8;
      if (width === 4) distance += (input[at + 2] << 16) + input[at + 3] * 2 ** 24;
    }
    at += width;
    if (distance === 0 || distance > to || to + length > decodedBytes) throw new FormatError("broken snappy copy");
    for (let end = to + length; to < end; to++) out[to] = out[to - distance];
  }
  if (to !== decodedBytes) throw new FormatError("snappy data is cut off");
  return out;
}

// src/chunks/codec/zstd.ts
import * as zlib2 from "node:zlib";
var level2 = 1;
var zstd = {
  id: 5,
  name: "zstd",
  encode: (bytes2) => engine().compress(bytes2),
  decode(bytes2, decodedBytes) {
    let decoded;
    try {
      decoded = engine().decompress(bytes2, decodedBytes);
    } catch (cause) {
      if (cause instanceof NotReadyError) throw cause;
      throw new FormatError("broken zstd data", { cause });
    }
    if (decoded.length !== decodedBytes) throw new FormatError(`${decoded.length} bytes, ${decodedBytes} expected`);
    return decoded;
  }
};
var NotReadyError = class extends Error {
  name = "NotReadyError";
};
var loaded = nativeEngine();
var loading;
function zstdReady() {
  if (loaded !== void 0) return Promise.resolve();
  loading ??= wasmEngine().then((engine2) => {
    loaded = engine2;
  });
  return loading;
}
function engine() {
  if (loaded === void 0) throw new NotReadyError("invariant: zstd is used before codecsReady() has resolved");
  return loaded;
}
function nativeEngine() {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib2;
  const levelKey = constants.ZSTD_c_compressionLevel;
  if (zstdCompressSync === void 0 || zstdDecompressSync === void 0 || levelKey === void 0) return void 0;
  return {
    compress: (bytes2) => zstdCompressSync(bytes2, { params: { [levelKey]: level2 } }),
    decompress: (bytes2, limit) => unpooled(zstdDecompressSync(bytes2, { maxOutputLength: limit + 1, chunkSize: Math.max(limit + 1, 64) }))
  };
}
async function wasmEngine() {
  const { default: wasm } = await import("@foxglove/wasm-zstd");
  await wasm.isLoaded;
  return {
    compress: (bytes2) => wasm.compress(bytes2, level2),
    decompress: (bytes2, limit) => unpooled(wasm.decompress(bytes2, limit))
  };
}

// src/chunks/codec/codec.ts
var none = {
  id: 0,
  name: "none",
  encode: (bytes2) => bytes2,
  decode(bytes2, decodedBytes) {
    if (bytes2.length !== decodedBytes) throw new FormatError(`${bytes2.length} bytes, ${decodedBytes} expected`);
    return bytes2;
  }
};
var codecs = [none, gzip, lz4, snappy, flate, zstd];
var aliases = { "lz4-64k": lz4, "lz4-256k": lz4, "lz4-1M": lz4 };
var codecNames = ["none", "gzip", "lz4-64k", "snappy", "lz4-256k", "lz4-1M", "lz4", "flate", "zstd"];
function codecNamed(name) {
  const wanted = codecNames.find((known) => known.toLowerCase() === name.toLowerCase());
  const codec = wanted === void 0 ? void 0 : aliases[wanted] ?? codecs.find((c) => c.name === wanted);
  if (codec === void 0) throw new Error(`invalid encoding: ${name}, supported: ${codecNames.join(", ")}`);
  return codec;
}
function codecById(id) {
  const codec = codecs.find((c) => c.id === id);
  if (codec === void 0) throw new FormatError(`unknown compression ${id}`);
  return codec;
}
async function codecsReady() {
  await zstdReady();
}

// src/chunks/crc32.ts
import * as zlib3 from "node:zlib";
var native = zlib3.crc32;
var crc322 = native === void 0 ? (bytes2) => crc32Portable(bytes2) : native;
var tables;
function crc32Portable(bytes2) {
  tables ??= makeTables();
  const t = tables;
  const wide = bytes2.length - bytes2.length % 8;
  let crc = -1;
  let i = 0;
  for (; i < wide; i += 8) {
    const low = crc ^ (bytes2[i] | bytes2[i + 1] << 8 | bytes2[i + 2] << 16 | bytes2[i + 3] << 24);
    crc = t[1792 + (low & 255)] ^ t[1536 + (low >>> 8 & 255)] ^ t[1280 + (low >>> 16 & 255)] ^ t[1024 + (low >>> 24)] ^ t[768 + bytes2[i + 4]] ^ t[512 + bytes2[i + 5]] ^ t[256 + bytes2[i + 6]] ^ t[bytes2[i + 7]];
  }
  for (; i < bytes2.length; i++) crc = crc >>> 8 ^ t[(crc ^ bytes2[i]) & 255];
  return ~crc >>> 0;
}
function makeTables() {
  const t = new Uint32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? c >>> 1 ^ 3988292384 : c >>> 1;
    t[n] = c;
  }
  for (let n = 256; n < 2048; n++) t[n] = t[n - 256] >>> 8 ^ t[t[n - 256] & 255];
  return t;
}

// src/chunks/section.ts
var sectionKinds = { times: 1, metadata: 2, lineEnds: 3, lines: 4 };
var sectionEncoding = 1;
var compressFromBytes = 48;
function packSection(kind, name, decoded, codec, offset) {
  let stored = decoded;
  let used = none;
  if (decoded.length >= compressFromBytes && codec !== none) {
    const compressed = codec.encode(decoded);
    if (compressed.length <= decoded.length * 0.9) {
      stored = compressed;
      used = codec;
    }
  }
  const section = {
    kind,
    name,
    encoding: sectionEncoding,
    codec: used.id,
    offset,
    storedBytes: stored.length,
    decodedBytes: decoded.length,
    crc: crc322(stored)
  };
  return { section, stored };
}
function unpackSection(section, stored, place) {
  checkStored(section, stored, place);
  return readingSection(section, place, () => {
    if (section.encoding !== sectionEncoding) throw new FormatError(`unknown encoding ${section.encoding}`);
    return codecById(section.codec).decode(stored, section.decodedBytes);
  });
}
function checkStored(section, stored, place) {
  readingSection(section, place, () => {
    if (stored.length !== section.storedBytes) {
      throw new FormatError(`${stored.length} bytes, ${section.storedBytes} expected`);
    }
    const crc = crc322(stored);
    if (crc !== section.crc) throw new FormatError(`checksum ${hex(crc)}, ${hex(section.crc)} expected`);
  });
}
function readingSection(section, place, read2) {
  try {
    return read2();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const what = `section ${section.kind}${section.name === "" ? "" : ` '${section.name}'`}`;
    throw new DamageError(place.file, place.offset + section.offset, `${what}: ${cause.message}`);
  }
}
var hex = (crc) => crc.toString(16).padStart(8, "0");
function writeSection(out, section) {
  out.u8(section.kind);
  out.u8(section.encoding);
  out.u8(section.codec);
  out.text(section.name);
  out.varint(section.storedBytes);
  out.varint(section.decodedBytes);
  out.u32(section.crc);
}

// src/chunks/text-dictionary.ts
var TextDictionary = class {
  length;
  /** Bytes of memory, for the block cache. */
  byteLength;
  #bytes;
  #ends;
  #texts;
  /** Value `id` is bytes[ends[id - 1] ?? 0 .. ends[id]). Neither is copied. */
  constructor(bytes2, ends) {
    this.length = ends.length;
    this.byteLength = bytes2.length * 3 + ends.length * 12;
    this.#bytes = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.byteLength);
    this.#ends = ends;
    this.#texts = new Array(ends.length);
  }
  get(id) {
    let text = this.#texts[id];
    if (text === void 0) {
      invariant(id >= 0 && id < this.length, `dictionary has ${this.length} values, ${id} asked for`);
      text = this.#bytes.toString("utf8", id === 0 ? 0 : this.#ends[id - 1], this.#ends[id]);
      this.#texts[id] = text;
    }
    return text;
  }
  bytes(id) {
    return this.#bytes.subarray(id === 0 ? 0 : this.#ends[id - 1], this.#ends[id]);
  }
};
function writeTextColumn(out, column, count) {
  const { ids, dictionary } = column;
  const places = new Uint32Array(dictionary.length + 1);
  const rows = new Uint32Array(count);
  const used = [];
  for (let i = 0; i < count; i++) {
    const id = ids[i];
    if (id === 0) continue;
    if (places[id] === 0) {
      used.push(dictionary.bytes(id - 1));
      places[id] = used.length;
    }
    rows[i] = places[id];
  }
  if (used.length === 0) return false;
  out.varint(used.length);
  writeIntegers(
    out,
    Uint32Array.from(used, (value) => value.length),
    used.length,
    ["plain"]
  );
  for (const value of used) out.bytes(value);
  writeIntegers(out, rows, count, ["plain", "delta"]);
  return true;
}
function readTextColumn(from, name, count) {
  const values = from.varint();
  if (values > count) throw new FormatError(`${values} values for ${count} rows`);
  const ends = values === 0 ? new Uint32Array(0) : readUints(from, values);
  const byteLength = accumulate(ends);
  const dictionary = new TextDictionary(from.bytes(byteLength), ends);
  const ids = readUints(from, count);
  let most2 = 0;
  for (let i = 0; i < count; i++) if (ids[i] > most2) most2 = ids[i];
  if (most2 > values) throw new FormatError(`row refers to value ${most2} of ${values}`);
  return { name, dictionary, ids };
}
function accumulate(lengths) {
  let end = 0;
  for (let i = 0; i < lengths.length; i++) {
    end += lengths[i];
    lengths[i] = end;
  }
  if (end > 4294967295) throw new FormatError("lengths add up to more than 4 GiB");
  return end;
}

// src/chunks/block.ts
function encodeBlock(batch, codec) {
  const { count } = batch;
  invariant(count > 0 && count <= blockEntriesMax, `a block has 1 to ${blockEntriesMax} entries, not ${count}`);
  const sections = [];
  const parts = [];
  let offset = 0;
  const add = (kind, name, decoded) => {
    const { section, stored } = packSection(kind, name, decoded, codec, offset);
    sections.push(section);
    parts.push(stored === decoded ? stored.slice() : stored);
    offset += stored.length;
  };
  const first = batch.offsetNs[0];
  const last = batch.offsetNs[count - 1];
  invariant(last - first <= 2 ** 53, "entries of a block are within 2^53 ns of each other");
  const times = relativeTimes(batch.offsetNs, count);
  const out = new ByteWriter(count * 4 + 64);
  writeIntegers(out, times, count, ["delta", "delta-of-delta"], scaleOf(times));
  add(sectionKinds.times, "", out.written());
  const columns = [...batch.metadata].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  for (const column of columns) {
    const section = new ByteWriter(count * 2 + 256);
    if (writeTextColumn(section, column, count)) add(sectionKinds.metadata, column.name, section.written());
  }
  const rawBytes = batch.lineEnd[count - 1];
  const ends = new ByteWriter(count * 2 + 64);
  writeIntegers(ends, lengthsOf(batch.lineEnd, count), count, ["plain"]);
  add(sectionKinds.lineEnds, "", ends.written());
  add(sectionKinds.lines, "", batch.lines.subarray(0, rawBytes));
  const bytes2 = new Uint8Array(new SharedArrayBuffer(offset));
  let at = 0;
  for (const part of parts) {
    bytes2.set(part, at);
    at += part.length;
  }
  return {
    fromNs: batch.baseNs + BigInt(first),
    throughNs: batch.baseNs + BigInt(last),
    count,
    rawBytes,
    sections,
    bytes: bytes2
  };
}
function decodeColumns(block, bytes2, needs, place, known) {
  const wanted = block.sections.filter((section) => isWanted(section, needs, known));
  const stored = fetchSections(wanted, bytes2);
  let offsetNs = known?.offsetNs;
  let lineEnd = known?.lineEnd;
  let lines = known?.lines;
  const metadata = new Map(known?.metadata);
  wanted.forEach((section, i) => {
    const decoded = unpackSection(section, stored[i], place);
    readingSection(section, place, () => {
      const from = new ByteReader(decoded);
      if (section.kind === sectionKinds.times) offsetNs = readTimes(from, block);
      else if (section.kind === sectionKinds.lineEnds) lineEnd = readLineEnds(from, block);
      else if (section.kind === sectionKinds.lines) {
        if (decoded.length !== block.rawBytes)
          throw new FormatError(`${decoded.length} bytes, ${block.rawBytes} expected`);
        lines = decoded;
      } else metadata.set(section.name, readTextColumn(from, section.name, block.count));
    });
  });
  if (offsetNs === void 0) throw new DamageError(place.file, place.offset, "block has no times");
  if (needs.lines !== "none" && lineEnd === void 0)
    throw new DamageError(place.file, place.offset, "block has no line ends");
  if (needs.lines === "bytes" && lines === void 0)
    throw new DamageError(place.file, place.offset, "block has no lines");
  return { offsetNs, metadata, ...lineEnd !== void 0 && { lineEnd }, ...lines !== void 0 && { lines } };
}
var hasColumns = (block, needs, known) => !block.sections.some((section) => isWanted(section, needs, known));
function batchOf(block, columns, needs) {
  const { metadata } = needs;
  const chosen = [];
  for (const column of columns.metadata.values()) {
    if (metadata === "all" || metadata.includes(column.name)) chosen.push(column);
  }
  return {
    count: block.count,
    baseNs: block.fromNs,
    offsetNs: columns.offsetNs,
    lines: needs.lines === "bytes" ? columns.lines : noBytes,
    lineEnd: needs.lines === "none" ? noEnds : columns.lineEnd,
    metadata: chosen.sort((a, b) => a.name < b.name ? -1 : 1)
  };
}
function decodeBlock(block, needs, place = { file: "memory", offset: 0 }) {
  const columns = decodeColumns(block, (start, end) => block.bytes.subarray(start, end), needs, place);
  return batchOf(block, columns, needs);
}
var noBytes = new Uint8Array(0);
var noEnds = new Uint32Array(0);
function isWanted(section, needs, known) {
  switch (section.kind) {
    case sectionKinds.times:
      return known === void 0;
    case sectionKinds.lineEnds:
      return needs.lines !== "none" && known?.lineEnd === void 0;
    case sectionKinds.lines:
      return needs.lines === "bytes" && known?.lines === void 0;
    case sectionKinds.metadata:
      return (needs.metadata === "all" || needs.metadata.includes(section.name)) && known?.metadata.has(section.name) !== true;
    default:
      return false;
  }
}
var gapBytesMax = 16 * 1024;
function fetchSections(sections, bytes2) {
  const out = [];
  for (let i = 0; i < sections.length; ) {
    const start = sections[i].offset;
    let end = start;
    let next = i;
    for (; next < sections.length; next++) {
      const section = sections[next];
      if (section.offset - end > gapBytesMax) break;
      end = section.offset + section.storedBytes;
    }
    const run = bytes2(start, end);
    for (; i < next; i++) {
      const section = sections[i];
      out.push(run.subarray(section.offset - start, section.offset - start + section.storedBytes));
    }
  }
  return out;
}
function relativeTimes(offsetNs, count) {
  const first = offsetNs[0];
  const times = new Float64Array(count);
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const time = offsetNs[i] - first;
    invariant(time >= previous, "entries of a block are in the order of their times");
    times[i] = time;
    previous = time;
  }
  return times;
}
function scaleOf(times) {
  let scale = 1e9;
  for (let i = 0; i < times.length && scale > 1; i++) while (times[i] % scale !== 0) scale /= 1e3;
  return scale;
}
function lengthsOf(lineEnd, count) {
  const lengths = new Uint32Array(count);
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = lineEnd[i];
    lengths[i] = end - start;
    start = end;
  }
  return lengths;
}
function readTimes(from, block) {
  const offsetNs = readFloats(from, block.count);
  if (offsetNs[0] !== 0 || BigInt(offsetNs[block.count - 1]) !== block.throughNs - block.fromNs) {
    throw new FormatError("times are not those of the block");
  }
  return offsetNs;
}
function readLineEnds(from, block) {
  const lineEnd = readUints(from, block.count);
  const byteLength = accumulate(lineEnd);
  if (byteLength !== block.rawBytes) throw new FormatError(`lines of ${byteLength} bytes, ${block.rawBytes} expected`);
  return lineEnd;
}

// src/chunks/byte-lru.ts
var ByteLru = class {
  byteLength = 0;
  bytesMax;
  /** In the order of their last use: a Map keeps the order of insertion. */
  #slots = /* @__PURE__ */ new Map();
  constructor(bytesMax) {
    this.bytesMax = bytesMax;
  }
  get size() {
    return this.#slots.size;
  }
  get(key) {
    const slot = this.#slots.get(key);
    if (slot === void 0) return void 0;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.value;
  }
  /** Replaces what the key had. A value larger than the whole cache is not kept. Returns how many others had to go. */
  set(key, value, byteLength) {
    this.delete(key);
    if (byteLength > this.bytesMax) return 0;
    this.#slots.set(key, { value, byteLength });
    this.byteLength += byteLength;
    let evicted = 0;
    for (const oldest of this.#slots.keys()) {
      if (this.byteLength <= this.bytesMax) break;
      this.delete(oldest);
      evicted++;
    }
    return evicted;
  }
  delete(key) {
    const slot = this.#slots.get(key);
    if (slot === void 0) return;
    this.#slots.delete(key);
    this.byteLength -= slot.byteLength;
  }
  clear() {
    this.#slots.clear();
    this.byteLength = 0;
  }
};

// src/chunks/block-cache.ts
var blockCacheBytesDefault = 64 * 1024 * 1024;
var BlockCache = class {
  counters = { hits: 0, partialHits: 0, misses: 0, evictions: 0, decodedBytes: 0 };
  #columns;
  #tables;
  #lastId = 0;
  /** 0 keeps nothing. Block tables may take another quarter: many slow streams have more tables than blocks. */
  constructor(bytesMax = blockCacheBytesDefault) {
    this.#columns = new ByteLru(bytesMax);
    this.#tables = new ByteLru(bytesMax / 4);
  }
  get byteLength() {
    return this.#columns.byteLength + this.#tables.byteLength;
  }
  get blocks() {
    return this.#columns.size;
  }
  /** The batch may share memory with the cache: it is for reading only, and stays valid. Throws DamageError. */
  read(key, block, bytes2, needs, place) {
    const known = this.#columns.get(key);
    if (known !== void 0 && hasColumns(block, needs, known)) {
      this.counters.hits++;
      return batchOf(block, known, needs);
    }
    if (known === void 0) this.counters.misses++;
    else this.counters.partialHits++;
    const columns = decodeColumns(block, bytes2, needs, place, known);
    const byteLength = bytesOf(columns);
    this.counters.decodedBytes += byteLength - (known === void 0 ? 0 : bytesOf(known));
    this.counters.evictions += this.#columns.set(key, columns, byteLength);
    return batchOf(block, columns, needs);
  }
  /** The table of a chunk, by pack and place; `load` makes it when it is not here. */
  table(key, load) {
    const known = this.#tables.get(key);
    if (known !== void 0) return known;
    const table2 = load();
    let byteLength = 100;
    for (const block of table2) byteLength += 150 + block.sections.length * 100;
    this.#tables.set(key, table2, byteLength);
    return table2;
  }
  /** A number that no other block in memory has, among those of this cache. */
  nextId() {
    return ++this.#lastId;
  }
  /** For a block that will not be read again. */
  forget(key) {
    this.#columns.delete(key);
  }
  clear() {
    this.#columns.clear();
    this.#tables.clear();
  }
};
function blockSourceOf(encoded, cache) {
  const id = cache.nextId();
  return { ...sourceOfEncoded({ kind: "encoded", id, block: encoded }, cache), forget: () => cache.forget(id) };
}
function sourceOfEncoded(address, cache) {
  const { id, block } = address;
  const bytes2 = (start, end) => block.bytes.subarray(start, end);
  const place = { file: "sealed block in memory", offset: 0 };
  return {
    fromNs: block.fromNs,
    throughNs: block.throughNs,
    count: block.count,
    rawBytes: block.rawBytes,
    hash: id,
    read: (needs) => cache.read(id, block, bytes2, needs, place),
    address: () => address
  };
}
var slotBytes = 400;
function bytesOf(columns) {
  let byteLength = slotBytes + columns.offsetNs.byteLength;
  byteLength += (columns.lineEnd?.byteLength ?? 0) + (columns.lines?.byteLength ?? 0);
  for (const { ids, dictionary } of columns.metadata.values())
    byteLength += 200 + ids.byteLength + dictionary.byteLength;
  return byteLength;
}

// src/io/file-system.ts
function writeFully(file, bytes2, position) {
  let rest = bytes2 instanceof Uint8Array ? [bytes2] : bytes2;
  let at = position;
  for (; ; ) {
    rest = rest.filter((part) => part.length > 0);
    const first = rest[0];
    if (first === void 0) return;
    const written = rest.length === 1 ? file.writeSync(first, at) : file.writevSync(rest, at);
    checkProgress(file, written);
    at += written;
    rest = withoutFirst(rest, written);
  }
}
async function writeFullyAsync(file, bytes2, position) {
  for (let done = 0; done < bytes2.length; ) {
    const written = await file.write(done === 0 ? bytes2 : bytes2.subarray(done), position + done);
    checkProgress(file, written);
    done += written;
  }
}
function readFully(file, into, position) {
  let done = 0;
  while (done < into.length) {
    const read2 = file.readSync(done === 0 ? into : into.subarray(done), position + done);
    if (read2 === 0) break;
    done += read2;
  }
  return done;
}
function readFile(fs3, path) {
  const file = fs3.openSync(path, "read");
  try {
    const bytes2 = new Uint8Array(file.byteLength());
    return bytes2.subarray(0, readFully(file, bytes2, 0));
  } finally {
    file.closeSync();
  }
}
async function replaceFile(fs3, path, bytes2) {
  const temporary = `${path}.tmp`;
  const file = fs3.openSync(temporary, "replace");
  try {
    try {
      await writeFullyAsync(file, bytes2, 0);
      await file.sync();
    } finally {
      file.closeSync();
    }
    fs3.renameSync(temporary, path);
  } catch (error) {
    try {
      fs3.unlinkSync(temporary);
    } catch {
    }
    throw error;
  }
  await fs3.syncDir(parentOf(path));
}
function parentOf(path) {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return cut < 0 ? "." : cut === 0 ? path.slice(0, 1) : path.slice(0, cut);
}
var FileError = class extends Error {
  name = "FileError";
  code;
  path;
  constructor(code, call2, path) {
    super(`${code}: ${call2} '${path}'`);
    this.code = code;
    this.path = path;
  }
};
var isFileError = (error, code) => error instanceof Error && error.code === code;
function checkProgress(file, written) {
  if (written <= 0) throw new FileError("EIO", "write made no progress", file.path);
}
function withoutFirst(parts, count) {
  const rest = [];
  let skip = count;
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length;
    else {
      rest.push(skip === 0 ? part : part.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}

// src/chunks/open-files.ts
var OpenFiles = class {
  #fs;
  #filesMax;
  /** By path, in the order of their last use. */
  #open = /* @__PURE__ */ new Map();
  constructor(fs3, filesMax) {
    this.#fs = fs3;
    this.#filesMax = filesMax;
  }
  /** Valid until the next call. Throws an error of code 'ENOENT' when there is no such file. */
  get(path) {
    let file = this.#open.get(path);
    if (file === void 0) {
      file = this.#fs.openSync(path, "read");
      for (const oldest of this.#open.keys()) {
        if (this.#open.size < this.#filesMax) break;
        this.close(oldest);
      }
    } else this.#open.delete(path);
    this.#open.set(path, file);
    return file;
  }
  /** Nothing happens when it is not open. */
  close(path) {
    this.#open.get(path)?.closeSync();
    this.#open.delete(path);
  }
  closeAll() {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
};
function fileSource(files, path, isShared) {
  const byteLength = files.get(path).byteLength();
  return {
    byteLength,
    localPath: isShared ? path : null,
    slice(start, end) {
      if (start < 0 || end < start || end > byteLength) {
        throw new RangeError(`${path}: bytes ${start} to ${end} of ${byteLength}`);
      }
      const bytes2 = new Uint8Array(end - start);
      const read2 = readFully(files.get(path), bytes2, start);
      return read2 === bytes2.length ? bytes2 : bytes2.subarray(0, read2);
    }
  };
}

// src/chunks/pack-store.ts
var packSuffix = ".pack";

// src/chunks/file-pack-store.ts
var temporarySuffix = ".tmp";
var writeBytes = 1024 * 1024;
function openFilePackStore(fs3, folder, options = {}) {
  makeFolder(fs3, folder);
  for (const path of filesBelow(fs3, folder, temporarySuffix)) fs3.unlinkSync(`${folder}/${path}`);
  return new FilePackStore(fs3, folder, options.openFilesMax ?? 128, options.shared ?? true);
}
var FilePackStore = class {
  #fs;
  #folder;
  #shared;
  #files;
  constructor(fs3, folder, openFilesMax, shared) {
    this.#fs = fs3;
    this.#folder = folder;
    this.#shared = shared;
    this.#files = new OpenFiles(fs3, openFilesMax);
  }
  async put(pack, parts) {
    invariant(pack.endsWith(packSuffix), `pack name ${pack} does not end in ${packSuffix}`);
    const path = this.#pathOf(pack);
    const temporary = path + temporarySuffix;
    invariant(this.#fs.statSync(path) === null, `pack ${pack} is there already`);
    makeFolder(this.#fs, parentOf(path));
    const file = this.#fs.openSync(temporary, "create");
    let renamed = false;
    try {
      try {
        let position = 0;
        for (const bytes2 of gathered(parts)) {
          await writeFullyAsync(file, bytes2, position);
          position += bytes2.length;
        }
        await file.sync();
      } finally {
        file.closeSync();
      }
      this.#fs.renameSync(temporary, path);
      renamed = true;
      await this.#fs.syncDir(parentOf(path));
    } catch (error) {
      try {
        this.#fs.unlinkSync(renamed ? path : temporary);
      } catch (second) {
        if (renamed) throw new AggregateError([error, second], `pack ${pack} is not stored for good, nor removed`);
      }
      throw error;
    }
  }
  open(pack) {
    return fileSource(this.#files, this.#pathOf(pack), this.#shared);
  }
  async list() {
    const packs = [];
    for (const pack of filesBelow(this.#fs, this.#folder, packSuffix)) {
      const info = this.#fs.statSync(this.#pathOf(pack));
      if (info !== null) packs.push({ pack, byteLength: info.byteLength });
    }
    return packs.sort((a, b) => a.pack < b.pack ? -1 : 1);
  }
  async delete(pack) {
    const path = this.#pathOf(pack);
    this.#files.close(path);
    try {
      await this.#fs.unlink(path);
    } catch (error) {
      if (!isFileError(error, "ENOENT")) throw error;
    }
    this.#removeIfEmpty(parentOf(path));
  }
  localPath(pack) {
    return this.#shared ? this.#pathOf(pack) : null;
  }
  async close() {
    this.#files.closeAll();
  }
  #pathOf(pack) {
    return `${this.#folder}/${pack}`;
  }
  /** The folder of a day whose last pack went. */
  #removeIfEmpty(folder) {
    try {
      this.#fs.rmdirSync(folder);
    } catch (error) {
      if (!isFileError(error, "ENOTEMPTY") && !isFileError(error, "ENOENT")) throw error;
    }
  }
};
function makeFolder(fs3, folder) {
  const missing = [];
  for (let path = folder; fs3.statSync(path) === null; path = parentOf(path)) {
    missing.push(path);
    if (path === parentOf(path)) break;
  }
  if (missing.length === 0) return;
  fs3.mkdirSync(folder);
  for (const path of missing.reverse()) fs3.syncDirSync(parentOf(path));
}
function filesBelow(fs3, folder, suffix, below = "") {
  return fs3.listSync(below === "" ? folder : `${folder}/${below}`).flatMap(({ name, kind }) => {
    const path = below === "" ? name : `${below}/${name}`;
    if (kind === "directory") return filesBelow(fs3, folder, suffix, path);
    return name.endsWith(suffix) ? [path] : [];
  });
}
function* gathered(parts) {
  let run = [];
  let byteLength = 0;
  for (const part of parts) {
    run.push(part);
    byteLength += part.length;
    if (byteLength < writeBytes) continue;
    yield run.length === 1 ? part : Buffer.concat(run);
    run = [];
    byteLength = 0;
  }
  if (byteLength > 0) yield Buffer.concat(run);
}

// src/index/open-label-index.ts
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs";

// src/index/schema.ts
var migrations = [
  `
  CREATE TABLE tenants (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    span_ns INTEGER NOT NULL              -- no chunk of the tenant is longer than this
  );
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    labels TEXT NOT NULL,                 -- JSON: [name, value, name, value, \u2026], sorted by name
    from_ns INTEGER NOT NULL,             -- bounds of its chunks
    through_ns INTEGER NOT NULL,
    UNIQUE (tenant, labels)
  );
  CREATE TABLE labels (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (tenant, name, value)
  );
  CREATE TABLE postings (
    label INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    PRIMARY KEY (label, stream)
  ) WITHOUT ROWID;
  CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    from_ns INTEGER NOT NULL,
    through_ns INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL
  );
  CREATE INDEX packs_by_tenant ON packs (tenant, from_ns);
  CREATE TABLE chunks (
    pack INTEGER NOT NULL,
    meta_offset INTEGER NOT NULL,
    meta_bytes INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    from_ns INTEGER NOT NULL,
    through_ns INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    PRIMARY KEY (pack, meta_offset)
  ) WITHOUT ROWID;
  CREATE INDEX chunks_by_stream ON chunks (stream, from_ns, through_ns);
  -- Packs that were replaced and may still lie in the store: not to be indexed again.
  CREATE TABLE retired (name TEXT PRIMARY KEY) WITHOUT ROWID;
  `
];
var schemaVersion = migrations.length;
function migrate(db) {
  const version = db.pragma("user_version", { simple: true });
  if (version > schemaVersion) return false;
  for (let v = version; v < schemaVersion; v++) {
    db.transaction(() => {
      db.exec(migrations[v]);
      db.pragma(`user_version = ${v + 1}`);
    })();
  }
  return true;
}

// src/index/sqlite.ts
import Database from "better-sqlite3";
var kept = [];
var keepForever = (...objects) => void kept.push(...objects);
function openSqlite(path, options) {
  const db = new Database(path, { timeout: options.busyTimeoutMs });
  keepForever(db);
  return db;
}
function isDamage(error) {
  const code = error?.code;
  return typeof code === "string" && (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB");
}

// src/index/chunk-table.ts
var ChunkTable = class {
  #statements;
  constructor(db) {
    const overlaps = "from_ns <= @last AND from_ns >= @earliest AND through_ns >= @start";
    this.#statements = {
      insert: db.prepare("INSERT OR IGNORE INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      // By name, not by id: a rebuilt index gives the same order.
      overlapping: db.prepare(
        `SELECT p.name, c.meta_offset, c.meta_bytes, c.from_ns, c.through_ns, c.entries, c.raw_bytes, c.stored_bytes
           FROM chunks c JOIN packs p ON p.id = c.pack
           WHERE c.stream = @stream AND c.from_ns <= @last AND c.from_ns >= @earliest AND c.through_ns >= @start
           ORDER BY c.from_ns, c.through_ns, p.name, c.meta_offset`
      ).safeIntegers().raw(),
      hasOverlapping: db.prepare(`SELECT 1 FROM chunks WHERE stream = @stream AND ${overlaps} LIMIT 1`).pluck(),
      bounds: db.prepare("SELECT min(from_ns), max(through_ns) FROM chunks WHERE stream = ?").safeIntegers().raw(),
      findPack: db.prepare("SELECT id FROM packs WHERE name = ?").pluck(),
      insertPack: db.prepare("INSERT INTO packs VALUES (NULL, ?, ?, ?, ?, 0, 0, 0)"),
      addToPack: db.prepare(
        `UPDATE packs SET from_ns = min(from_ns, ?), through_ns = max(through_ns, ?), chunks = chunks + ?,
         entries = entries + ?, stored_bytes = stored_bytes + ? WHERE id = ?`
      ),
      streamsOfPack: db.prepare("SELECT DISTINCT stream FROM chunks WHERE pack = ?").pluck(),
      removeChunks: db.prepare("DELETE FROM chunks WHERE pack = ?"),
      removePack: db.prepare("DELETE FROM packs WHERE id = ?"),
      packs: db.prepare(
        `SELECT p.name, t.name, p.from_ns, p.through_ns, p.chunks, p.entries, p.stored_bytes
           FROM packs p JOIN tenants t ON t.id = p.tenant WHERE @tenant IS NULL OR t.name = @tenant
           ORDER BY p.tenant, p.from_ns, p.name`
      ).safeIntegers().raw(),
      retire: db.prepare("INSERT OR IGNORE INTO retired VALUES (?)"),
      unretire: db.prepare("DELETE FROM retired WHERE name = ?"),
      retired: db.prepare("SELECT name FROM retired ORDER BY name").pluck()
    };
    keepForever(...Object.values(this.#statements));
  }
  /** The pack's id; made, without chunks, when new. */
  addPack(tenant, ref) {
    const known = this.#statements.findPack.get(ref.pack);
    if (known !== void 0) return known;
    return Number(this.#statements.insertPack.run(tenant, ref.pack, ref.fromNs, ref.throughNs).lastInsertRowid);
  }
  /** False when it was there already. `totals` collects for `addTotals`. */
  add(pack, stream, ref, totals) {
    const { fromNs, throughNs, entries, rawBytes, storedBytes, metaOffset, metaBytes } = ref;
    const { changes } = this.#statements.insert.run(
      ...[pack, metaOffset, metaBytes, stream, fromNs, throughNs, entries, rawBytes, storedBytes]
    );
    if (changes === 0) return false;
    const sum2 = totals.get(pack);
    if (sum2 === void 0) totals.set(pack, { fromNs, throughNs, chunks: 1, entries, storedBytes });
    else {
      if (fromNs < sum2.fromNs) sum2.fromNs = fromNs;
      if (throughNs > sum2.throughNs) sum2.throughNs = throughNs;
      sum2.chunks++;
      sum2.entries += entries;
      sum2.storedBytes += storedBytes;
    }
    return true;
  }
  addTotals(totals) {
    for (const [pack, t] of totals)
      this.#statements.addToPack.run(t.fromNs, t.throughNs, t.chunks, t.entries, t.storedBytes, pack);
  }
  /** Removes a pack and says which streams had chunks in it. */
  removePack(name) {
    const id = this.#statements.findPack.get(name);
    if (id === void 0) return [];
    const streams2 = this.#statements.streamsOfPack.all(id);
    this.#statements.removeChunks.run(id);
    this.#statements.removePack.run(id);
    return streams2;
  }
  /** Null when the stream has no chunk. */
  bounds(stream) {
    const [from, through] = this.#statements.bounds.get(BigInt(stream));
    return from === null || through === null ? null : [from, through];
  }
  hasOverlapping(stream, range, spanNs) {
    return this.#statements.hasOverlapping.get(bind(stream, range, spanNs)) !== void 0;
  }
  /** By time. `spanNs`: no chunk is longer. */
  overlapping(tenant, stream, labels, range, spanNs) {
    const rows = this.#statements.overlapping.all(bind(stream, range, spanNs));
    return rows.map(([pack, metaOffset, metaBytes, fromNs, throughNs, entries, rawBytes, storedBytes]) => ({
      ...{ tenant, labels, pack, fromNs, throughNs },
      ...{ metaOffset: Number(metaOffset), metaBytes: Number(metaBytes), entries: Number(entries) },
      ...{ rawBytes: Number(rawBytes), storedBytes: Number(storedBytes) }
    }));
  }
  packs(tenant) {
    const rows = this.#statements.packs.all({ tenant: tenant ?? null });
    return rows.map(([pack, owner, fromNs, throughNs, chunks, entries, storedBytes]) => ({
      ...{ pack, tenant: owner, fromNs, throughNs },
      ...{ chunks: Number(chunks), entries: Number(entries), storedBytes: Number(storedBytes) }
    }));
  }
  retire(name) {
    this.#statements.retire.run(name);
  }
  unretire(name) {
    this.#statements.unretire.run(name);
  }
  retired() {
    return this.#statements.retired.all();
  }
};
var least = -(2n ** 63n);
var greatest = 2n ** 63n - 1n;
var clamp = (ns) => ns < least ? least : ns > greatest ? greatest : ns;
var bind = (stream, range, spanNs) => ({
  stream,
  start: clamp(range.start),
  last: clamp(range.end - 1n),
  earliest: clamp(range.start - spanNs)
});

// src/model/regex.ts
import { isUtf8 } from "node:buffer";
import { RE2JS } from "re2js";

// src/model/regex/syntax.ts
var MAX_RUNE = 1114111;
var isAssertion = (node) => node.op === "beginText" || node.op === "endText" || node.op === "beginLine" || node.op === "endLine" || node.op === "wordBoundary" || node.op === "notWordBoundary";
var empty = { op: "empty", size: 1, height: 1 };
var classNode = (ranges) => ({ op: "class", ranges, size: 1, height: 1 });
var assertion = (op) => ({ op, size: 1, height: 1 });
var capture = (index2, name, sub) => ({
  op: "capture",
  index: index2,
  name,
  sub,
  size: sub.size + 2,
  height: sub.height + 1
});
function repeat(sub, min, max, greedy) {
  return { op: "repeat", min, max, greedy, sub, size: repeatSize(sub.size, min, max), height: sub.height + 1 };
}
function repeatSize(sub, min, max) {
  if (max === -1) return min === 0 ? 2 + sub : 1 + min * sub;
  return Math.max(1, max * sub + (max - min));
}
function concat(subs) {
  if (subs.length === 0) return empty;
  if (subs.length === 1) return subs[0];
  return { op: "concat", subs, size: sum(subs), height: 1 + highest(subs) };
}
function alternate(subs) {
  if (subs.length === 1) return subs[0];
  return { op: "alternate", subs, size: sum(subs) + subs.length - 1, height: 1 + highest(subs) };
}
var sum = (subs) => subs.reduce((n, sub) => n + sub.size, 0);
var highest = (subs) => subs.reduce((n, sub) => Math.max(n, sub.height), 0);
var literalRune = (node) => node.op === "class" && node.ranges.length === 2 && node.ranges[0] === node.ranges[1] ? node.ranges[0] : null;

// src/model/regex/char-class.ts
function normalise(pairs) {
  const spans = [];
  for (let i = 0; i < pairs.length; i += 2) spans.push([pairs[i], pairs[i + 1]]);
  spans.sort((a, b) => a[0] - b[0]);
  const out = [];
  for (const [lo, hi] of spans) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last] + 1) out[last] = Math.max(out[last], hi);
    else out.push(lo, hi);
  }
  return out;
}
function negate(ranges) {
  const out = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i];
    if (lo > next) out.push(next, lo - 1);
    next = ranges[i + 1] + 1;
  }
  if (next <= MAX_RUNE) out.push(next, MAX_RUNE);
  return out;
}
function intersects(a, b) {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1] < b[j]) i += 2;
    else if (b[j + 1] < a[i]) j += 2;
    else return true;
  }
  return false;
}
var anyRune = [0, MAX_RUNE];
var anyButNewline = negate([10, 10]);
var wordRunes = [48, 57, 65, 90, 95, 95, 97, 122];
var digit = [48, 57];
var perlSpace = [9, 10, 12, 13, 32, 32];
var perlClasses = /* @__PURE__ */ new Map([
  ["d", digit],
  ["D", negate(digit)],
  ["s", perlSpace],
  ["S", negate(perlSpace)],
  ["w", wordRunes],
  ["W", negate(wordRunes)]
]);
var posixClasses = /* @__PURE__ */ new Map([
  ["alnum", [48, 57, 65, 90, 97, 122]],
  ["alpha", [65, 90, 97, 122]],
  ["ascii", [0, 127]],
  ["blank", [9, 9, 32, 32]],
  ["cntrl", [0, 31, 127, 127]],
  ["digit", digit],
  ["graph", [33, 126]],
  ["lower", [97, 122]],
  ["print", [32, 126]],
  ["punct", [33, 47, 58, 64, 91, 96, 123, 126]],
  ["space", [9, 13, 32, 32]],
  ["upper", [65, 90]],
  ["word", wordRunes],
  ["xdigit", [48, 57, 65, 70, 97, 102]]
]);
function orbitOf(rune) {
  if (rune < 128) {
    const upper = rune & ~32;
    if (upper < 65 || upper > 90 || rune < 65) return null;
    if (upper === 75) return [75, 107, 8490];
    if (upper === 83) return [83, 115, 383];
    return [upper, upper | 32];
  }
  return orbits().get(rune) ?? null;
}
var foldMax = 125251;
var knownOrbits = null;
function orbits() {
  if (knownOrbits !== null) return knownOrbits;
  const sets = /* @__PURE__ */ new Map();
  const join2 = (a, b) => {
    const set = sets.get(a) ?? /* @__PURE__ */ new Set([a]);
    for (const member of sets.get(b) ?? [b]) {
      set.add(member);
      sets.set(member, set);
    }
    sets.set(a, set);
  };
  for (let rune = 65; rune <= foldMax; rune++) {
    if (rune === 304 || rune === 305 || rune >= 55296 && rune < 57344) continue;
    const text = String.fromCodePoint(rune);
    for (const other of [text.toLowerCase(), text.toUpperCase()]) {
      const code = other.codePointAt(0);
      if (other !== text && other.length === (code > 65535 ? 2 : 1)) join2(rune, code);
    }
  }
  knownOrbits = new Map([...sets].map(([rune, set]) => [rune, [...set].sort((a, b) => a - b)]));
  return knownOrbits;
}
function folded(ranges) {
  const out = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i];
    const hi = ranges[i + 1];
    if (lo <= 65 && hi >= foldMax) continue;
    for (let rune = Math.max(lo, 65); rune <= Math.min(hi, foldMax); rune++) {
      if (rune >= 128 && hi - lo > 1024 && !orbits().has(rune)) continue;
      for (const member of orbitOf(rune) ?? []) out.push(member, member);
    }
  }
  return normalise(out);
}
var knownProperties = /* @__PURE__ */ new Map();
function unicodeClass(name) {
  if (name === "Any") return anyRune;
  let ranges = knownProperties.get(name);
  if (ranges === void 0) {
    ranges = scanProperty(name);
    knownProperties.set(name, ranges);
  }
  return ranges;
}
var categories = new Set(
  "C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split(
    " "
  )
);
function scanProperty(name) {
  const isCategory = categories.has(name);
  if (!isCategory && (!/^[A-Z][a-z][A-Za-z_]*$/.test(name) || isScriptAlias(name))) return null;
  let pattern2;
  try {
    pattern2 = new RegExp(`^\\p{${isCategory ? "" : "Script="}${name}}$`, "u");
  } catch (e) {
    if (e instanceof SyntaxError) return null;
    throw e;
  }
  const out = [];
  for (let rune = 0; rune <= MAX_RUNE; rune++) {
    if (!pattern2.test(String.fromCodePoint(rune))) continue;
    if (out.at(-1) === rune - 1) out[out.length - 1] = rune;
    else out.push(rune, rune);
  }
  return out;
}
var fourLetterNames = new Set("Ahom Cham Kawi Lisu Miao Modi Newa Thai Toto".split(" "));
var isScriptAlias = (name) => name.length === 4 && !fourLetterNames.has(name);

// src/model/regex/program.ts
var instructionsMax = 2e5;
var Op = { byte: 0, split: 1, assert: 2, match: 3, fail: 4 };
var Place = {
  beginText: 1,
  endText: 2,
  beginLine: 4,
  endLine: 8,
  wordBoundary: 16,
  notWordBoundary: 32
};
function compileProgram(root, options) {
  const compiler = new Compiler(options.backwards);
  try {
    return compiler.compile(root, options.unanchored);
  } catch (e) {
    if (e instanceof TooLarge) return null;
    throw e;
  }
}
var TooLarge = class extends Error {
  name = "TooLarge";
};
var reversed = {
  beginText: "endText",
  endText: "beginText",
  beginLine: "endLine",
  endLine: "beginLine",
  wordBoundary: "wordBoundary",
  notWordBoundary: "notWordBoundary"
};
var Compiler = class {
  #backwards;
  #op = [];
  #lo = [];
  #hi = [];
  #out = [];
  #out1 = [];
  #hasAssertions = false;
  constructor(backwards) {
    this.#backwards = backwards;
  }
  compile(root, unanchored) {
    const match = this.#add(Op.match, 0, 0, 0, 0);
    let start = this.#node(root, match);
    if (unanchored) {
      const loop = this.#add(Op.split, 0, 0, start, 0);
      this.#out1[loop] = this.#class(anyRune, loop);
      start = loop;
    }
    return {
      op: Uint8Array.from(this.#op),
      lo: Uint8Array.from(this.#lo),
      hi: Uint8Array.from(this.#hi),
      out: Uint32Array.from(this.#out),
      out1: Uint32Array.from(this.#out1),
      start,
      hasAssertions: this.#hasAssertions
    };
  }
  #add(op, lo, hi, out, out1) {
    if (this.#op.length >= instructionsMax) throw new TooLarge();
    this.#lo.push(lo);
    this.#hi.push(hi);
    this.#out.push(out);
    this.#out1.push(out1);
    return this.#op.push(op) - 1;
  }
  #split(a, b) {
    return this.#add(Op.split, 0, 0, a, b);
  }
  /** Matches the node, then goes on at `next`. */
  #node(node, next) {
    switch (node.op) {
      case "empty":
        return next;
      case "class":
        return this.#class(node.ranges, next);
      case "capture":
        return this.#node(node.sub, next);
      case "concat":
        return this.#backwards ? node.subs.reduce((to, sub) => this.#node(sub, to), next) : node.subs.reduceRight((to, sub) => this.#node(sub, to), next);
      case "alternate":
        return node.subs.map((sub) => this.#node(sub, next)).reduce((a, b) => this.#split(a, b));
      case "repeat":
        return this.#repeat(node, next);
      default: {
        this.#hasAssertions = true;
        return this.#add(Op.assert, Place[this.#backwards ? reversed[node.op] : node.op], 0, next, 0);
      }
    }
  }
  #repeat({ min, max, sub }, next) {
    let at = next;
    if (max === -1) {
      at = this.#split(0, next);
      const body = this.#node(sub, at);
      this.#out[at] = body;
      if (min > 0) at = body;
    } else {
      for (let count = max; count > min; count--) at = this.#split(this.#node(sub, at), next);
    }
    const copies = max === -1 ? min - 1 : min;
    for (let count = 0; count < copies; count++) at = this.#node(sub, at);
    return at;
  }
  #class(ranges, next) {
    const starts = [];
    const known = /* @__PURE__ */ new Map();
    const byte = (lo, hi, to) => {
      const key = (to * 256 + lo) * 256 + hi;
      let at = known.get(key);
      if (at === void 0) {
        at = this.#add(Op.byte, lo, hi, to, 0);
        known.set(key, at);
      }
      return at;
    };
    for (let i = 0; i < ranges.length; i += 2) {
      eachSequence(ranges[i], ranges[i + 1], (bytes2) => {
        let to = next;
        if (this.#backwards)
          for (let k = 0; k < bytes2.length; k += 2) to = byte(bytes2[k], bytes2[k + 1], to);
        else for (let k = bytes2.length - 2; k >= 0; k -= 2) to = byte(bytes2[k], bytes2[k + 1], to);
        starts.push(to);
      });
    }
    if (starts.length === 0) return this.#add(Op.fail, 0, 0, 0, 0);
    return [...new Set(starts)].reduce((a, b) => this.#split(a, b));
  }
};
function eachSequence(lo, hi, emit) {
  if (lo > hi) return;
  if (lo < 55296 && hi >= 55296) {
    eachSequence(lo, 55295, emit);
    eachSequence(57344, hi, emit);
    return;
  }
  if (lo >= 55296 && lo < 57344) {
    eachSequence(57344, hi, emit);
    return;
  }
  for (const last2 of [127, 2047, 65535]) {
    if (lo <= last2 && last2 < hi) {
      eachSequence(lo, last2, emit);
      eachSequence(last2 + 1, hi, emit);
      return;
    }
  }
  if (hi <= 127) {
    emit([lo, hi]);
    return;
  }
  for (let bits = 6; bits <= 18; bits += 6) {
    const mask = (1 << bits) - 1;
    if ((lo & ~mask) === (hi & ~mask)) continue;
    if ((lo & mask) !== 0) {
      eachSequence(lo, lo | mask, emit);
      eachSequence((lo | mask) + 1, hi, emit);
      return;
    }
    if ((hi & mask) !== mask) {
      eachSequence(lo, (hi & ~mask) - 1, emit);
      eachSequence(hi & ~mask, hi, emit);
      return;
    }
  }
  const first = utf8(lo);
  const last = utf8(hi);
  emit(first.flatMap((b, i) => [b, last[i]]));
}
function utf8(rune) {
  const tail = (shift) => 128 | rune >> shift & 63;
  if (rune < 2048) return [192 | rune >> 6, tail(0)];
  if (rune < 65536) return [224 | rune >> 12, tail(6), tail(0)];
  return [240 | rune >> 18, tail(12), tail(6), tail(0)];
}

// src/model/regex/automaton.ts
var statesMax = 1024;
var stateWorkMin = 3e6;
var stateWorkPerByte = 16;
var UNKNOWN = 0;
var DEAD = 1 << 8;
var MATCHED = 2 << 8;
var FIRST = 3 << 8;
var AFTER_WORD = 1;
var AFTER_NEWLINE = 2;
var AT_START = 4;
var END = 256;
var isWord = (b) => b >= 48 && b <= 57 || b >= 65 && b <= 90 || b === 95 || b >= 97 && b <= 122;
var contextAfter = (b) => isWord(b) ? AFTER_WORD : b === 10 ? AFTER_NEWLINE : 0;
var Automaton = class {
  #program;
  /** 256 entries for each state: the row of the next one. */
  #next = new Int32Array(16 * 256);
  /** 1 where a match ends before the byte is read; only for the search of all ends. */
  #ends = null;
  #states = [null, null, null];
  #rows = /* @__PURE__ */ new Map();
  /** Marks of the instructions that a set has already. */
  #seen;
  #mark = 0;
  #stack = [];
  /** The set that is being made: the first #count entries. */
  #set;
  #count = 0;
  /** Where a finished set is kept while the next is made. */
  #spare;
  #sawMatch = false;
  #stateWork = 0;
  #bytesRead = 0;
  constructor(program) {
    this.#program = program;
    this.#seen = new Uint32Array(program.op.length);
    this.#set = new Uint32Array(program.op.length);
    this.#spare = new Uint32Array(program.op.length);
  }
  /**
   * Is there a match in bytes[start, end)? Reads no further than the first one ends.
   * 'unclear' when bytes beyond ASCII were read and none was found: invalid UTF-8 may be the reason.
   */
  test(bytes2, start, end) {
    if (this.#isThrashing()) return this.#simulate(bytes2, start, end);
    this.#bytesRead += end - start;
    let row = this.#startRow();
    let next = this.#next;
    let seen = 0;
    for (let i = start; i < end; i++) {
      let b = bytes2[i];
      seen |= b;
      let to = next[row | b];
      while (to === row && ++i < end) {
        b = bytes2[i];
        seen |= b;
        to = next[row | b];
      }
      if (i === end) break;
      if (to < FIRST) {
        if (to === UNKNOWN) {
          if (this.#isThrashing()) return this.#simulate(bytes2, start, end);
          to = this.#step(row, b, false);
          next = this.#next;
        }
        if (to === MATCHED) return true;
        if (to === DEAD) return seen < 128 ? false : "unclear";
      }
      row = to;
    }
    return this.#matchesAtEnd(row) || (seen < 128 ? false : "unclear");
  }
  /** As test, over the characters of a text that is ASCII; null when it is not. */
  testAscii(text) {
    if (this.#isThrashing()) return null;
    this.#bytesRead += text.length;
    let row = this.#startRow();
    for (let i = 0; i < text.length; i++) {
      const b = text.charCodeAt(i);
      if (b >= 128) return null;
      let to = this.#next[row | b];
      if (to < FIRST) {
        if (to === UNKNOWN) {
          if (this.#isThrashing()) return null;
          to = this.#step(row, b, false);
        }
        if (to === MATCHED) return true;
        if (to === DEAD) return false;
      }
      row = to;
    }
    return this.#matchesAtEnd(row);
  }
  /**
   * For a program that reads backwards: calls back with each place where a match begins, from the last to the first.
   * `byteAt` yields bytes 0 to count - 1.
   */
  eachStart(byteAt, count, found) {
    this.#ends ??= new Uint8Array(this.#next.length);
    let row = this.#startRow();
    for (let i = count; i > 0; i--) {
      const b = byteAt(i - 1);
      const slot = row | b;
      let to = this.#next[slot];
      let ends = this.#ends[slot];
      if (to === UNKNOWN) {
        to = this.#step(row, b, true);
        ends = this.#sawMatch ? 1 : 0;
      }
      if (ends === 1) found(i);
      if (to === DEAD) return;
      row = to;
    }
    if (this.#matchesAtEnd(row)) found(0);
  }
  /** Texts that need ever new states: x.{500}y on many x. */
  #isThrashing() {
    return this.#stateWork > stateWorkMin && this.#stateWork > this.#bytesRead * stateWorkPerByte;
  }
  /** As test, without making states: slower for each byte, but never worse than the expression is long. */
  #simulate(bytes2, start, end) {
    const { hasAssertions } = this.#program;
    let seen = 0;
    let before = AT_START;
    this.#begin();
    this.#follow(this.#program.start, 0);
    for (let i = start; ; i++) {
      const b = i === end ? END : bytes2[i];
      if (hasAssertions) this.#resolve(this.#finished(), before, b);
      if (this.#sawMatch) return true;
      if (b === END || this.#count === 0) break;
      seen |= b;
      this.#advance(this.#finished(), b);
      before = contextAfter(b);
    }
    return seen < 128 ? false : "unclear";
  }
  #startRow() {
    if (this.#states.length > FIRST >> 8) return FIRST;
    this.#begin();
    this.#follow(this.#program.start, 0);
    return this.#rowOf(AT_START);
  }
  #begin() {
    this.#mark++;
    this.#count = 0;
    this.#sawMatch = false;
  }
  /** Adds what can be reached without a byte. Assertions are passed where `place` has them, else kept waiting. */
  #follow(from, place) {
    const { op, lo, out, out1 } = this.#program;
    const stack = this.#stack;
    stack.push(from);
    while (stack.length > 0) {
      const at = stack.pop();
      if (this.#seen[at] === this.#mark) continue;
      this.#seen[at] = this.#mark;
      switch (op[at]) {
        case Op.split:
          stack.push(out1[at], out[at]);
          break;
        case Op.assert:
          if ((place & lo[at]) !== 0) stack.push(out[at]);
          else this.#set[this.#count++] = at;
          break;
        case Op.match:
          this.#sawMatch = true;
          this.#set[this.#count++] = at;
          break;
        case Op.byte:
          this.#set[this.#count++] = at;
          break;
      }
    }
  }
  /** The row of the state that is the current set. */
  #rowOf(before) {
    if (this.#count === 0) return DEAD;
    const instructions = this.#set.slice(0, this.#count).sort();
    this.#stateWork += instructions.length;
    const context = this.#program.hasAssertions ? before : 0;
    const key = String.fromCharCode(context) + Buffer.from(instructions.buffer).toString("latin1");
    const known = this.#rows.get(key);
    if (known !== void 0) return known;
    const row = this.#states.length << 8;
    this.#states.push({ instructions, before: context, matchesAtEnd: null });
    this.#rows.set(key, row);
    if (row === this.#next.length) this.#grow();
    return row;
  }
  #grow() {
    const next = new Int32Array(this.#next.length * 2);
    next.set(this.#next);
    this.#next = next;
    if (this.#ends === null) return;
    const ends = new Uint8Array(this.#next.length);
    ends.set(this.#ends);
    this.#ends = ends;
  }
  /** Forgets all states; returns the new row of one that goes on living. */
  #reset(keep) {
    this.#states = [null, null, null];
    this.#rows = /* @__PURE__ */ new Map();
    this.#next.fill(0);
    this.#ends?.fill(0);
    this.#startRow();
    this.#set.set(keep.instructions);
    this.#count = keep.instructions.length;
    return this.#rowOf(keep.before);
  }
  /** Conditions between the byte before and `b`. */
  #placeOf(before, b) {
    let place = 0;
    if ((before & AT_START) !== 0) place |= Place.beginText | Place.beginLine;
    if ((before & AFTER_NEWLINE) !== 0) place |= Place.beginLine;
    if (b === END) place |= Place.endText | Place.endLine;
    if (b === 10) place |= Place.endLine;
    const boundary = (before & AFTER_WORD) !== 0 !== (b !== END && isWord(b));
    return place | (boundary ? Place.wordBoundary : Place.notWordBoundary);
  }
  /** Takes the set away; it stays good until the next time. */
  #finished() {
    const done = this.#set;
    this.#set = this.#spare;
    this.#spare = done;
    return done.subarray(0, this.#count);
  }
  /** A set at a place, now that both its sides are known. Sets #sawMatch. */
  #resolve(instructions, before, b) {
    this.#begin();
    const place = this.#program.hasAssertions ? this.#placeOf(before, b) : 0;
    for (let i = 0; i < instructions.length; i++) this.#follow(instructions[i], place);
  }
  /** The set after the byte. Sets #sawMatch. */
  #advance(instructions, b) {
    const { op, lo, hi, out } = this.#program;
    this.#begin();
    for (let i = 0; i < instructions.length; i++) {
      const at = instructions[i];
      if (op[at] === Op.byte && lo[at] <= b && b <= hi[at]) this.#follow(out[at], 0);
    }
  }
  #matchesAtEnd(row) {
    const state = this.#states[row >> 8];
    if (state.matchesAtEnd === null) {
      this.#resolve(state.instructions, state.before, END);
      state.matchesAtEnd = this.#sawMatch;
    }
    return state.matchesAtEnd;
  }
  /** Makes one entry of the table. With `all`, a match does not end the search; #sawMatch tells of it. */
  #step(fromRow, b, all) {
    let row = fromRow;
    const state = this.#states[row >> 8];
    this.#resolve(state.instructions, state.before, b);
    const waiting = this.#finished();
    const matched = this.#sawMatch;
    let to;
    if (matched && !all) to = MATCHED;
    else {
      if (this.#states.length >= statesMax) {
        const kept2 = waiting.slice();
        row = this.#reset(state);
        this.#advance(kept2, b);
      } else this.#advance(waiting, b);
      if (!all && this.#sawMatch && !this.#program.hasAssertions) to = MATCHED;
      else to = this.#rowOf(contextAfter(b));
    }
    this.#next[row | b] = to;
    if (all) this.#ends[row | b] = matched ? 1 : 0;
    this.#sawMatch = matched;
    return to;
  }
};

// src/model/regex/literals.ts
var literalMax = 256;
var alternativesMax = 32;
var REPLACEMENT = 65533;
var unknown = { exact: null, prefix: "", suffix: "", best: "" };
var exactly = (text) => ({ exact: text, prefix: text, suffix: text, best: text });
var longer = (a, b) => b.length > a.length ? b : a;
var spellExactly = (node) => {
  const rune = literalRune(node);
  return rune === null || rune === REPLACEMENT || isSurrogate(rune) ? null : String.fromCodePoint(rune);
};
var spellFolded = (node) => {
  const rune = literalRune(node);
  if (rune !== null) return rune < 128 ? String.fromCharCode(rune).toLowerCase() : null;
  const [a, b, c, d] = node.ranges;
  const isLetter = node.ranges.length === 4 && a === b && c === d && c === a + 32 && a >= 65 && a <= 90;
  return isLetter ? String.fromCharCode(c) : null;
};
var isSurrogate = (rune) => rune >= 55296 && rune < 57344;
function coreOf(node, spell) {
  switch (node.op) {
    case "class": {
      const text = spell(node);
      return text === null ? unknown : exactly(text);
    }
    case "capture":
      return coreOf(node.sub, spell);
    case "concat":
      return node.subs.reduce((core, sub) => join(core, coreOf(sub, spell)), exactly(""));
    case "alternate":
      return node.subs.map((sub) => coreOf(sub, spell)).reduce(either);
    case "repeat":
      return repeated(node, coreOf(node.sub, spell));
    default:
      return exactly("");
  }
}
function join(a, b) {
  const tooLong = (a.exact?.length ?? 0) + (b.exact?.length ?? 0) > literalMax;
  const exact = a.exact === null || b.exact === null || tooLong ? null : a.exact + b.exact;
  const prefix = a.exact !== null && !tooLong ? a.exact + b.prefix : a.prefix;
  const suffix = b.exact !== null && !tooLong ? a.suffix + b.exact : b.suffix;
  const best = [a.best, b.best, a.suffix + b.prefix, prefix, suffix].reduce(longer);
  return {
    exact,
    prefix: prefix.slice(0, literalMax),
    suffix: suffix.slice(-literalMax),
    best: best.slice(0, literalMax)
  };
}
function either(a, b) {
  if (a.exact !== null && a.exact === b.exact) return a;
  const prefix = commonPrefix(a.prefix, b.prefix);
  const suffix = commonSuffix(a.suffix, b.suffix);
  const shared = a.best.includes(b.best) ? b.best : b.best.includes(a.best) ? a.best : "";
  return { exact: null, prefix, suffix, best: [shared, prefix, suffix].reduce(longer) };
}
function commonPrefix(a, b) {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return a.slice(0, n).isWellFormed() ? a.slice(0, n) : a.slice(0, n - 1);
}
function commonSuffix(a, b) {
  let n = 0;
  while (n < a.length && n < b.length && a.at(-1 - n) === b.at(-1 - n)) n++;
  const text = n === 0 ? "" : a.slice(-n);
  return text.isWellFormed() ? text : text.slice(1);
}
function repeated(node, sub) {
  if (node.min === 0) return node.max === 0 ? exactly("") : unknown;
  if (sub.exact === null) return { ...sub, exact: null };
  const count = Math.min(node.min, Math.max(1, Math.floor(literalMax / Math.max(1, sub.exact.length))));
  const text = sub.exact.repeat(count);
  return { ...exactly(text), exact: node.min === node.max && count === node.min ? text : null };
}
var encoder = new TextEncoder();
function needleOf(root) {
  const { best } = coreOf(root, spellExactly);
  return best === "" ? null : encoder.encode(best);
}
function foldedNeedleOf(root) {
  const { best } = coreOf(root, spellFolded);
  const exact = coreOf(root, spellExactly).best;
  return best === "" || best.length <= exact.length ? null : encoder.encode(best);
}
function alternativesOf(root, anchored) {
  const core = withoutFreeEnds(anchored ? withoutAnchors(root) : root, anchored);
  if (core === null) return null;
  const texts = core.reduce((left, node) => cross(left, spellings(node)), [""]);
  if (texts === null || texts.some((text) => text === "")) return null;
  const unique = [...new Set(texts)];
  const needed = unique.filter((text) => !unique.some((other) => other !== text && text.includes(other)));
  return needed.map((text) => encoder.encode(text));
}
var withoutAnchors = (root) => root.op === "concat" ? root.subs[1] : root;
function withoutFreeEnds(root, required) {
  const parts = root.op === "concat" ? [...root.subs] : [root];
  const isFree = (node) => {
    if (node?.op === "capture") return isFree(node.sub);
    if (node?.op !== "repeat" || node.min !== 0 || node.max !== -1 || node.sub.op !== "class") return false;
    return !required || node.sub.ranges[0] === 0 && node.sub.ranges[1] === MAX_RUNE;
  };
  const before = parts.length;
  while (isFree(parts[0])) parts.shift();
  if (required && parts.length === before) return null;
  const middle = parts.length;
  while (isFree(parts.at(-1))) parts.pop();
  return required && parts.length === middle ? null : parts;
}
function cross(left, right) {
  if (left === null || right === null || left.length * right.length > alternativesMax) return null;
  return left.flatMap((a) => right.map((b) => a + b));
}
function spellings(node) {
  switch (node.op) {
    case "empty":
      return [""];
    case "class":
      return members(node);
    case "capture":
      return spellings(node.sub);
    case "concat":
      return node.subs.reduce((left, sub) => cross(left, spellings(sub)), [""]);
    case "alternate": {
      const all = node.subs.map(spellings);
      if (all.includes(null)) return null;
      const texts = all.flat();
      return texts.length > alternativesMax ? null : texts;
    }
    case "repeat": {
      if (node.max === -1 || node.max > 4) return null;
      const once = spellings(node.sub);
      let texts = [];
      let run = [""];
      for (let count = 0; count <= node.max; count++) {
        if (count >= node.min) texts = texts === null || run === null ? null : [...texts, ...run];
        run = cross(run, once);
      }
      return texts !== null && texts.length <= alternativesMax ? texts : null;
    }
    default:
      return null;
  }
}
function members(node) {
  const out = [];
  for (let i = 0; i < node.ranges.length; i += 2) {
    for (let rune = node.ranges[i]; rune <= node.ranges[i + 1]; rune++) {
      if (out.length >= 4 || rune === REPLACEMENT || isSurrogate(rune)) return null;
      out.push(String.fromCodePoint(rune));
    }
  }
  return out.length === 0 ? null : out;
}

// src/model/regex/printer.ts
var javascript = {
  assertions: {
    beginText: "^",
    endText: "$",
    beginLine: "(?:^|(?<=\\n))",
    endLine: "(?=\\n|$)",
    wordBoundary: "\\b",
    notWordBoundary: "\\B"
  },
  rune: (hex2) => `\\u{${hex2}}`,
  nothing: "[]"
};
var re2 = {
  assertions: {
    beginText: "\\A",
    endText: "\\z",
    beginLine: "(?m:^)",
    endLine: "(?m:$)",
    wordBoundary: "\\b",
    notWordBoundary: "\\B"
  },
  rune: (hex2) => `\\x{${hex2}}`,
  nothing: "[^\\x00-\\x{10ffff}]"
};
var latin1 = { ...javascript, rune: (hex2) => `\\x${hex2.padStart(2, "0")}` };
var printLatin1 = (node) => print(toLatin1(node), latin1);
function toLatin1(node) {
  switch (node.op) {
    case "class":
      return classAsBytes(node.ranges);
    case "capture":
    case "repeat":
      return { ...node, sub: toLatin1(node.sub) };
    case "concat":
    case "alternate":
      return { ...node, subs: node.subs.map(toLatin1) };
    default:
      return node;
  }
}
function classAsBytes(ranges) {
  const single = [];
  const sequences = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = ranges[i];
    const hi = ranges[i + 1];
    if (hi === MAX_RUNE) single.push(lo, 255);
    else if (lo < 128) single.push(lo, Math.min(hi, 127));
    if (hi === MAX_RUNE) continue;
    for (let code = Math.max(lo, 128); code <= hi; code++) {
      const bytes2 = encoder2.encode(String.fromCodePoint(code));
      sequences.push(concat(Array.from(bytes2, (b) => classNode([b, b]))));
    }
  }
  return sequences.length === 0 ? classNode(single) : alternate([classNode(single), ...sequences]);
}
var encoder2 = new TextEncoder();
var printNative = (node) => print(node, javascript);
var printRe2 = (node) => print(node, re2);
function print(node, dialect) {
  switch (node.op) {
    case "empty":
      return "(?:)";
    case "class":
      return printClass(node.ranges, dialect);
    case "capture":
      return `(${print(node.sub, dialect)})`;
    case "concat":
      return node.subs.map((sub) => sub.op === "alternate" ? `(?:${print(sub, dialect)})` : print(sub, dialect)).join("");
    case "alternate":
      return node.subs.map((sub) => print(sub, dialect)).join("|");
    case "repeat": {
      const { min, max, greedy, sub } = node;
      const text = print(sub, dialect);
      const atom = sub.op === "class" || sub.op === "capture" ? text : `(?:${text})`;
      return `${atom}${printCount(min, max)}${greedy ? "" : "?"}`;
    }
    default:
      return dialect.assertions[node.op];
  }
}
function printCount(min, max) {
  if (max === -1) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`;
}
var plain = /^[0-9A-Za-z_ ]$/;
function printRune(code, dialect) {
  const text = String.fromCodePoint(code);
  return plain.test(text) ? text : dialect.rune(code.toString(16));
}
function printClass(ranges, dialect) {
  if (ranges.length === 0) return dialect.nothing;
  if (ranges.length === 2 && ranges[0] === ranges[1]) return printRune(ranges[0], dialect);
  const gaps = ranges.slice(1, -1);
  if (ranges[0] !== 0 || ranges.at(-1) !== MAX_RUNE || gaps.length === 0) return `[${printPairs(ranges, dialect)}]`;
  return `[^${printPairs(
    gaps.map((code, i) => i % 2 === 0 ? code + 1 : code - 1),
    dialect
  )}]`;
}
function printPairs(pairs, dialect) {
  let out = "";
  for (let i = 0; i < pairs.length; i += 2) {
    const lo = pairs[i];
    const hi = pairs[i + 1];
    out += lo === hi ? printRune(lo, dialect) : `${printRune(lo, dialect)}-${printRune(hi, dialect)}`;
  }
  return out;
}

// src/model/regex/native.ts
var quadraticUnitsMax = 400;
var waysMax = 32;
var boundedSizeMax = 200;
var sourceUnitsMax = 2e4;
function planNative(root) {
  try {
    const { cost, failCost } = new Analysis().read(root, accept, false);
    if (cost > 2) return null;
    const unitsMax = cost === 2 ? quadraticUnitsMax : Number.POSITIVE_INFINITY;
    const source = printNative(root);
    if (source.length > sourceUnitsMax) return null;
    const bounded = failCost === 0 && root.size <= boundedSizeMax;
    return { source, strategy: bounded || beginsAtStart(root) ? "direct" : "located", unitsMax };
  } catch (e) {
    if (e instanceof Unsafe) return null;
    throw e;
  }
}
var Unsafe = class extends Error {
  name = "Unsafe";
};
var accept = { first: [], cost: 0, fails: false, failCost: 0 };
var union = (a, b) => normalise([...a, ...b]);
var Analysis = class {
  #ways = 1;
  #multiply(ways, inLoop) {
    this.#ways *= ways;
    if (inLoop || this.#ways > waysMax) throw new Unsafe();
  }
  /** The node and what follows it. `inLoop`: inside an unbounded loop there must be one way only. */
  read(node, rest, inLoop) {
    switch (node.op) {
      case "empty":
        return rest;
      case "class":
        return { first: node.ranges, cost: rest.cost, fails: true, failCost: rest.failCost };
      case "capture":
        return this.read(node.sub, rest, inLoop);
      case "concat":
        return node.subs.reduceRight((after, sub) => this.read(sub, after, inLoop), rest);
      case "alternate":
        return this.#alternate(node.subs, rest, inLoop);
      case "repeat":
        return node.max === 1 && node.min === 0 ? this.#optional(node.sub, rest, inLoop) : this.#loop(node, rest, inLoop);
      case "notWordBoundary":
        throw new Unsafe();
      default:
        return { ...rest, fails: true };
    }
  }
  #alternate(subs, rest, inLoop) {
    const branches = subs.map((sub) => this.read(sub, rest, inLoop));
    let first = [];
    let isAmbiguous = false;
    for (const [i, branch] of branches.entries()) {
      const free = nullable(subs[i]) && rest.first.length === 0;
      if (intersects(first, branch.first) || free && i < branches.length - 1) isAmbiguous = true;
      first = union(first, branch.first);
    }
    if (isAmbiguous) this.#multiply(branches.length, inLoop);
    return {
      first,
      cost: Math.max(...branches.map((b) => b.cost)),
      fails: branches.every((b) => b.fails),
      failCost: Math.max(...branches.map((b) => b.failCost))
    };
  }
  #optional(sub, rest, inLoop) {
    if (nullable(sub)) throw new Unsafe();
    const taken = this.read(sub, rest, inLoop);
    if (rest.fails && (intersects(taken.first, rest.first) || rest.first.length === 0)) this.#multiply(2, inLoop);
    return {
      first: union(taken.first, rest.first),
      cost: Math.max(taken.cost, rest.cost),
      fails: rest.fails,
      failCost: Math.max(taken.failCost, rest.failCost)
    };
  }
  #loop({ sub, min, max }, rest, inLoop) {
    if (nullable(sub) || hasCapture(sub)) throw new Unsafe();
    const alone = firstOf(sub);
    const after = { first: union(alone, rest.first), cost: 0, fails: true, failCost: 0 };
    const turn = this.read(sub, after, true);
    const mustChoose = min !== max && rest.fails && intersects(alone, rest.first);
    const isUnbounded = max === -1;
    if (mustChoose) {
      if (inLoop || turn.cost > 0 || rest.cost > 1) throw new Unsafe();
      if (!isUnbounded) this.#multiply(max - min + 1, inLoop);
    }
    const own = isUnbounded ? 1 : turn.cost;
    const fails = min > 0 || rest.fails;
    const tried = isUnbounded && rest.fails ? Math.max(1, rest.failCost) : rest.failCost;
    return {
      first: min === 0 ? union(alone, rest.first) : alone,
      cost: mustChoose && isUnbounded ? 1 + rest.cost : Math.max(own, rest.cost),
      fails,
      failCost: Math.max(turn.failCost, tried)
    };
  }
};
function nullable(node) {
  switch (node.op) {
    case "class":
      return false;
    case "capture":
      return nullable(node.sub);
    case "concat":
      return node.subs.every(nullable);
    case "alternate":
      return node.subs.some(nullable);
    case "repeat":
      return node.min === 0 || nullable(node.sub);
    default:
      return true;
  }
}
function hasCapture(node) {
  if (node.op === "capture") return true;
  if (node.op === "repeat") return hasCapture(node.sub);
  return (node.op === "concat" || node.op === "alternate") && node.subs.some(hasCapture);
}
function firstOf(node) {
  switch (node.op) {
    case "class":
      return node.ranges;
    case "capture":
    case "repeat":
      return firstOf(node.sub);
    case "alternate":
      return node.subs.map(firstOf).reduce(union, []);
    case "concat": {
      let first = [];
      for (const sub of node.subs) {
        first = union(first, firstOf(sub));
        if (!nullable(sub)) break;
      }
      return first;
    }
    default:
      return [];
  }
}
function beginsAtStart(node) {
  switch (node.op) {
    case "beginText":
      return true;
    case "capture":
      return beginsAtStart(node.sub);
    case "repeat":
      return node.min > 0 && beginsAtStart(node.sub);
    case "alternate":
      return node.subs.every(beginsAtStart);
    case "concat": {
      const first = node.subs.find((sub) => !isAssertion(sub) || sub.op === "beginText");
      return first !== void 0 && beginsAtStart(first);
    }
    default:
      return false;
  }
}

// src/model/regex/regex-error.ts
var RegexError = class extends Error {
  name = "RegexError";
};

// src/model/regex/parser.ts
var heightMax = 1e3;
var sizeMax = Math.floor(128 * 1024 * 1024 / 40);
var repeatMax = 1e3;
function parseRegex(source, options) {
  return new Parser(source, options.anchored).parse();
}
var Parser = class {
  #source;
  #anchored;
  #at = 0;
  #flags;
  #frames = [];
  #frame;
  #groupNames = [""];
  #isQuoteOpen = false;
  constructor(source, anchored) {
    this.#source = source;
    this.#anchored = anchored;
    this.#flags = { fold: false, dotNewline: anchored, multiline: false, ungreedy: false };
    this.#frame = { outerFlags: this.#flags, index: 0, name: "", branches: [], items: [] };
  }
  #fail(reason, expression) {
    throw new RegexError(`error parsing regexp: ${reason}: \`${expression}\``);
  }
  parse() {
    let lastRepeat = -1;
    while (this.#at < this.#source.length) {
      let thisRepeat = -1;
      const start = this.#at;
      switch (this.#source[start]) {
        case "(":
          this.#openParen();
          break;
        case "|":
          this.#at++;
          this.#endBranch();
          break;
        case ")":
          this.#at++;
          this.#closeParen();
          break;
        case "^":
          this.#at++;
          this.#push(assertion(this.#flags.multiline ? "beginLine" : "beginText"));
          break;
        case "$":
          this.#at++;
          this.#push(assertion(this.#flags.multiline ? "endLine" : "endText"));
          break;
        case ".":
          this.#at++;
          this.#push(classNode(this.#flags.dotNewline ? anyRune : anyButNewline));
          break;
        case "[":
          this.#push(classNode(this.#class()));
          break;
        case "*":
        case "+":
        case "?":
          this.#at++;
          this.#repeat(
            start,
            lastRepeat,
            this.#source[start] === "+" ? 1 : 0,
            this.#source[start] === "?" ? 1 : -1,
            false
          );
          thisRepeat = start;
          break;
        case "{":
          if (this.#counted(start, lastRepeat)) thisRepeat = start;
          else this.#literal(this.#rune());
          break;
        case "\\":
          this.#escape();
          break;
        default:
          this.#literal(this.#rune());
      }
      lastRepeat = thisRepeat;
    }
    if (this.#frames.length > 0) this.#fail("missing closing )", this.#source);
    if (this.#isQuoteOpen && this.#anchored) this.#fail("missing closing )", `^(?s:${this.#source})$`);
    this.#endBranch();
    const root = this.#checked(alternate(this.#frame.branches));
    const whole = this.#anchored ? concat([assertion("beginText"), root, assertion("endText")]) : root;
    return { root: whole, groupNames: this.#groupNames };
  }
  #checked(node) {
    if (node.height > heightMax) this.#fail("expression nests too deeply", this.#source);
    if (node.size > sizeMax) this.#fail("expression too large", this.#source);
    return node;
  }
  #push(node) {
    this.#frame.items.push(node);
  }
  /** The code point ahead. */
  #rune() {
    const rune = this.#source.codePointAt(this.#at);
    this.#at += rune > 65535 ? 2 : 1;
    return rune;
  }
  #literal(rune) {
    if (this.#flags.fold) this.#push(classNode(folded([rune, rune])));
    else this.#push(classNode([rune, rune]));
  }
  // Groups
  #endBranch() {
    this.#frame.branches.push(this.#checked(concat(this.#frame.items)));
    this.#frame.items = [];
  }
  #open(index2, name) {
    this.#frames.push(this.#frame);
    this.#frame = { outerFlags: this.#flags, index: index2, name, branches: [], items: [] };
  }
  #openParen() {
    if (this.#source[this.#at + 1] === "?") {
      this.#perlGroup();
      return;
    }
    this.#at++;
    this.#open(this.#groupNames.push("") - 1, "");
  }
  #closeParen() {
    this.#endBranch();
    const { index: index2, name, branches, outerFlags } = this.#frame;
    const outer = this.#frames.pop();
    if (outer === void 0) this.#fail("unexpected )", this.#source);
    const sub = alternate(branches);
    this.#frame = outer;
    this.#flags = outerFlags;
    this.#push(this.#checked(index2 === 0 ? sub : capture(index2, name, sub)));
  }
  /** (?P<name>…), (?<name>…), (?flags) or (?flags:…). */
  #perlGroup() {
    const start = this.#at;
    const rest = this.#source.slice(start);
    const named = /^\(\?(?:P<|<)/.exec(rest);
    if (named !== null && rest.length > named[0].length) {
      this.#namedGroup(start, start + named[0].length);
      return;
    }
    this.#at += 2;
    const flags = { ...this.#flags };
    let sign = true;
    let sawFlag = false;
    while (this.#at < this.#source.length) {
      const ch = String.fromCodePoint(this.#rune());
      const flag = flagNames[ch];
      if (flag !== void 0) {
        flags[flag] = sign;
        sawFlag = true;
      } else if (ch === "-" && sign) {
        sign = false;
        sawFlag = false;
      } else if ((ch === ":" || ch === ")") && (sign || sawFlag)) {
        if (ch === ":") this.#open(0, "");
        this.#flags = flags;
        return;
      } else break;
    }
    this.#fail("invalid or unsupported Perl syntax", this.#source.slice(start, this.#at));
  }
  #namedGroup(start, nameStart) {
    const end = this.#source.indexOf(">", start);
    if (end < 0) this.#fail("invalid named capture", this.#source.slice(start));
    const name = this.#source.slice(nameStart, end);
    if (!/^[A-Za-z0-9_]+$/.test(name)) this.#fail("invalid named capture", this.#source.slice(start, end + 1));
    this.#at = end + 1;
    this.#open(this.#groupNames.push(name) - 1, name);
  }
  // Repetition
  #repeat(start, lastRepeat, min, max, counted) {
    let greedy = !this.#flags.ungreedy;
    if (this.#source[this.#at] === "?") {
      this.#at++;
      greedy = !greedy;
    }
    if (lastRepeat >= 0) this.#fail("invalid nested repetition operator", this.#source.slice(lastRepeat, this.#at));
    const sub = this.#frame.items.pop();
    if (sub === void 0) {
      this.#fail("missing argument to repetition operator", this.#source.slice(start, this.#at));
    }
    const node = this.#checked(repeat(sub, min, max, greedy));
    if (counted && (min >= 2 || max >= 2) && !repeatIsValid(node, repeatMax)) {
      this.#fail("invalid repeat count", this.#source.slice(start, this.#at));
    }
    this.#push(node);
  }
  /** {n}, {n,} or {n,m}; false when the brace is a literal. */
  #counted(start, lastRepeat) {
    const match = /^\{(0|[1-9][0-9]*)(?:,(0|[1-9][0-9]*)?)?\}/.exec(this.#source.slice(start, start + 4096));
    if (match === null) return false;
    const [text, low, high] = match;
    const min = Number(low);
    const max = high !== void 0 ? Number(high) : text.includes(",") ? -1 : min;
    this.#at = start + text.length;
    if (min > repeatMax || max > repeatMax || max >= 0 && min > max) this.#fail("invalid repeat count", text);
    this.#repeat(start, lastRepeat, min, max, true);
    return true;
  }
  // Escapes
  #escape() {
    const start = this.#at;
    const ch = this.#source[start + 1] ?? "";
    switch (ch) {
      case "A":
      case "b":
      case "B":
      case "z":
        this.#at += 2;
        this.#push(assertion(escapedAssertions[ch]));
        return;
      case "C":
        this.#fail("invalid escape sequence", "\\C");
        break;
      case "Q":
        this.#quoted();
        return;
    }
    const set = this.#escapedClass();
    if (set !== null) this.#push(classNode(set));
    else this.#literal(this.#escapedRune());
  }
  /** \Q…\E, or to the end. */
  #quoted() {
    this.#at += 2;
    const end = this.#source.indexOf("\\E", this.#at);
    const stop = end < 0 ? this.#source.length : end;
    while (this.#at < stop) this.#literal(this.#rune());
    this.#at = end < 0 ? stop : stop + 2;
    this.#isQuoteOpen = end < 0;
  }
  /** \pN, \p{Name}, \d and the like, folded when asked for; null when it is none. */
  #escapedClass() {
    if (this.#source[this.#at] !== "\\") return null;
    const ch = this.#source[this.#at + 1] ?? "";
    if (ch === "p" || ch === "P") return this.#unicodeClass(ch === "P");
    const known = perlClasses.get(ch);
    if (known === void 0) return null;
    this.#at += 2;
    return this.#foldedClass(ch.toLowerCase() === ch ? known : negate(known), ch.toLowerCase() !== ch);
  }
  #foldedClass(ranges, negated) {
    const set = this.#flags.fold ? folded(ranges) : ranges;
    return negated ? negate(set) : set;
  }
  #unicodeClass(isNegated) {
    const start = this.#at;
    const rest = this.#source.slice(start);
    if (rest.length === 2) this.#fail("invalid character class range", rest);
    let name;
    if (rest[2] === "{") {
      const end = rest.indexOf("}");
      if (end < 0) this.#fail("invalid character class range", rest);
      name = rest.slice(3, end);
      this.#at += end + 1;
    } else {
      name = String.fromCodePoint(rest.codePointAt(2));
      this.#at += 2 + name.length;
    }
    const caret = name.startsWith("^");
    const ranges = unicodeClass(caret ? name.slice(1) : name);
    if (ranges === null) this.#fail("invalid character class range", this.#source.slice(start, this.#at));
    return this.#foldedClass(ranges, isNegated !== caret);
  }
  /** The rune that a backslash and what follows stand for. */
  #escapedRune() {
    const start = this.#at;
    this.#at++;
    if (this.#at >= this.#source.length) this.#fail("trailing backslash at end of expression", "");
    const rune = this.#rune();
    const ch = String.fromCodePoint(rune);
    const value = this.#escapeValue(ch, rune);
    if (value === null) this.#fail("invalid escape sequence", this.#source.slice(start, this.#at));
    return value;
  }
  #escapeValue(ch, rune) {
    if (/^[1-7]$/.test(ch) && !/^[0-7]$/.test(this.#source[this.#at] ?? "")) return null;
    if (/^[0-7]$/.test(ch)) {
      const more = /^[0-7]{0,2}/.exec(this.#source.slice(this.#at, this.#at + 2))?.[0] ?? "";
      this.#at += more.length;
      return Number.parseInt(ch + more, 8);
    }
    if (ch === "x") return this.#hex();
    const named = escapedRunes[ch];
    if (named !== void 0) return named;
    return rune < 128 && !/^[0-9A-Za-z]$/.test(ch) ? rune : null;
  }
  /** \xFF or \x{10FFFF}; null after the first rune that does not fit. */
  #hex() {
    if (this.#at >= this.#source.length) return null;
    const digitOf = () => {
      const ch = String.fromCodePoint(this.#rune());
      return /^[0-9a-fA-F]$/.test(ch) ? Number.parseInt(ch, 16) : ch === "}" ? -2 : -1;
    };
    if (this.#source[this.#at] !== "{") {
      const high = digitOf();
      if (this.#at >= this.#source.length) return null;
      const low = digitOf();
      return high < 0 || low < 0 ? null : high * 16 + low;
    }
    this.#at++;
    let value = 0;
    for (let count = 0; ; count++) {
      if (this.#at >= this.#source.length) return null;
      const digit2 = digitOf();
      if (digit2 === -2) return count === 0 ? null : value;
      if (digit2 < 0) return null;
      value = value * 16 + digit2;
      if (value > MAX_RUNE) return null;
    }
  }
  // Classes in brackets
  #class() {
    const start = this.#at;
    const whole = this.#source.slice(start);
    this.#at++;
    const isNegated = this.#source[this.#at] === "^";
    if (isNegated) this.#at++;
    const pairs = [];
    for (let first = true; first || this.#source[this.#at] !== "]"; first = false) {
      const set = this.#posixClass() ?? this.#escapedClass();
      if (set !== null) pairs.push(...set);
      else pairs.push(...this.#range(whole));
    }
    this.#at++;
    const ranges = normalise(pairs);
    return isNegated ? negate(ranges) : ranges;
  }
  /** [:name:] inside a class. */
  #posixClass() {
    if (!this.#source.startsWith("[:", this.#at)) return null;
    const end = this.#source.indexOf(":]", this.#at + 2);
    if (end < 0) return null;
    const text = this.#source.slice(this.#at, end + 2);
    const isNegated = text[2] === "^";
    const ranges = posixClasses.get(text.slice(isNegated ? 3 : 2, -2));
    if (ranges === void 0) this.#fail("invalid character class range", text);
    this.#at = end + 2;
    return this.#foldedClass(ranges, isNegated);
  }
  /** a or a-z. */
  #range(whole) {
    const start = this.#at;
    const lo = this.#classRune(whole);
    let hi = lo;
    const next = this.#source[this.#at + 1];
    if (this.#source[this.#at] === "-" && next !== void 0 && next !== "]") {
      this.#at++;
      hi = this.#classRune(whole);
      if (hi < lo) this.#fail("invalid character class range", this.#source.slice(start, this.#at));
    }
    return this.#flags.fold ? folded([lo, hi]) : [lo, hi];
  }
  #classRune(whole) {
    if (this.#at >= this.#source.length) this.#fail("missing closing ]", whole);
    return this.#source[this.#at] === "\\" ? this.#escapedRune() : this.#rune();
  }
};
var flagNames = {
  i: "fold",
  m: "multiline",
  s: "dotNewline",
  U: "ungreedy"
};
var escapedAssertions = { A: "beginText", b: "wordBoundary", B: "notWordBoundary", z: "endText" };
var escapedRunes = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
function repeatIsValid(node, n) {
  let left = n;
  switch (node.op) {
    case "repeat": {
      const isCounted = !(node.max === -1 && node.min <= 1) && !(node.min === 0 && node.max === 1);
      if (isCounted) {
        if (node.max === 0) return true;
        const count = node.max < 0 ? node.min : node.max;
        if (count > left) return false;
        if (count > 0) left = Math.trunc(left / count);
      }
      return repeatIsValid(node.sub, left);
    }
    case "capture":
      return repeatIsValid(node.sub, left);
    case "concat":
    case "alternate":
      return node.subs.every((sub) => repeatIsValid(sub, left));
    default:
      return true;
  }
}

// src/model/regex/quick-test.ts
function quickTestOf(root) {
  const { parts, stopsAtNewline } = partsOf(withoutCaptures(root));
  if (parts.length === 0) return () => true;
  if (!parts.every((part, i) => isQuick(part, i === parts.length - 1))) return null;
  const regexes = parts.map((part) => new RegExp(printLatin1(part), "g"));
  if (regexes.length === 1) {
    const only = new RegExp(printLatin1(parts[0]));
    return (text) => only.test(text);
  }
  return (text) => {
    let from = 0;
    for (const regex of regexes) {
      regex.lastIndex = from;
      if (!regex.test(text)) return false;
      from = regex.lastIndex;
    }
    return stopsAtNewline && text.includes("\n") ? null : true;
  };
}
function withoutCaptures(node) {
  switch (node.op) {
    case "capture":
      return withoutCaptures(node.sub);
    case "repeat":
      return { ...node, sub: withoutCaptures(node.sub) };
    case "concat":
    case "alternate":
      return { ...node, subs: node.subs.map(withoutCaptures) };
    default:
      return node;
  }
}
function partsOf(root) {
  const parts = [];
  let current = [];
  let stopsAtNewline = false;
  const end = () => {
    if (current.length > 0) parts.push(concat(current));
    current = [];
  };
  for (const node of root.op === "concat" ? root.subs : [root]) {
    const gap = gapOf(node);
    if (gap === null) {
      current.push(node);
      continue;
    }
    end();
    stopsAtNewline ||= gap === "line";
  }
  end();
  return { parts, stopsAtNewline };
}
function gapOf(node) {
  if (node.op !== "repeat" || node.min !== 0 || node.max !== -1 || node.sub.op !== "class") return null;
  const { ranges } = node.sub;
  if (ranges.length === 2 && ranges[0] === 0 && ranges[1] === MAX_RUNE) return "any";
  return ranges.length === 4 && ranges[0] === 0 && ranges[1] === 9 && ranges[2] === 11 && ranges[3] === MAX_RUNE ? "line" : null;
}
function isQuick(part, isLast) {
  if (!meansTheSameInLatin1(part)) return false;
  if (!isLast && lengthOf(part) === null) return false;
  return planNative(part)?.strategy === "direct";
}
function isMostlyAscii(ranges) {
  let beyond = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const lo = Math.max(ranges[i], 128);
    const hi = ranges[i + 1];
    if (hi < 128) continue;
    beyond += hi - lo + 1;
    if (lo <= 65533 && hi >= 65533) return false;
  }
  return beyond <= 4;
}
var hasAllElse = (ranges) => ranges.at(-1) === MAX_RUNE && ranges.at(-2) <= 128;
function meansTheSameInLatin1(node) {
  switch (node.op) {
    case "class":
      return isMostlyAscii(node.ranges);
    case "repeat":
      if (node.min === 0 && node.max === -1 && node.sub.op === "class" && hasAllElse(node.sub.ranges)) return true;
      return meansTheSameInLatin1(node.sub);
    case "capture":
      return meansTheSameInLatin1(node.sub);
    case "concat":
    case "alternate":
      return node.subs.every(meansTheSameInLatin1);
    default:
      return true;
  }
}
function lengthOf(node) {
  switch (node.op) {
    case "class":
      return 1;
    case "capture":
      return lengthOf(node.sub);
    case "repeat": {
      const one2 = lengthOf(node.sub);
      return one2 === null || node.min !== node.max ? null : one2 * node.min;
    }
    case "concat":
      return node.subs.reduce((sum2, sub) => {
        const one2 = lengthOf(sub);
        return sum2 === null || one2 === null ? null : sum2 + one2;
      }, 0);
    case "alternate": {
      const [first, ...rest] = node.subs.map(lengthOf);
      return first !== void 0 && rest.every((length) => length === first) ? first : null;
    }
    default:
      return 0;
  }
}

// src/model/regex/utf8.ts
function sequenceLength(bytes2, i) {
  const b0 = bytes2[i];
  if (b0 < 128) return 1;
  const size = b0 >= 240 ? 4 : b0 >= 224 ? 3 : 2;
  if (b0 < 194 || b0 > 244 || i + size > bytes2.length) return 0;
  for (let k = 1; k < size; k++) if ((bytes2[i + k] & 192) !== 128) return 0;
  const b1 = bytes2[i + 1];
  const isBad = b0 === 224 && b1 < 160 || b0 === 237 && b1 > 159 || b0 === 240 && b1 < 144 || b0 === 244 && b1 > 143;
  return isBad ? 0 : size;
}
function replaceInvalid(bytes2) {
  const out = [];
  for (let i = 0; i < bytes2.length; ) {
    const size = sequenceLength(bytes2, i);
    if (size === 0) {
      out.push(239, 191, 189);
      i++;
    } else for (const stop = i + size; i < stop; i++) out.push(bytes2[i]);
  }
  return Uint8Array.from(out);
}

// src/model/regex.ts
function compileRegex(source, options) {
  const { root, groupNames } = parseRegex(source, options);
  return new CompiledRegex(source, options.anchored, root, groupNames);
}
var encoder3 = new TextEncoder();
var decoder = new TextDecoder();
var { latin1Slice } = Buffer.prototype;
var CompiledRegex = class {
  source;
  groupNames;
  needle;
  alternatives;
  caseInsensitiveNeedle;
  #anchored;
  #root;
  /** undefined: not made yet. null: too large. */
  #automaton;
  #finder;
  #quick;
  constructor(source, anchored, root, groupNames) {
    this.source = source;
    this.groupNames = groupNames;
    this.needle = needleOf(root);
    this.alternatives = alternativesOf(root, anchored);
    this.caseInsensitiveNeedle = foldedNeedleOf(root);
    this.#anchored = anchored;
    this.#root = root;
  }
  test(text) {
    const automaton = this.#matcher();
    if (automaton === null) return this.#matches().exec(text) !== null;
    const known = automaton.testAscii(text);
    if (known !== null) return known;
    const bytes2 = encoder3.encode(text);
    return automaton.test(bytes2, 0, bytes2.length) === true;
  }
  testBytes(bytes2, start, end) {
    this.#quick ??= quickTestOf(this.#root) ?? "none";
    if (this.#quick !== "none") {
      const known = this.#quick(latin1Slice.call(bytes2, start, end));
      if (known !== null) return known;
    }
    const automaton = this.#matcher();
    if (automaton === null) return this.#matches().exec(decoder.decode(bytes2.subarray(start, end))) !== null;
    const result = automaton.test(bytes2, start, end);
    return result === "unclear" ? testInvalid(automaton, bytes2.subarray(start, end)) : result;
  }
  exec(text) {
    return this.#matches().exec(text);
  }
  matchAll(text) {
    return this.#matches().matchAll(text);
  }
  #matcher() {
    if (this.#automaton === void 0) {
      const program = compileProgram(this.#root, { unanchored: !this.#anchored, backwards: false });
      this.#automaton = program === null ? null : new Automaton(program);
    }
    return this.#automaton;
  }
  #matches() {
    this.#finder ??= this.#makeFinder();
    return this.#finder;
  }
  #makeFinder() {
    const plan = planNative(this.#root);
    const native2 = plan === null ? null : this.#nativeFinder(plan);
    if (plan === null || native2 === null) return new Re2Finder(this.#root);
    if (plan.unitsMax === Number.POSITIVE_INFINITY) return native2;
    return new BoundedFinder(native2, plan.unitsMax, new Re2Finder(this.#root));
  }
  #nativeFinder(plan) {
    if (plan.strategy === "direct") return new DirectFinder(plan);
    const program = compileProgram(this.#root, { unanchored: true, backwards: true });
    return program === null ? null : new LocatedFinder(plan, new Automaton(program));
  }
};
function testInvalid(automaton, bytes2) {
  if (isUtf8(bytes2)) return false;
  const valid = replaceInvalid(bytes2);
  return automaton.test(valid, 0, valid.length) === true;
}
var groupsOf = (match) => Array.from(match, (group) => group ?? null);
function collect(text, next) {
  const found = [];
  let from = 0;
  let lastEnd = -1;
  while (from <= text.length) {
    const match = next(from);
    if (match === null) break;
    if (match.end > from) from = match.end;
    else from += (text.codePointAt(from) ?? 0) > 65535 ? 2 : 1;
    if (match.start !== match.end || match.start !== lastEnd) found.push(match);
    lastEnd = match.end;
  }
  return found;
}
var matchOf = (match) => match === null ? null : { start: match.index, end: match.index + match[0].length, groups: groupsOf(match) };
var DirectFinder = class {
  #regex;
  #global;
  constructor({ source }) {
    this.#regex = new RegExp(source, "u");
    this.#global = new RegExp(source, "gu");
  }
  exec(text) {
    const match = this.#regex.exec(text);
    return match === null ? null : groupsOf(match);
  }
  matchAll(text) {
    return collect(text, (from) => {
      this.#global.lastIndex = from;
      return matchOf(this.#global.exec(text));
    });
  }
};
var LocatedFinder = class {
  #regex;
  #backwards;
  constructor({ source }, backwards) {
    this.#regex = new RegExp(source, "uy");
    this.#backwards = backwards;
  }
  exec(text) {
    let first = -1;
    this.#eachStart(text, (at) => {
      first = at;
    });
    const match = first < 0 ? null : this.#at(text, first);
    return match === null ? null : groupsOf(match);
  }
  matchAll(text) {
    const starts = [];
    this.#eachStart(text, (at) => starts.push(at));
    return collect(text, (from) => {
      while (starts.length > 0 && starts.at(-1) < from) starts.pop();
      const start = starts.at(-1);
      return start === void 0 ? null : matchOf(this.#at(text, start));
    });
  }
  #at(text, start) {
    this.#regex.lastIndex = start;
    return this.#regex.exec(text);
  }
  /** In UTF-16 units, the last first. */
  #eachStart(text, found) {
    if (/^[\x00-\x7f]*$/.test(text)) {
      this.#backwards.eachStart((i) => text.charCodeAt(i), text.length, found);
      return;
    }
    const bytes2 = encoder3.encode(text);
    const units = unitsAt(bytes2);
    this.#backwards.eachStart(
      (i) => bytes2[i],
      bytes2.length,
      (at) => found(units[at])
    );
  }
};
function unitsAt(bytes2) {
  const units = new Uint32Array(bytes2.length + 1);
  for (let i = 0, unit = 0; i < bytes2.length; i++) {
    const b = bytes2[i];
    units[i] = unit;
    if ((b & 192) !== 128) unit += b >= 240 ? 2 : 1;
    units[i + 1] = unit;
  }
  return units;
}
var BoundedFinder = class {
  #short;
  #unitsMax;
  #long;
  constructor(short, unitsMax, long) {
    this.#short = short;
    this.#unitsMax = unitsMax;
    this.#long = long;
  }
  exec(text) {
    return (text.length <= this.#unitsMax ? this.#short : this.#long).exec(text);
  }
  matchAll(text) {
    return (text.length <= this.#unitsMax ? this.#short : this.#long).matchAll(text);
  }
};
var Re2Finder = class {
  #regex;
  constructor(root) {
    this.#regex = RE2JS.compile(printRe2(root));
  }
  exec(text) {
    const matcher = this.#regex.matcher(text);
    if (!matcher.find()) return null;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
  }
  matchAll(text) {
    const matcher = this.#regex.matcher(text);
    return collect(text, (from) => {
      if (!matcher.find(from)) return null;
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i));
      return { start: matcher.start(), end: matcher.end(), groups };
    });
  }
};

// src/model/matcher.ts
function matchFunction({ op, value }) {
  switch (op) {
    case "=":
      return (text) => text === value;
    case "!=":
      return (text) => text !== value;
    case "=~": {
      const regex = compileRegex(value, { anchored: true });
      return (text) => regex.test(text);
    }
    case "!~": {
      const regex = compileRegex(value, { anchored: true });
      return (text) => !regex.test(text);
    }
  }
}

// src/index/select.ts
function matchStreams(table2, tenant, matchers) {
  let ids = null;
  for (const matcher of matchers) {
    if (matcher.op !== "=" || matcher.value === "") continue;
    const label = table2.labelId(tenant, matcher.name, matcher.value);
    if (label === void 0) return [];
    ids = intersect(ids, table2.withLabel(label));
    if (ids.length === 0) return ids;
  }
  for (const matcher of matchers) {
    if (matcher.op === "=" && matcher.value !== "") continue;
    ids = narrow(table2, tenant, matcher, ids);
    if (ids?.length === 0) return ids;
  }
  return ids ?? table2.all(tenant);
}
function narrow(table2, tenant, matcher, ids) {
  const test = matchFunction(matcher);
  const values = table2.values(tenant, matcher.name);
  if (ids !== null && ids.length < values.length)
    return ids.filter((id) => test(table2.get(id).labels.get(matcher.name)));
  if (test("")) {
    const refused = values.filter(([, value]) => !test(value));
    return refused.length === 0 ? ids : without(ids ?? table2.all(tenant), withAny(table2, refused));
  }
  return intersect(
    ids,
    withAny(
      table2,
      values.filter(([, value]) => test(value))
    )
  );
}
function withAny(table2, labels) {
  if (labels.length === 1) return table2.withLabel(labels[0][0]);
  const ids = [];
  for (const [label] of labels) for (const id of table2.withLabel(label)) ids.push(id);
  return ids.sort((a, b) => a - b);
}
function intersect(a, b) {
  if (a === null) return b;
  const out = [];
  for (let i = 0, k = 0; i < a.length && k < b.length; ) {
    const x = a[i];
    const y = b[k];
    if (x === y) out.push(x);
    if (x <= y) i++;
    if (y <= x) k++;
  }
  return out;
}
function without(a, b) {
  const out = [];
  let k = 0;
  for (const id of a) {
    while (k < b.length && b[k] < id) k++;
    if (b[k] !== id) out.push(id);
  }
  return out;
}

// src/model/labels.ts
var Labels = class _Labels {
  static empty = new _Labels([]);
  #text;
  pairs;
  /** `pairs` must be sorted by name (code unit order), names unique. The caller gives them away. */
  constructor(pairs) {
    this.pairs = pairs;
  }
  /** Sorts; of equal names the last wins; empty values are left out, as a label that is not there. */
  static of(pairs) {
    const map = /* @__PURE__ */ new Map();
    for (const [name, value] of pairs) map.set(name, value);
    return new _Labels([...map].filter(([, value]) => value !== "").sort(byName));
  }
  static from(record) {
    return _Labels.of(Object.entries(record));
  }
  /** '' when absent: Loki does not tell an absent label from an empty one. */
  get(name) {
    for (const [n, v] of this.pairs) if (n === name) return v;
    return "";
  }
  has(name) {
    for (const [n] of this.pairs) if (n === name) return true;
    return false;
  }
  /** Canonical: `{a="1", b="2"}` with values quoted as Go's strconv.Quote does. Equal sets have equal texts. */
  get text() {
    this.#text ??= `{${this.pairs.map(([n, v]) => `${n}=${quoteGo(v)}`).join(", ")}}`;
    return this.#text;
  }
  toRecord() {
    return Object.fromEntries(this.pairs);
  }
};
var byName = (a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
var plain2 = /^[ !#-[\]-~]*$/;
function quoteGo(text) {
  if (plain2.test(text)) return `"${text}"`;
  let out = '"';
  for (const ch of text) {
    const code = ch.codePointAt(0);
    const named = goEscapes[ch];
    if (named !== void 0) out += named;
    else if (code < 32 || code === 127) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (isPrintable.test(ch) || code === 65533) out += ch;
    else if (code < 65536) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `${out}"`;
}
var goEscapes = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "	": "\\t",
  "\v": "\\v"
};
var isPrintable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

// src/index/stream-table.ts
var cachedRowsMax = 65536;
var StreamTable = class {
  #cache = /* @__PURE__ */ new Map();
  #statements;
  constructor(db) {
    this.#statements = {
      find: db.prepare("SELECT id FROM streams WHERE tenant = ? AND labels = ?").pluck(),
      insert: db.prepare("INSERT INTO streams (tenant, labels, from_ns, through_ns) VALUES (?, ?, ?, ?)"),
      widen: db.prepare("UPDATE streams SET from_ns = min(from_ns, ?), through_ns = max(through_ns, ?) WHERE id = ?"),
      setBounds: db.prepare("UPDATE streams SET from_ns = ?, through_ns = ? WHERE id = ?"),
      get: db.prepare("SELECT labels, from_ns, through_ns FROM streams WHERE id = ?").safeIntegers().raw(),
      all: db.prepare("SELECT id FROM streams WHERE tenant = ? ORDER BY id").pluck(),
      remove: db.prepare("DELETE FROM streams WHERE id = ?"),
      tenantOf: db.prepare("SELECT tenant FROM streams WHERE id = ?").pluck(),
      findLabel: db.prepare("SELECT id FROM labels WHERE tenant = ? AND name = ? AND value = ?").pluck(),
      insertLabel: db.prepare("INSERT INTO labels (tenant, name, value) VALUES (?, ?, ?)"),
      removeLabel: db.prepare(
        "DELETE FROM labels WHERE id = ? AND NOT EXISTS (SELECT 1 FROM postings WHERE label = ?)"
      ),
      values: db.prepare("SELECT id, value FROM labels WHERE tenant = ? AND name = ?").raw(),
      nextName: db.prepare("SELECT name FROM labels WHERE tenant = ? AND name > ? ORDER BY name LIMIT 1").pluck(),
      post: db.prepare("INSERT INTO postings (label, stream) VALUES (?, ?)"),
      unpost: db.prepare("DELETE FROM postings WHERE label = ? AND stream = ?"),
      posted: db.prepare("SELECT stream FROM postings WHERE label = ? ORDER BY stream").pluck()
    };
    keepForever(...Object.values(this.#statements));
  }
  /** The id of the stream, made when new. Its bounds then cover the times given. */
  add(tenant, labels, fromNs, throughNs) {
    const s = this.#statements;
    const text = textOf(labels);
    const known = s.find.get(tenant, text);
    if (known !== void 0) {
      s.widen.run(fromNs, throughNs, known);
      this.#cache.delete(known);
      return known;
    }
    const id = Number(s.insert.run(tenant, text, fromNs, throughNs).lastInsertRowid);
    for (const [name, value] of labels.pairs) {
      const label = s.findLabel.get(tenant, name, value) ?? Number(s.insertLabel.run(tenant, name, value).lastInsertRowid);
      s.post.run(label, id);
    }
    return id;
  }
  setBounds(id, fromNs, throughNs) {
    this.#statements.setBounds.run(fromNs, throughNs, id);
    this.#cache.delete(id);
  }
  /** With the labels that no other stream has. */
  remove(id) {
    const s = this.#statements;
    const tenant = s.tenantOf.get(id);
    for (const [name, value] of this.get(id).labels.pairs) {
      const label = s.findLabel.get(tenant, name, value);
      s.unpost.run(label, id);
      s.removeLabel.run(label, label);
    }
    s.remove.run(id);
    this.#cache.delete(id);
  }
  /** A transaction was rolled back: what was remembered may never have been. */
  forget() {
    this.#cache.clear();
  }
  get(id) {
    const cached = this.#cache.get(id);
    if (cached !== void 0) return cached;
    const row = this.#statements.get.get(BigInt(id));
    invariant(row, `index: no stream ${id}`);
    const stream = { id, labels: labelsOf(row[0]), fromNs: row[1], throughNs: row[2] };
    if (this.#cache.size >= cachedRowsMax) this.#cache.clear();
    this.#cache.set(id, stream);
    return stream;
  }
  /** Ascending, as all lists of ids. */
  all(tenant) {
    return this.#statements.all.all(tenant);
  }
  labelId(tenant, name, value) {
    return this.#statements.findLabel.get(tenant, name, value);
  }
  /** The values that a name has, with the ids of the labels. */
  values(tenant, name) {
    return this.#statements.values.all(tenant, name);
  }
  names(tenant) {
    const names = [];
    let name = this.#statements.nextName.get(tenant, "");
    while (name !== void 0) {
      names.push(name);
      name = this.#statements.nextName.get(tenant, name);
    }
    return names;
  }
  withLabel(label) {
    return this.#statements.posted.all(label);
  }
};
var textOf = (labels) => JSON.stringify(labels.pairs.flat());
function labelsOf(text) {
  const flat = JSON.parse(text);
  const pairs = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]]);
  return new Labels(pairs);
}

// src/index/sqlite-label-index.ts
var SqliteLabelIndex = class {
  #db;
  #onClosed;
  #streams;
  #chunks;
  #tenants = /* @__PURE__ */ new Map();
  #statements;
  /** Owns `db`. `onClosed` is called when its file is complete and closed. */
  constructor(db, onClosed) {
    this.#db = db;
    this.#onClosed = onClosed;
    this.#streams = new StreamTable(db);
    this.#chunks = new ChunkTable(db);
    this.#statements = {
      tenant: db.prepare("SELECT id, span_ns FROM tenants WHERE name = ?").safeIntegers().raw(),
      insertTenant: db.prepare("INSERT INTO tenants VALUES (NULL, ?, 0)"),
      setSpan: db.prepare("UPDATE tenants SET span_ns = ? WHERE id = ?"),
      tenants: db.prepare("SELECT name FROM tenants t WHERE EXISTS (SELECT 1 FROM packs WHERE tenant = t.id) ORDER BY name").pluck()
    };
    keepForever(...Object.values(this.#statements));
  }
  addChunks(refs) {
    if (refs.length > 0) this.#transaction(() => this.#add(refs));
  }
  replacePacks(packs, add) {
    this.#transaction(() => {
      this.#add(add);
      const touched = /* @__PURE__ */ new Set();
      for (const pack of packs) {
        for (const stream of this.#chunks.removePack(pack)) touched.add(stream);
        this.#chunks.retire(pack);
      }
      for (const stream of touched) {
        const bounds = this.#chunks.bounds(stream);
        if (bounds === null) this.#streams.remove(stream);
        else this.#streams.setBounds(stream, ...bounds);
      }
    });
  }
  select(tenant, matchers, range) {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    const found = [];
    for (const id of matchStreams(this.#streams, row.id, matchers)) {
      const stream = this.#streams.get(id);
      if (stream.fromNs >= range.end || stream.throughNs < range.start) continue;
      const chunks = this.#chunks.overlapping(tenant, id, stream.labels, range, row.spanNs);
      if (chunks.length > 0) found.push({ labels: stream.labels, chunks });
    }
    return found;
  }
  series(tenant, matchers, range) {
    const row = this.#tenant(tenant);
    return row === null ? [] : this.#matching(row, matchers, range).map((stream) => stream.labels);
  }
  labelNames(tenant, matchers, range) {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    if (matchers.length === 0)
      return this.#streams.names(row.id).filter((name) => {
        const values = this.#streams.values(row.id, name);
        return values.some(([label]) => this.#occurs(label, row, range));
      });
    const names = /* @__PURE__ */ new Set();
    for (const { labels } of this.#matching(row, matchers, range)) for (const [name] of labels.pairs) names.add(name);
    return [...names].sort();
  }
  labelValues(tenant, name, matchers, range) {
    const row = this.#tenant(tenant);
    if (row === null) return [];
    const values = /* @__PURE__ */ new Set();
    if (matchers.length === 0) {
      for (const [label, value] of this.#streams.values(row.id, name))
        if (this.#occurs(label, row, range)) values.add(value);
    } else {
      for (const { labels } of this.#matching(row, matchers, range)) {
        const value = labels.get(name);
        if (value !== "") values.add(value);
      }
    }
    return [...values].sort(byCodePoint);
  }
  packs(tenant) {
    return this.#chunks.packs(tenant);
  }
  retired() {
    return this.#chunks.retired();
  }
  forgetRetired(packs) {
    this.#transaction(() => {
      for (const pack of packs) this.#chunks.unretire(pack);
    });
  }
  tenants() {
    return this.#statements.tenants.all();
  }
  close() {
    if (!this.#db.open) return;
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
    this.#db.close();
    this.#onClosed();
  }
  #transaction(work) {
    try {
      this.#db.transaction(work)();
    } catch (error) {
      this.#streams.forget();
      this.#tenants.clear();
      throw error;
    }
  }
  #add(refs) {
    const totals = /* @__PURE__ */ new Map();
    for (const ref of refs) {
      const tenant = this.#tenant(ref.tenant) ?? this.#addTenant(ref.tenant);
      const pack = this.#chunks.addPack(tenant.id, ref);
      const stream = this.#streams.add(tenant.id, ref.labels, ref.fromNs, ref.throughNs);
      this.#chunks.add(pack, stream, ref, totals);
      const spanNs = ref.throughNs - ref.fromNs;
      if (spanNs > tenant.spanNs) {
        this.#statements.setSpan.run(spanNs, tenant.id);
        tenant.spanNs = spanNs;
      }
    }
    this.#chunks.addTotals(totals);
  }
  #tenant(name) {
    const known = this.#tenants.get(name);
    if (known !== void 0) return known;
    const row = this.#statements.tenant.get(name);
    if (row === void 0) return null;
    const tenant = { id: Number(row[0]), spanNs: row[1] };
    this.#tenants.set(name, tenant);
    return tenant;
  }
  #addTenant(name) {
    this.#statements.insertTenant.run(name);
    return this.#tenant(name);
  }
  #matching(tenant, matchers, range) {
    return matchStreams(this.#streams, tenant.id, matchers).map((id) => this.#streams.get(id)).filter((stream) => this.#overlaps(stream, tenant, range));
  }
  /** Has a stream with the label a chunk in the range? */
  #occurs(label, tenant, range) {
    return this.#streams.withLabel(label).some((id) => this.#overlaps(this.#streams.get(id), tenant, range));
  }
  #overlaps(stream, tenant, range) {
    if (stream.fromNs >= range.end || stream.throughNs < range.start) return false;
    if (stream.fromNs >= range.start || stream.throughNs < range.end) return true;
    return this.#chunks.hasOverlapping(stream.id, range, tenant.spanNs);
  }
};
function byCodePoint(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate2(x) === isSurrogate2(y) ? x - y : isSurrogate2(x) ? 1 : -1;
  }
  return a.length - b.length;
}
var isSurrogate2 = (unit) => unit >= 55296 && unit <= 57343;

// src/index/open-label-index.ts
function openLabelIndex(path) {
  if (path === ":memory:") return opened(openDatabase(path), path, null);
  const reason = damageOf(path);
  if (reason === null) {
    try {
      const db = openDatabase(path);
      if (db !== null) return opened(db, path, null);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.damaged${suffix}`);
  }
  rmSync(sumPath(path), { force: true });
  return opened(openDatabase(path), path, reason ?? "not a database of this program");
}
function opened(db, path, setAside2) {
  const index2 = new SqliteLabelIndex(db, () => {
    if (path !== ":memory:") writeSum(path);
  });
  keepForever(index2);
  return Object.assign(index2, { setAside: setAside2 });
}
function openDatabase(path) {
  const db = openSqlite(path, { busyTimeoutMs: 2e3 });
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("temp_store = MEMORY");
    db.pragma("cache_size = -8192");
    if (migrate(db)) return db;
    db.close();
    return null;
  } catch (error) {
    db.close();
    throw error;
  }
}
function damageOf(path) {
  if (!existsSync(path)) {
    return existsSync(`${path}-wal`) ? "the database is missing, its journal is there" : null;
  }
  const size = statSync(path).size;
  if (size > checkedBytesMax) return null;
  const sum2 = readSum(path);
  rmSync(sumPath(path), { force: true });
  if (sum2 !== null && !existsSync(`${path}-wal`))
    return sum2 === digestOf(path) ? null : "the file is not as it was left at the last close";
  return structureDamage(path);
}
function structureDamage(path) {
  const db = openSqlite(path, { busyTimeoutMs: 2e3 });
  try {
    const answer = db.pragma("integrity_check(1)", { simple: true });
    return answer === "ok" ? null : String(answer);
  } catch (error) {
    if (isDamage(error)) return error.message;
    throw error;
  } finally {
    db.close();
  }
}
var checkedBytesMax = 256 << 20;
var sumPath = (path) => `${path}.sum`;
function readSum(path) {
  return existsSync(sumPath(path)) ? readFileSync(sumPath(path), "latin1").trim() : null;
}
function writeSum(path) {
  if (statSync(path).size <= checkedBytesMax) writeFileSync(sumPath(path), `${digestOf(path)}
`);
}
function digestOf(path) {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1 << 20);
  const fd = openSync(path, "r");
  try {
    for (; ; ) {
      const read2 = readSync(fd, buffer, 0, buffer.length, null);
      if (read2 === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, read2));
    }
  } finally {
    closeSync(fd);
  }
}

// src/ingest/open-ingester.ts
import { randomBytes as randomBytes2 } from "node:crypto";

// src/chunks/block-address.ts
function columnsAddress(block, { count, baseNs, offsetNs, lines, lineEnd, metadata }, needs) {
  const chosen = metadata.filter(({ name }) => needs.metadata === "all" || needs.metadata.includes(name));
  return {
    kind: "columns",
    fromNs: block.fromNs,
    throughNs: block.throughNs,
    rawBytes: block.rawBytes,
    batch: {
      count,
      baseNs,
      offsetNs,
      lines: needs.lines === "bytes" ? lines : new Uint8Array(0),
      lineEnd: needs.lines === "none" ? new Uint32Array(0) : lineEnd
    },
    metadata: chosen.map(({ name, dictionary, ids }) => ({
      name,
      texts: Array.from({ length: dictionary.length }, (_, id) => dictionary.get(id)),
      ids
    }))
  };
}

// src/chunks/pack-format.ts
function encodeHeader() {
  const out = new ByteWriter(packHeaderBytes);
  out.u32(packMagic);
  out.u16(packVersion);
  out.u16(0);
  return out.written();
}
function encodeBlockTable(blocks) {
  const out = new ByteWriter(64 + blocks.length * 128);
  out.varint(blocks.length);
  for (const block of blocks) {
    out.i64(block.fromNs);
    out.i64(block.throughNs);
    out.varint(block.count);
    out.varint(block.rawBytes);
    out.varint(block.offset);
    out.varint(block.sections.length);
    for (const section of block.sections) writeSection(out, section);
  }
  out.u32(crc322(out.written()));
  return out.written();
}
function encodeFooterAndTail(footer, footerOffset) {
  const out = new ByteWriter(256 + footer.chunks.length * 128);
  out.text(footer.tenant);
  out.varint(footer.chunks.length);
  for (const chunk of footer.chunks) {
    out.varint(chunk.labels.pairs.length);
    for (const [name, value] of chunk.labels.pairs) {
      out.text(name);
      out.text(value);
    }
    out.varint(chunk.metaOffset);
    out.varint(chunk.metaBytes);
    out.i64(chunk.fromNs);
    out.i64(chunk.throughNs);
    out.varint(chunk.entries);
    out.varint(chunk.rawBytes);
    out.varint(chunk.storedBytes);
  }
  const decoded = out.written();
  const stored = flate.encode(decoded);
  const tail = new ByteWriter(packTailBytes);
  tail.u64(BigInt(footerOffset));
  tail.u32(stored.length);
  tail.u32(decoded.length);
  tail.u32(crc322(stored));
  tail.u8(flate.id);
  tail.u8(0);
  tail.u16(packVersion);
  tail.u32(crc322(tail.written()));
  tail.u32(packEndMagic);
  return [stored, tail.written()];
}
function decodeTail(bytes2, packBytes) {
  const from = new ByteReader(bytes2);
  const footerOffset = Number(from.u64());
  const footerBytes = from.u32();
  const footerDecodedBytes = from.u32();
  const footerCrc = from.u32();
  const footerCodec = from.u8();
  from.u8();
  const version = from.u16();
  const crc = from.u32();
  if (from.u32() !== packEndMagic) throw new FormatError("no mark at the end: not a pack, or cut off");
  if (crc322(bytes2.subarray(0, packTailBytes - 8)) !== crc) throw new FormatError("checksum of the tail does not fit");
  if (version > packVersion) throw new PackVersionError(version);
  if (footerDecodedBytes > tableBytesMax || footerOffset + footerBytes + packTailBytes !== packBytes) {
    throw new FormatError(`footer of ${footerBytes} bytes at ${footerOffset} does not fit ${packBytes} bytes`);
  }
  return { footerOffset, footerBytes, footerDecodedBytes, footerCrc, footerCodec };
}
function decodeFooter(stored, tail) {
  if (crc322(stored) !== tail.footerCrc) throw new FormatError("checksum of the footer does not fit");
  const from = new ByteReader(codecById(tail.footerCodec).decode(stored, tail.footerDecodedBytes));
  const tenant = from.text();
  const chunks = [];
  for (let left = from.varint(); left > 0; left--) {
    const pairs = [];
    for (let more = from.varint(); more > 0; more--) pairs.push([from.text(), from.text()]);
    chunks.push({
      labels: new Labels(pairs),
      metaOffset: from.varint(),
      metaBytes: from.varint(),
      fromNs: from.i64(),
      throughNs: from.i64(),
      entries: from.varint(),
      rawBytes: from.varint(),
      storedBytes: from.varint()
    });
  }
  return { tenant, chunks };
}
var PackVersionError = class extends Error {
  name = "PackVersionError";
  version;
  constructor(version) {
    super(
      `pack has format version ${version}, this program reads up to ${packVersion}: it was written by a later version`
    );
    this.version = version;
  }
};

// src/chunks/pack-reader.ts
function readFooter(pack, source) {
  const size = source.byteLength;
  if (size < packHeaderBytes + packTailBytes) throw new DamageError(pack, 0, `pack of ${size} bytes is cut off`);
  const tailOffset = size - packTailBytes;
  const tail = reading(pack, tailOffset, () => decodeTail(exactly2(source, tailOffset, size), size));
  reading(pack, 0, () => checkHeader(exactly2(source, 0, packHeaderBytes)));
  return reading(pack, tail.footerOffset, () => {
    const stored = exactly2(source, tail.footerOffset, tail.footerOffset + tail.footerBytes);
    const { tenant, chunks } = decodeFooter(stored, tail);
    return { tenant, chunks: chunks.map((chunk) => ({ tenant, pack, ...chunk })) };
  });
}
function checkHeader(bytes2) {
  const from = new ByteReader(bytes2);
  if (from.u32() !== packMagic) throw new FormatError("no mark at the start: not a pack");
  const version = from.u16();
  if (version > packVersion) throw new FormatError(`header says version ${version}, the tail does not`);
}
function exactly2(source, start, end) {
  if (end > source.byteLength) throw new FormatError(`bytes up to ${end} expected, pack has ${source.byteLength}`);
  const bytes2 = source.slice(start, end);
  if (bytes2.length !== end - start) throw new FormatError(`${end - start} bytes expected, ${bytes2.length} there`);
  return bytes2;
}
function reading(pack, offset, read2) {
  try {
    return read2();
  } catch (cause) {
    if (cause instanceof FormatError) throw new DamageError(pack, offset, cause.message);
    if (cause instanceof PackVersionError) cause.message = `${pack}: ${cause.message}`;
    throw cause;
  }
}

// src/index/reconcile.ts
var chunksPerTransaction = 2e3;
async function reconcileIndex(index2, packs, log) {
  const inStore = new Set(await packs.list());
  const inIndex = new Set(index2.packs().map(({ pack }) => pack));
  const retired = new Set(index2.retired());
  const gone = [...inIndex].filter((pack) => !inStore.has(pack));
  if (gone.length > 0) {
    index2.replacePacks(gone, []);
    log("error", "packs are in the index, not in the store", { packs: gone.length, first: gone[0] });
  }
  const unreadable = [];
  const found = [];
  const replaced = /* @__PURE__ */ new Set();
  for (const pack of inStore) {
    if (inIndex.has(pack) || retired.has(pack)) continue;
    try {
      const footer = packs.footer(pack);
      found.push({ pack, footer });
      for (const old of replacedBy(footer)) replaced.add(old);
    } catch (error) {
      unreadable.push(pack);
      log("error", "pack cannot be read", { pack, error });
    }
  }
  const wanted = found.filter(({ pack }) => !replaced.has(pack));
  addPacks(
    index2,
    wanted.filter(({ footer }) => replacedBy(footer).length === 0)
  );
  for (const { pack, footer } of found) {
    if (replacedBy(footer).length > 0) index2.replacePacks(replacedBy(footer), replaced.has(pack) ? [] : footer.chunks);
  }
  index2.forgetRetired(index2.retired().filter((pack) => !inStore.has(pack)));
  if (wanted.length > 0) log("info", "packs added to the index", { packs: wanted.length });
  return { added: wanted.length, removed: gone.length, unreadable };
}
var replacedBy = (footer) => footer.replaces ?? [];
function addPacks(index2, packs) {
  let refs = [];
  for (const { footer } of packs) {
    for (const ref of footer.chunks) refs.push(ref);
    if (refs.length < chunksPerTransaction) continue;
    index2.addChunks(refs);
    refs = [];
  }
  index2.addChunks(refs);
}

// src/chunks/pack-writer.ts
import { randomBytes } from "node:crypto";

// src/model/tenant.ts
var tenantFolder = (id) => id.replace(/[^a-z0-9_-]/g, (ch) => `%${ch.charCodeAt(0).toString(16).padStart(2, "0")}`);

// src/model/time.ts
var MIN_NANOS = -(2n ** 63n);
var MAX_NANOS = 2n ** 63n - 1n;
var nanosToMillis = (ns) => {
  const ms = ns / 1000000n;
  return Number(ns < 0n && ms * 1000000n !== ns ? ms - 1n : ms);
};

// src/chunks/pack-writer.ts
var utcDay = (ns) => new Date(nanosToMillis(ns)).toISOString().slice(0, 10);
var newPackId = () => randomBytes(12).toString("hex");
async function writePack(store, tenant, day, chunks, id = newPackId()) {
  invariant(chunks.length > 0, "a pack has at least one chunk");
  const { parts, footerChunks } = await layOut(tenant, chunks);
  const fromNs = least2(footerChunks.map((chunk) => chunk.fromNs));
  const throughNs = most(footerChunks.map((chunk) => chunk.throughNs));
  const name = `${nanosToMillis(fromNs)}-${nanosToMillis(throughNs)}-${id}${packSuffix}`;
  const pack = `${tenantFolder(tenant)}/${day}/${name}`;
  await store.put(pack, parts);
  return footerChunks.map((chunk) => ({ tenant, pack, ...chunk }));
}
var chunksPerTurn = 512;
async function layOut(tenant, chunks) {
  const parts = [];
  let offset = 0;
  const add = (part) => {
    parts.push(part);
    offset += part.length;
  };
  add(encodeHeader());
  const ordered = chunks.map((chunk) => ({ chunk, ...boundsOf(chunk.blocks) })).sort(byLabelsAndTime);
  const tables2 = [];
  for (const { chunk } of ordered) {
    const start = offset;
    for (const block of chunk.blocks) add(block.bytes);
    tables2.push(encodeBlockTable(placed(chunk.blocks, start)));
    if (tables2.length % chunksPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const footerChunks = ordered.map(({ chunk, fromNs, throughNs }, i) => {
    const table2 = tables2[i];
    const metaOffset = offset;
    add(table2);
    let entries = 0;
    let rawBytes = 0;
    let storedBytes = 0;
    for (const block of chunk.blocks) {
      entries += block.count;
      rawBytes += block.rawBytes;
      storedBytes += block.bytes.length;
    }
    const metaBytes = table2.length;
    return { labels: chunk.labels, metaOffset, metaBytes, fromNs, throughNs, entries, rawBytes, storedBytes };
  });
  for (const part of encodeFooterAndTail({ tenant, chunks: footerChunks }, offset)) add(part);
  return { parts, footerChunks };
}
function placed(blocks, start) {
  let offset = start;
  return blocks.map(({ bytes: bytes2, ...header }) => {
    const at = offset;
    offset += bytes2.length;
    return { ...header, offset: at, storedBytes: bytes2.length };
  });
}
function boundsOf(blocks) {
  invariant(blocks.length > 0, "a chunk has at least one block");
  return {
    fromNs: least2(blocks.map((block) => block.fromNs)),
    throughNs: most(blocks.map((block) => block.throughNs))
  };
}
function byLabelsAndTime(a, b) {
  const x = a.chunk.labels.text;
  const y = b.chunk.labels.text;
  if (x !== y) return x < y ? -1 : 1;
  return a.fromNs < b.fromNs ? -1 : a.fromNs > b.fromNs ? 1 : 0;
}
function least2(times) {
  let found = times[0];
  for (const time of times) if (time < found) found = time;
  return found;
}
function most(times) {
  let found = times[0];
  for (const time of times) if (time > found) found = time;
  return found;
}

// src/ingest/head/rows.ts
function sliceRows(batch, start, end) {
  if (start === 0 && end === batch.count) return batch;
  const firstByte = start === 0 ? 0 : batch.lineEnd[start - 1];
  const lastByte = end === 0 ? 0 : batch.lineEnd[end - 1];
  const lineEnd = batch.lineEnd.slice(start, end);
  for (let i = 0; i < lineEnd.length; i++) lineEnd[i] = lineEnd[i] - firstByte;
  return {
    count: end - start,
    baseNs: batch.baseNs,
    offsetNs: batch.offsetNs.subarray(start, end),
    lines: batch.lines.subarray(firstByte, lastByte),
    lineEnd,
    metadata: batch.metadata.map((column) => ({ ...column, ids: column.ids.subarray(start, end) }))
  };
}
function pickRows(batch, rows, baseNs = batch.baseNs) {
  const shiftNs = Number(batch.baseNs - baseNs);
  const count = rows.length;
  const offsetNs = new Float64Array(count);
  const lineEnd = new Uint32Array(count);
  let byteLength = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    offsetNs[i] = batch.offsetNs[row] + shiftNs;
    byteLength += batch.lineEnd[row] - lineStart(batch, row);
    lineEnd[i] = byteLength;
  }
  const lines = new Uint8Array(byteLength);
  for (let i = 0; i < count; ) {
    const first = i;
    while (++i < count && rows[i] === rows[i - 1] + 1) ;
    const start = lineStart(batch, rows[first]);
    lines.set(batch.lines.subarray(start, batch.lineEnd[rows[i - 1]]), first === 0 ? 0 : lineEnd[first - 1]);
  }
  const metadata = batch.metadata.map(({ name, dictionary, ids }) => ({
    name,
    dictionary,
    ids: Uint32Array.from(rows, (row) => ids[row])
  }));
  return { count, baseNs, offsetNs, lines, lineEnd, metadata };
}
function timeOrder(offsetNs, count) {
  let i = 1;
  while (i < count && offsetNs[i] >= offsetNs[i - 1]) i++;
  if (i >= count) return null;
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return rows.sort((a, b) => offsetNs[a] - offsetNs[b] || a - b);
}
function joinBatches(a, b) {
  const shiftNs = Number(b.baseNs - a.baseNs);
  for (let i = 0; i < b.count; i++) if (!(Math.abs(b.offsetNs[i] + shiftNs) <= offsetNsMax)) return null;
  const count = a.count + b.count;
  const offsetNs = new Float64Array(count);
  offsetNs.set(a.offsetNs.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) offsetNs[a.count + i] = b.offsetNs[i] + shiftNs;
  const aBytes = a.count === 0 ? 0 : a.lineEnd[a.count - 1];
  const bBytes = b.count === 0 ? 0 : b.lineEnd[b.count - 1];
  const lines = new Uint8Array(aBytes + bBytes);
  lines.set(a.lines.subarray(0, aBytes));
  lines.set(b.lines.subarray(0, bBytes), aBytes);
  const lineEnd = new Uint32Array(count);
  lineEnd.set(a.lineEnd.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) lineEnd[a.count + i] = b.lineEnd[i] + aBytes;
  const names = new Set([...a.metadata, ...b.metadata].map((column) => column.name));
  const metadata = [...names].sort().map((name) => joinColumns(name, a, b));
  return { count, baseNs: a.baseNs, offsetNs, lines, lineEnd, metadata };
}
var offsetNsMax = 2 ** 52;
function areExact({ count, offsetNs }) {
  for (let i = 0; i < count; i++) if (!(Math.abs(offsetNs[i]) <= offsetNsMax)) return false;
  return true;
}
function joinColumns(name, a, b) {
  const first = a.metadata.find((column) => column.name === name);
  const second = b.metadata.find((column) => column.name === name);
  const firstLength = first?.dictionary.length ?? 0;
  const dictionary = {
    length: firstLength + (second?.dictionary.length ?? 0),
    get: (id) => id < firstLength ? first?.dictionary.get(id) : second?.dictionary.get(id - firstLength),
    bytes: (id) => id < firstLength ? first?.dictionary.bytes(id) : second?.dictionary.bytes(id - firstLength)
  };
  const ids = new Uint32Array(a.count + b.count);
  if (first !== void 0) ids.set(first.ids.subarray(0, a.count));
  for (let i = 0; i < b.count; i++) {
    const id = second?.ids[i] ?? 0;
    ids[a.count + i] = id === 0 ? 0 : id + firstLength;
  }
  return { name, dictionary, ids };
}
var lineStart = (batch, row) => row === 0 ? 0 : batch.lineEnd[row - 1];

// src/ingest/head/sealed-block.ts
function sealBlock(block, { codec, cache }) {
  const { arrivedMs, firstSeq, last } = block;
  return splitByDay(block.ordered()).map(({ day, entries }) => {
    const encoded = encodeBlock(entries, codec);
    const source = blockSourceOf(encoded, cache);
    return {
      kind: "sealed",
      day,
      encoded,
      source,
      arrivedMs,
      walBytes: Math.ceil(block.walBytes * (entries.count / block.count)),
      firstSeq,
      last
    };
  });
}
function splitByDay(batch) {
  const days = [];
  for (let start = 0; start < batch.count; ) {
    const day = dayOf(batch.baseNs + BigInt(batch.offsetNs[start]));
    const nextDay = Number(BigInt(day + 1) * dayNs - batch.baseNs);
    let end = start + 1;
    while (end < batch.count && batch.offsetNs[end] < nextDay) end++;
    days.push({ day, entries: sliceRows(batch, start, end) });
    start = end;
  }
  return days;
}
var dayNs = 86400000000000n;
var dayOf = (ns) => Number((ns - (ns % dayNs + dayNs) % dayNs) / dayNs);

// src/model/entry-batch.ts
var allColumns = { lines: "bytes", metadata: "all" };

// src/ingest/wal/constants.ts
var segmentMagic = "SKALDWAL";
var walVersion = 1;
var segmentHeaderBytes = 32;
var frameHeaderBytes = 32;
var recordBytesMax = 256 << 20;
var recordType = {
  /** Entries of a push. */
  entries: 1,
  /** What is left in the head of some streams. Earlier records say nothing about these streams any more. */
  moved: 2,
  /** A pack is about to be written with these streams' entries of one day. */
  flushing: 3,
  /** The pack is stored, and the entries are no longer the WAL's concern. */
  flushed: 4,
  /** Packs that were begun and given up: if they are there after all, they have to go. */
  abandoned: 5
};
var isRecordType = (type) => type >= 1 && type <= 5;

// src/ingest/wal/record.ts
function encodeEntries(record) {
  const writer = new ByteWriter(sizeEstimate(record));
  writer.text(record.tenant);
  writer.varint(record.streams.length);
  for (const { labels, entries } of record.streams) {
    encodeLabels(writer, labels);
    encodeBatch(writer, entries);
  }
  return writer.written();
}
function sizeEstimate({ streams: streams2 }) {
  let bytes2 = 256;
  for (const { labels, entries } of streams2) {
    bytes2 += 64 + 2 * labels.text.length + entries.count * (12 + 2 * entries.metadata.length);
    bytes2 += (entries.lineEnd[entries.count - 1] ?? 0) + 64 * entries.metadata.length;
  }
  return bytes2;
}
function decodeEntries(payload) {
  const from = new ByteReader(payload);
  const tenant = from.text();
  const streams2 = list(from, () => ({ labels: decodeLabels(from), entries: decodeBatch(from) }));
  expectEnd(from);
  return { tenant, streams: streams2 };
}
function encodeFlush(record) {
  const writer = new ByteWriter(1024 + 256 * record.streams.length);
  writer.text(record.tenant);
  writer.text(record.pack);
  writer.i64(BigInt(record.day));
  writer.varint(record.streams.length);
  for (const { labels, through } of record.streams) {
    encodeLabels(writer, labels);
    writer.varint(through.seq);
    writer.varint(through.row);
  }
  return writer.written();
}
function decodeFlush(payload) {
  const from = new ByteReader(payload);
  const tenant = from.text();
  const pack = from.text();
  const day = Number(from.i64());
  const streams2 = list(from, () => {
    const labels = decodeLabels(from);
    const seq = from.varint();
    return { labels, through: { seq, row: from.varint() } };
  });
  expectEnd(from);
  return { tenant, pack, day, streams: streams2 };
}
function encodeAbandoned(packs) {
  const writer = new ByteWriter();
  writer.varint(packs.length);
  for (const pack of packs) writer.text(pack);
  return writer.written();
}
function decodeAbandoned(payload) {
  const from = new ByteReader(payload);
  const packs = list(from, () => from.text());
  expectEnd(from);
  return packs;
}
function encodeLabels(writer, labels) {
  writer.varint(labels.pairs.length);
  for (const [name, value] of labels.pairs) {
    writer.text(name);
    writer.text(value);
  }
}
function decodeLabels(from) {
  return new Labels(list(from, () => [from.text(), from.text()]));
}
function encodeBatch(writer, batch) {
  const { count } = batch;
  writer.varint(count);
  writer.i64(batch.baseNs);
  writer.bytes(bytesOf2(batch.offsetNs.subarray(0, count)));
  writer.bytes(bytesOf2(batch.lineEnd.subarray(0, count)));
  writer.bytes(batch.lines.subarray(0, count === 0 ? 0 : batch.lineEnd[count - 1]));
  writer.varint(batch.metadata.length);
  for (const column of batch.metadata) encodeColumn(writer, column, count);
}
function decodeBatch(from) {
  const count = from.varint();
  const baseNs = from.i64();
  const offsetNs = new Float64Array(copyOf(from.bytes(count * 8)));
  const lineEnd = new Uint32Array(copyOf(from.bytes(count * 4)));
  for (let i = 1; i < count; i++)
    if (lineEnd[i] < lineEnd[i - 1]) throw new FormatError("a line ends before it begins");
  const lines = from.bytes(count === 0 ? 0 : lineEnd[count - 1]).slice();
  const metadata = list(from, () => decodeColumn(from, count));
  return { count, baseNs, offsetNs, lineEnd, lines, metadata };
}
function encodeColumn(writer, column, count) {
  writer.text(column.name);
  const newIds = /* @__PURE__ */ new Map();
  const ids = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const id = column.ids[i];
    if (id === 0) continue;
    let newId = newIds.get(id);
    if (newId === void 0) {
      newId = newIds.size + 1;
      newIds.set(id, newId);
    }
    ids[i] = newId;
  }
  writer.varint(newIds.size);
  const values = Array.from(newIds.keys(), (id) => column.dictionary.bytes(id - 1));
  for (const value of values) writer.varint(value.length);
  for (const value of values) writer.bytes(value);
  if (newIds.size < 1 << 8) writer.bytes(new Uint8Array(ids));
  else if (newIds.size < 1 << 16) writer.bytes(bytesOf2(new Uint16Array(ids)));
  else writer.bytes(bytesOf2(ids));
}
function decodeColumn(from, count) {
  const name = from.text();
  const ends = Uint32Array.from(list(from, () => from.varint()));
  const dictionary = new TextDictionary(from.bytes(accumulate(ends)).slice(), ends);
  const size = ends.length;
  const ids = size < 1 << 8 ? new Uint32Array(from.bytes(count)) : size < 1 << 16 ? new Uint32Array(new Uint16Array(copyOf(from.bytes(count * 2)))) : new Uint32Array(copyOf(from.bytes(count * 4)));
  for (let i = 0; i < count; i++) if (ids[i] > size) throw new FormatError("metadata id without a value");
  return { name, dictionary, ids };
}
function list(from, item) {
  const items = [];
  for (let left = from.varint(); left > 0; left--) items.push(item());
  return items;
}
function expectEnd(from) {
  if (from.remaining > 0) throw new FormatError("bytes behind the end of the record");
}
var bytesOf2 = (column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
var copyOf = (bytes2) => new Uint8Array(bytes2).buffer;

// src/ingest/wal/checkpoint.ts
var recordTargetBytes = 512 << 10;
var streamBytesMax = 64 << 20;
async function rewriteStreams(wal, streams2, pause, log) {
  let written = 0;
  for (let i = 0; i < streams2.length; ) {
    const group = [];
    let bytes2 = 0;
    for (; i < streams2.length && bytes2 < recordTargetBytes; i++) {
      const stream = streams2[i];
      if (stream.isEmpty || group[0] !== void 0 && group[0].tenant !== stream.tenant) {
        if (stream.isEmpty) continue;
        break;
      }
      const streamBytes = stream.walBytes;
      if (streamBytes > streamBytesMax) {
        log("warn", "stream too large to be rewritten in the WAL", { labels: stream.labels.text, bytes: streamBytes });
        continue;
      }
      group.push(stream);
      bytes2 += streamBytes;
    }
    if (group.length > 0) written += rewriteGroup(wal, group);
    await pause();
  }
  return written;
}
function rewriteGroup(wal, group) {
  const streams2 = [];
  for (const stream of group)
    for (const block of stream.blocks) streams2.push({ labels: stream.labels, entries: entriesOf(block) });
  const payload = encodeEntries({ tenant: group[0].tenant, streams: streams2 });
  const seq = wal.append(recordType.moved, payload);
  let row = 0;
  for (const stream of group) row = stream.movedTo(seq, row);
  return payload.length;
}
var entriesOf = (block) => block.kind === "sealed" ? decodeBlock(block.encoded, allColumns) : block.arrived();

// src/ingest/flusher.ts
var packChunksMax = 1e3;
var packTargetBytes = 64 << 20;
var Flusher = class {
  counters = {
    ...{ flushes: 0, flushFailures: 0, flushedPacks: 0, flushedChunks: 0 },
    ...{ flushedEntries: 0, flushedRawBytes: 0, flushedStoredBytes: 0 },
    ...{ checkpoints: 0, checkpointBytes: 0, walRepairs: 0 }
  };
  #options;
  #last = Promise.resolve();
  #waiting = 0;
  /** The index refused it. Nothing else is flushed before it is handed over. */
  #stored = null;
  /** Given up, which the WAL does not say yet; or still to be removed from the store. */
  #unsaid = /* @__PURE__ */ new Set();
  #unremoved = /* @__PURE__ */ new Set();
  /** Handed over, which the WAL does not say yet. */
  #unconfirmed = [];
  constructor(options) {
    this.#options = options;
  }
  /** Something is under way. */
  get isBusy() {
    return this.#waiting > 0;
  }
  /**
   * Flushes what `scopeOf` says. Rejects at the first failure: what is not flushed by then stays in head and WAL, and
   * can be flushed again.
   */
  flush(scopeOf) {
    return this.#inTurn(async () => {
      try {
        await this.#settle();
        for (const pack of packsOf(await this.#collect(scopeOf))) await this.#flushPack(pack);
        this.counters.flushes++;
      } catch (error) {
        this.counters.flushFailures++;
        throw error;
      }
    });
  }
  /** Deletes segments that are not needed any more; rewrites what holds others when the WAL has grown too large. */
  tidyWal() {
    const { wal, head, segmentBytes } = this.#options;
    if (wal === null) return Promise.resolve();
    return this.#inTurn(async () => {
      await this.#settle();
      await this.#deleteSegments(wal);
      if (wal.segmentCount < 2 || wal.bytes <= 2 * head.walBytes() + segmentBytes) return;
      const beforeSeq = wal.currentFirstSeq;
      await this.#rewrite(wal, (stream) => stream.firstSeq < beforeSeq);
      this.counters.checkpoints++;
      await this.#deleteSegments(wal);
    });
  }
  /** After a failed sync: writes anew what may not be on the disk. Resolves when the WAL can be trusted again. */
  repairWal() {
    const { wal, log } = this.#options;
    if (wal === null) return Promise.resolve();
    return this.#inTurn(async () => {
      const from = wal.untrustedFrom;
      if (from === null) return;
      await wal.probe();
      await this.#settle();
      await this.#rewrite(wal, (stream) => stream.blocks.some((block) => block.last.seq >= from));
      await wal.sync();
      if (wal.untrustedFrom !== from) throw new Error("the WAL could not be synced");
      wal.trust();
      this.counters.walRepairs++;
      log("warn", "WAL written anew after a failed sync", { fromSeq: from });
    });
  }
  /** Resolves when nothing is under way. */
  async idle() {
    while (this.#waiting > 0) await this.#last;
  }
  #inTurn(work) {
    this.#waiting++;
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => void 0).then(() => {
      this.#waiting--;
    });
    return turn;
  }
  /** Ends what an earlier flush could not. */
  async #settle() {
    const { wal, store } = this.#options;
    if (this.#stored !== null) this.#handOver(this.#stored);
    this.#sayAbandoned();
    if (this.#unremoved.size > 0) {
      for (const { pack } of await store.list()) {
        const id = [...this.#unremoved].find((unremoved) => pack.includes(unremoved));
        if (id !== void 0) await store.delete(pack);
      }
      this.#unremoved.clear();
    }
    while (wal !== null && this.#unconfirmed.length > 0) {
      wal.append(recordType.flushed, encodeFlush(this.#unconfirmed[0]));
      this.#unconfirmed.shift();
    }
  }
  #sayAbandoned() {
    if (this.#unsaid.size === 0) return;
    this.#options.wal?.append(recordType.abandoned, encodeAbandoned([...this.#unsaid]));
    this.#unsaid.clear();
  }
  /** Seals what shall leave. A stream's blocks leave in the order of their arrival, none is passed over. */
  async #collect(scopeOf) {
    const { head, pause } = this.#options;
    const departing = [];
    for (const stream of [...head.streams()]) {
      const scope = scopeOf(stream);
      if (scope === null) continue;
      if (scope === "all") stream.cut();
      const closed = stream.closedBlocks();
      const through = closed.at(-1)?.last;
      if (through === void 0) continue;
      const sealed = closed.flatMap((block) => block.kind === "sealed" ? [block] : head.seal(stream, block));
      for (const [, blocks] of byDay(sealed)) departing.push({ stream, blocks, through });
      await pause();
    }
    return departing;
  }
  async #flushPack(pack) {
    const { wal, store } = this.#options;
    const id = this.#options.newPackId();
    const record = {
      ...{ tenant: pack.tenant, pack: id, day: pack.day },
      streams: pack.chunks.map(({ stream, through }) => ({ labels: stream.labels, through }))
    };
    if (wal !== null) {
      wal.append(recordType.flushing, encodeFlush(record));
      await syncTrusted(wal);
    }
    const chunks = pack.chunks.map(
      ({ stream, blocks }) => ({ labels: stream.labels, blocks: blocks.map(({ encoded }) => encoded) })
    );
    let refs;
    try {
      refs = await writePack(store, pack.tenant, utcDay(BigInt(pack.day) * dayNs), chunks, id);
    } catch (error) {
      this.#unsaid.add(id);
      this.#unremoved.add(id);
      throw error;
    }
    this.#handOver({ pack, record, refs });
  }
  /** One tick: before it the entries are in the head only, after it in the store only. */
  #handOver(stored) {
    const { index: index2, wal, log } = this.#options;
    this.#stored = stored;
    index2.addChunks(stored.refs);
    this.#stored = null;
    for (const { stream, blocks } of stored.pack.chunks) stream.release(new Set(blocks));
    this.#count(stored.refs);
    try {
      wal?.append(recordType.flushed, encodeFlush(stored.record));
    } catch (error) {
      this.#unconfirmed.push(stored.record);
      log("warn", "end of flush not in the WAL", { pack: stored.record.pack, error });
    }
  }
  #count(refs) {
    this.counters.flushedPacks++;
    this.counters.flushedChunks += refs.length;
    for (const ref of refs) {
      this.counters.flushedEntries += ref.entries;
      this.counters.flushedRawBytes += ref.rawBytes;
      this.counters.flushedStoredBytes += ref.storedBytes;
    }
  }
  async #rewrite(wal, test) {
    const { head, pause, log } = this.#options;
    this.counters.checkpointBytes += await rewriteStreams(wal, [...head.streams()].filter(test), pause, log);
  }
  async #deleteSegments(wal) {
    const neededFrom = () => Math.min(this.#options.head.firstSeq(), wal.nextSeq);
    if (!wal.canDeleteBefore(neededFrom())) return;
    await syncTrusted(wal);
    wal.deleteBefore(neededFrom());
  }
};
async function syncTrusted(wal) {
  await wal.sync();
  if (wal.untrustedFrom !== null) throw new Error("the WAL could not be synced, and is not written anew yet");
}
function byDay(blocks) {
  const days = /* @__PURE__ */ new Map();
  for (const block of blocks) {
    const day = days.get(block.day);
    if (day === void 0) days.set(block.day, [block]);
    else day.push(block);
  }
  return days;
}
function packsOf(departing) {
  const packs = /* @__PURE__ */ new Map();
  const done = [];
  for (const chunk of departing) {
    const { tenant } = chunk.stream;
    const day = chunk.blocks[0].day;
    const key = `${day} ${tenant}`;
    let open2 = packs.get(key);
    if (open2 === void 0) {
      open2 = { pack: { tenant, day, chunks: [] }, bytes: 0 };
      packs.set(key, open2);
    }
    open2.pack.chunks.push(chunk);
    for (const block of chunk.blocks) open2.bytes += block.encoded.bytes.length;
    if (open2.pack.chunks.length < packChunksMax && open2.bytes < packTargetBytes) continue;
    done.push(open2.pack);
    packs.delete(key);
  }
  for (const { pack } of packs.values()) done.push(pack);
  return done;
}

// src/ingest/head/duplicates.ts
function withoutDuplicates(batch, known) {
  const { count, offsetNs } = batch;
  const newest = known === null ? Number.NEGATIVE_INFINITY : known.newestAsOffset(batch.baseNs);
  let isAscending = true;
  let mayRepeat = false;
  let previous = newest;
  for (let i = 0; i < count; i++) {
    const offset = offsetNs[i];
    if (offset <= previous) mayRepeat = true;
    if (i > 0 && offset < offsetNs[i - 1]) isAscending = false;
    previous = offset;
  }
  if (!mayRepeat) return batch;
  const seen = new EntryTable(batch);
  const kept2 = new Uint32Array(count);
  let keptCount = 0;
  for (let row = 0; row < count; row++) {
    const offset = offsetNs[row];
    if (known !== null && offset <= newest && known.has(batch, row)) continue;
    if (!isAscending || offset === offsetNs[row - 1] || offset === offsetNs[row + 1]) {
      if (seen.find(batch, row) >= 0) continue;
      seen.add(row);
    }
    kept2[keptCount++] = row;
  }
  return keptCount === count ? batch : pickRows(batch, kept2.subarray(0, keptCount));
}
var shortRun = 16;
function knownInBlock(block) {
  let table2 = null;
  let inTable = 0;
  return {
    newestAsOffset: (baseNs) => Number(block.throughNs - baseNs),
    has(batch, row) {
      const rows = block.arrived();
      if (block.isSorted) {
        const offset = batch.offsetNs[row] + Number(batch.baseNs - rows.baseNs);
        let at = firstAt(rows, offset);
        const runEnd = Math.min(rows.count, at + shortRun);
        while (at < runEnd && rows.offsetNs[at] === offset) if (isSameEntry(rows, at++, batch, row)) return true;
        if (at < runEnd || at === rows.count) return false;
      }
      table2 ??= new EntryTable(rows);
      table2.rows = rows;
      for (; inTable < rows.count; inTable++) table2.add(inTable);
      return table2.find(batch, row) >= 0;
    }
  };
}
function knownLast(last) {
  return {
    newestAsOffset: (baseNs) => Number(last.baseNs + BigInt(last.offsetNs[0]) - baseNs),
    has: (batch, row) => isSameEntry(last, 0, batch, row)
  };
}
function firstAt(rows, offsetNs) {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = low + high >>> 1;
    if (rows.offsetNs[middle] < offsetNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
var EntryTable = class {
  rows;
  #byHash = /* @__PURE__ */ new Map();
  constructor(rows) {
    this.rows = rows;
  }
  add(row) {
    const hash = hashOf2(this.rows, row, this.rows.baseNs);
    const known = this.#byHash.get(hash);
    if (known === void 0) this.#byHash.set(hash, row);
    else if (typeof known === "number") this.#byHash.set(hash, [known, row]);
    else known.push(row);
  }
  /** -1 when there is no such entry. */
  find(batch, row) {
    const known = this.#byHash.get(hashOf2(batch, row, this.rows.baseNs));
    if (known === void 0) return -1;
    if (typeof known === "number") return isSameEntry(this.rows, known, batch, row) ? known : -1;
    return known.find((other) => isSameEntry(this.rows, other, batch, row)) ?? -1;
  }
};
function hashOf2(batch, row, baseNs) {
  const time = batch.offsetNs[row] + (batch.baseNs === baseNs ? 0 : Number(batch.baseNs - baseNs));
  let hash = time ^ Math.floor(time / 2 ** 32) | 0;
  const end = batch.lineEnd[row];
  for (let i = lineStart(batch, row); i < end; i++) hash = Math.imul(hash ^ batch.lines[i], 16777619);
  return hash;
}
function isSameEntry(a, i, b, k) {
  const shiftNs = a.baseNs === b.baseNs ? 0 : Number(b.baseNs - a.baseNs);
  if (a.offsetNs[i] !== b.offsetNs[k] + shiftNs) return false;
  const aStart = lineStart(a, i);
  const bStart = lineStart(b, k);
  const length = a.lineEnd[i] - aStart;
  if (length !== b.lineEnd[k] - bStart) return false;
  for (let n = 0; n < length; n++) if (a.lines[aStart + n] !== b.lines[bStart + n]) return false;
  return metadataWithin(a, i, b, k) && metadataWithin(b, k, a, i);
}
function metadataWithin(a, i, b, k) {
  return a.metadata.every(({ name, dictionary, ids }) => {
    const id = ids[i];
    if (id === 0) return true;
    const value = dictionary.get(id - 1);
    return b.metadata.some(
      (other) => other.name === name && other.ids[k] !== 0 && other.dictionary.get(other.ids[k] - 1) === value
    );
  });
}

// src/ingest/head/open-block.ts
var rowsMax = 65536;
var OpenBlock = class {
  kind = "raw";
  /** The time of the first entry that came. */
  baseNs;
  /** When it came, by the monotonic clock. */
  arrivedMs;
  /** Of the first record and the last row that are in it. Changed when the WAL moves them. */
  firstSeq;
  last;
  count = 0;
  minOffsetNs = 0;
  maxOffsetNs = 0;
  /** In the order of their times, as they came. */
  isSorted = true;
  #offsetNs = new Float64Array(new SharedArrayBuffer(8 * initialRows));
  #lineEnd = new Uint32Array(new SharedArrayBuffer(4 * initialRows));
  #lines = new Uint8Array(new SharedArrayBuffer(initialBytes));
  #columns = [];
  #sorted = null;
  constructor(baseNs, firstSeq, nowMs) {
    this.baseNs = baseNs;
    this.firstSeq = firstSeq;
    this.last = { seq: firstSeq, row: 0 };
    this.arrivedMs = nowMs;
  }
  /** Bytes of the lines. */
  get rawBytes() {
    return this.count === 0 ? 0 : this.#lineEnd[this.count - 1];
  }
  get metadataBytes() {
    return this.#columns.reduce((sum2, column) => sum2 + column.dictionaryBytes, 0);
  }
  /** About what a WAL record of the entries takes, without the labels. */
  get walBytes() {
    let bytes2 = this.rawBytes + 12 * this.count;
    for (const column of this.#columns) bytes2 += this.count + column.dictionaryBytes;
    return bytes2;
  }
  get fromNs() {
    return this.baseNs + BigInt(this.minOffsetNs);
  }
  get throughNs() {
    return this.baseNs + BigInt(this.maxOffsetNs);
  }
  isFull(targetBytes) {
    return this.count >= rowsMax || this.rawBytes + this.metadataBytes >= targetBytes;
  }
  /**
   * Appends rows of the batch from `start` on, until the block is full or a time is too far from its base. Returns
   * the row behind the last one taken: `start` when none fits. Row i is `i` rows behind `first` in the WAL.
   */
  append(batch, start, targetBytes, first) {
    const shiftNs = Number(batch.baseNs - this.baseNs);
    if (Math.abs(shiftNs) > 2 * offsetNsMax) return start;
    const end = this.#fittingRows(batch, start, shiftNs, targetBytes);
    if (end === start) return start;
    this.#appendLines(batch, start, end);
    this.#appendTimes(batch, start, end, shiftNs);
    for (const column of batch.metadata) this.#appendMetadata(column, start, end);
    this.count += end - start;
    for (const column of this.#columns) column.reserve(this.count);
    this.last = { seq: first.seq, row: first.row + end - 1 };
    this.#sorted = null;
    return end;
  }
  #fittingRows(batch, start, shiftNs, targetBytes) {
    const bytesMax = lineStart(batch, start) + targetBytes - this.rawBytes;
    const rowEnd = Math.min(batch.count, start + rowsMax - this.count);
    for (let row = start; row < rowEnd; row++) {
      if (Math.abs(batch.offsetNs[row] + shiftNs) > offsetNsMax) return row;
      if (batch.lineEnd[row] >= bytesMax) return row + 1;
    }
    return rowEnd;
  }
  #appendLines(batch, start, end) {
    const from = lineStart(batch, start);
    const through = batch.lineEnd[end - 1];
    const before = this.rawBytes;
    this.#lines = reserved(this.#lines, before, before + through - from);
    this.#lines.set(batch.lines.subarray(from, through), before);
    this.#lineEnd = reserved(this.#lineEnd, this.count, this.count + end - start);
    const shift = before - from;
    const at = this.count - start;
    for (let row = start; row < end; row++) this.#lineEnd[at + row] = batch.lineEnd[row] + shift;
  }
  #appendTimes(batch, start, end, shiftNs) {
    this.#offsetNs = reserved(this.#offsetNs, this.count, this.count + end - start);
    let previous = this.count === 0 ? Number.NEGATIVE_INFINITY : this.#offsetNs[this.count - 1];
    const at = this.count - start;
    for (let row = start; row < end; row++) {
      const offset = batch.offsetNs[row] + shiftNs;
      this.#offsetNs[at + row] = offset;
      if (offset < previous) this.isSorted = false;
      if (offset < this.minOffsetNs) this.minOffsetNs = offset;
      if (offset > this.maxOffsetNs) this.maxOffsetNs = offset;
      previous = offset;
    }
  }
  #appendMetadata(column, start, end) {
    let own = this.#columns.find(({ name }) => name === column.name);
    for (let row = start; row < end; row++) {
      const id = column.ids[row];
      if (id === 0) continue;
      if (own === void 0) {
        own = new HeadColumn(column.name);
        this.#columns.push(own);
      }
      own.set(this.count + row - start, column.dictionary, id);
    }
    own?.forgetSource();
  }
  /** The first `count` rows, as they came. A view: rows that are appended later do not show. */
  arrived(count = this.count) {
    return {
      count,
      baseNs: this.baseNs,
      offsetNs: this.#offsetNs.subarray(0, count),
      lines: this.#lines.subarray(0, count === 0 ? 0 : this.#lineEnd[count - 1]),
      lineEnd: this.#lineEnd.subarray(0, count),
      metadata: this.#columns.map((column) => column.view(count)).sort((a, b) => a.name < b.name ? -1 : 1)
    };
  }
  /** The rows so far, oldest first. Kept until the next append when they had to be sorted. */
  ordered() {
    if (this.isSorted) return this.arrived();
    this.#sorted ??= inOrder(this.arrived(), this.fromNs);
    return this.#sorted;
  }
  /** What a query may hold: it shows the rows so far, however long it is kept. */
  snapshot() {
    const { count, rawBytes, fromNs, throughNs, isSorted } = this;
    let own = null;
    const read2 = () => {
      if (isSorted) own ??= this.arrived(count);
      else if (this.count === count) return this.ordered();
      else own ??= inOrder(this.arrived(count), fromNs);
      return own;
    };
    const bounds = { fromNs, throughNs, count, rawBytes };
    return { ...bounds, read: read2, hash: 0, address: (needs) => columnsAddress(bounds, read2(), needs) };
  }
};
var inOrder = (batch, fromNs) => pickRows(batch, timeOrder(batch.offsetNs, batch.count), fromNs);
var initialRows = 16;
var initialBytes = 1024;
function reserved(array, used, need) {
  if (need <= array.length) return array;
  const length = Math.max(need, array.length * 2);
  const Type = array.constructor;
  const bigger = new Type(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
  bigger.set(array.subarray(0, used));
  return bigger;
}
var HeadColumn = class {
  name;
  dictionaryBytes = 0;
  #ids = new Uint32Array(new SharedArrayBuffer(4 * initialRows));
  #texts = [];
  #idOfText = /* @__PURE__ */ new Map();
  /** Ids of the dictionary that is being appended from → own ids. */
  #idOfSource = /* @__PURE__ */ new Map();
  constructor(name) {
    this.name = name;
  }
  set(row, dictionary, sourceId) {
    let id = this.#idOfSource.get(sourceId);
    if (id === void 0) {
      const text = dictionary.get(sourceId - 1);
      id = this.#idOfText.get(text);
      if (id === void 0) {
        id = this.#texts.push(text);
        this.#idOfText.set(text, id);
        this.dictionaryBytes += text.length;
      }
      this.#idOfSource.set(sourceId, id);
    }
    this.#ids = reserved(this.#ids, this.#ids.length, row + 1);
    this.#ids[row] = id;
  }
  forgetSource() {
    this.#idOfSource.clear();
  }
  reserve(rows) {
    this.#ids = reserved(this.#ids, this.#ids.length, rows);
  }
  view(rows) {
    const texts = this.#texts;
    const dictionary = {
      length: texts.length,
      get: (id) => texts[id],
      bytes: (id) => encoder4.encode(texts[id])
    };
    return { name: this.name, dictionary, ids: this.#ids.subarray(0, rows) };
  }
};
var encoder4 = new TextEncoder();

// src/ingest/head/stream.ts
var StreamHead = class {
  tenant;
  labels;
  /** Of all entries that came, also of those that are flushed. */
  newestNs;
  lastAppendMs;
  #blocks = [];
  /** The last one of `#blocks`, or null when that does not grow any more. */
  #open = null;
  /** The last entry, when `#open` does not have it. */
  #last = null;
  #known = null;
  constructor(tenant, labels, newestNs, nowMs) {
    this.tenant = tenant;
    this.labels = labels;
    this.newestNs = newestNs;
    this.lastAppendMs = nowMs;
  }
  get blocks() {
    return this.#blocks;
  }
  get isEmpty() {
    return this.#blocks.length === 0;
  }
  /** What a push is compared with, to leave out what was sent before. */
  get known() {
    if (this.#known === null) {
      if (this.#open !== null) this.#known = knownInBlock(this.#open);
      else if (this.#last !== null) this.#known = knownLast(this.#last);
    }
    return this.#known;
  }
  /** Row i of the entries is `i` rows behind `first` in the WAL. Returns the blocks that are full now: to be sealed. */
  append(entries, first, blockBytes, nowMs) {
    const full = [];
    for (let row = 0; row < entries.count; ) {
      if (this.#open === null) {
        const baseNs = entries.baseNs + BigInt(entries.offsetNs[row]);
        this.#open = new OpenBlock(baseNs, first.seq, nowMs);
        this.#known = null;
        this.#blocks.push(this.#open);
      }
      const open2 = this.#open;
      const next = open2.append(entries, row, blockBytes, first);
      invariant(next > row || open2.count > 0, "a new block takes the entry that it was made for");
      if (open2.throughNs > this.newestNs) this.newestNs = open2.throughNs;
      if (next === row || open2.isFull(blockBytes)) {
        this.cut();
        full.push(open2);
      }
      row = next;
    }
    this.lastAppendMs = nowMs;
    return full;
  }
  /** The open block will not grow any more. */
  cut() {
    const open2 = this.#open;
    if (open2 === null) return;
    this.#last = pickRows(open2.arrived(), Uint32Array.of(open2.count - 1));
    this.#known = null;
    this.#open = null;
  }
  /** The blocks that do not grow any more, in a list of its own: all, or all but the last. */
  closedBlocks() {
    return this.#blocks.slice(0, this.#open === null ? this.#blocks.length : -1);
  }
  /** Encodes a block that does not grow any more; in its place then stand the sealed ones. Nothing when it is gone. */
  seal(block, options) {
    invariant(block !== this.#open, "an open block is cut before it is sealed");
    const at = this.#blocks.indexOf(block);
    if (at < 0) return [];
    const sealed = sealBlock(block, options);
    this.#blocks.splice(at, 1, ...sealed);
    return sealed;
  }
  /** The entries are in a pack: they leave the head. */
  release(blocks) {
    for (const block of blocks) if (block.kind === "sealed") block.source.forget();
    this.#blocks = this.#blocks.filter((block) => !blocks.has(block));
  }
  /** All entries are now in record `seq`, block after block, from `firstRow` on. Returns the row behind the last. */
  movedTo(seq, firstRow) {
    let row = firstRow;
    for (const block of this.#blocks) {
      row += countOf(block);
      block.firstSeq = seq;
      block.last = { seq, row: row - 1 };
    }
    return row;
  }
  /** Bytes that are ready to be written to a pack. */
  get sealedBytes() {
    let bytes2 = 0;
    for (const block of this.#blocks) if (block.kind === "sealed") bytes2 += block.encoded.bytes.length;
    return bytes2;
  }
  /** About what a WAL record with all its entries takes. */
  get walBytes() {
    if (this.#blocks.length === 0) return 0;
    let bytes2 = 64 + this.labels.text.length;
    for (const block of this.#blocks) bytes2 += block.walBytes;
    return bytes2;
  }
  /** Infinity when it has no entries. */
  get firstSeq() {
    let least3 = Number.POSITIVE_INFINITY;
    for (const block of this.#blocks) if (block.firstSeq < least3) least3 = block.firstSeq;
    return least3;
  }
  /** Null when no entry is in the range. */
  snapshot(range) {
    let fromNs = null;
    let throughNs = null;
    let overlaps = false;
    for (const block of this.#blocks) {
      const bounds = block.kind === "sealed" ? block.source : block;
      if (fromNs === null || bounds.fromNs < fromNs) fromNs = bounds.fromNs;
      if (throughNs === null || bounds.throughNs > throughNs) throughNs = bounds.throughNs;
      overlaps ||= bounds.fromNs < range.end && bounds.throughNs >= range.start;
    }
    if (!overlaps || fromNs === null || throughNs === null) return null;
    const sources = this.#blocks.map(sourceOf);
    return { labels: this.labels, fromNs, throughNs, blocks: () => sources };
  }
};
var sourceOf = (block) => block.kind === "sealed" ? block.source : block.snapshot();
var countOf = (block) => block.kind === "sealed" ? block.encoded.count : block.count;

// src/ingest/head/head.ts
var Head = class {
  counters = {
    ...{ streamsCreated: 0, streamsRemoved: 0, duplicateEntries: 0, duplicateBytes: 0, blocksSealed: 0 }
  };
  #options;
  #tenants = /* @__PURE__ */ new Map();
  /** Full, and not yet encoded. */
  #full = [];
  #fullBytes = 0;
  constructor(options) {
    this.#options = options;
  }
  tenants() {
    return [...this.#tenants.keys()];
  }
  select(tenant, test, range) {
    const found = [];
    for (const stream of this.#tenants.get(tenant)?.values() ?? []) {
      if (stream.isEmpty || !test(stream.labels)) continue;
      const snapshot = stream.snapshot(range);
      if (snapshot !== null) found.push(snapshot);
    }
    return found;
  }
  newestNs(tenant, labels) {
    return this.#tenants.get(tenant)?.get(labels.text)?.newestNs ?? null;
  }
  streamCount(tenant) {
    return this.#tenants.get(tenant)?.size ?? 0;
  }
  *streams(tenant) {
    for (const [id, streams2] of this.#tenants) if (tenant === void 0 || id === tenant) yield* streams2.values();
  }
  /** What of the push the head would take: without entries that it has, and without streams that have nothing else. */
  admit(push) {
    const streams2 = [];
    for (const { labels, entries } of joinEqualStreams(push.streams)) {
      invariant(areExact(entries), "times of a batch are at most 2^52 ns from its base");
      const known = this.#tenants.get(push.tenant)?.get(labels.text)?.known ?? null;
      const kept2 = withoutDuplicates(entries, known);
      if (kept2 !== entries) {
        this.counters.duplicateEntries += entries.count - kept2.count;
        this.counters.duplicateBytes += byteLengthOf(entries) - byteLengthOf(kept2);
      }
      if (kept2.count > 0) streams2.push({ labels, entries: kept2 });
    }
    return { tenant: push.tenant, streams: streams2 };
  }
  /** Shows all entries of a record. They are copied. */
  append(record, seq, nowMs) {
    let row = 0;
    for (const { labels, entries } of record.streams) {
      this.appendTo(record.tenant, labels, entries, { seq, row }, nowMs);
      row += entries.count;
    }
  }
  /** Row i of the entries is `i` rows behind `first` in the WAL. */
  appendTo(tenant, labels, entries, first, nowMs) {
    if (entries.count === 0) return;
    const stream = this.#stream(tenant, labels, entries.baseNs + BigInt(entries.offsetNs[0]), nowMs);
    for (const block of stream.append(entries, first, this.#options.blockBytes, nowMs)) {
      this.#full.push({ stream, block });
      this.#fullBytes += block.rawBytes;
    }
  }
  #stream(tenant, labels, firstNs, nowMs) {
    let streams2 = this.#tenants.get(tenant);
    if (streams2 === void 0) {
      streams2 = /* @__PURE__ */ new Map();
      this.#tenants.set(tenant, streams2);
    }
    let stream = streams2.get(labels.text);
    if (stream === void 0) {
      stream = new StreamHead(tenant, labels, firstNs, nowMs);
      streams2.set(labels.text, stream);
      this.counters.streamsCreated++;
    }
    return stream;
  }
  /** Bytes of full blocks that are not encoded yet. */
  get fullBytes() {
    return this.#fullBytes;
  }
  /** Encodes the full block that has waited longest: about a millisecond of work. False when there is none. */
  sealOne() {
    const next = this.#full.shift();
    if (next === void 0) return false;
    this.#fullBytes -= next.block.rawBytes;
    this.seal(next.stream, next.block);
    return true;
  }
  seal(stream, block) {
    const sealed = stream.seal(block, this.#options);
    this.counters.blocksSealed += sealed.length;
    return sealed;
  }
  /** Forgets streams that have no entries and got none since `beforeMs`. */
  removeIdle(beforeMs) {
    for (const [tenant, streams2] of this.#tenants) {
      for (const [text, stream] of streams2) {
        if (!stream.isEmpty || stream.lastAppendMs > beforeMs) continue;
        streams2.delete(text);
        this.counters.streamsRemoved++;
      }
      if (streams2.size === 0) this.#tenants.delete(tenant);
    }
  }
  /** The first record that an entry of the head is in; Infinity when the head is empty. */
  firstSeq() {
    let least3 = Number.POSITIVE_INFINITY;
    for (const stream of this.streams()) least3 = Math.min(least3, stream.firstSeq);
    return least3;
  }
  /** About what the entries take in memory. */
  memoryBytes() {
    let bytes2 = 0;
    for (const stream of this.streams()) for (const block of stream.blocks) bytes2 += memoryOf(block);
    return bytes2;
  }
  sizes() {
    let [streams2, headEntries, headRawBytes, headStoredBytes] = [0, 0, 0, 0];
    for (const stream of this.streams()) {
      streams2++;
      for (const block of stream.blocks) {
        headEntries += countOf(block);
        headRawBytes += block.kind === "sealed" ? block.encoded.rawBytes : block.rawBytes;
        headStoredBytes += memoryOf(block);
      }
    }
    return { streams: streams2, headEntries, headRawBytes, headStoredBytes };
  }
  /** About what a WAL with the head's entries takes at least. */
  walBytes() {
    let bytes2 = 0;
    for (const stream of this.streams()) bytes2 += stream.walBytes;
    return bytes2;
  }
};
function joinEqualStreams(streams2) {
  const joined = /* @__PURE__ */ new Map();
  const apart = [];
  for (const stream of streams2) {
    const before = joined.get(stream.labels.text);
    if (before === void 0) joined.set(stream.labels.text, stream);
    else {
      const entries = joinBatches(before.entries, stream.entries);
      if (entries === null) apart.push(stream);
      else joined.set(stream.labels.text, { labels: before.labels, entries });
    }
  }
  return joined.size === streams2.length ? streams2 : [...joined.values(), ...apart];
}
var memoryOf = (block) => block.kind === "sealed" ? block.encoded.bytes.length : block.walBytes;
var byteLengthOf = ({ count, lineEnd }) => count === 0 ? 0 : lineEnd[count - 1];

// src/ingest/wal/coverage.ts
var Coverage = class {
  #streams = /* @__PURE__ */ new Map();
  /** The record has all that was left of its streams; earlier ones are void for them. */
  addMoved(record, seq) {
    for (const { labels } of record.streams) {
      const stream = this.#stream(record.tenant, labels);
      stream.movedTo = Math.max(stream.movedTo, seq);
    }
  }
  /** The record's pack is stored. */
  addFlushed(record) {
    for (const { labels, through } of record.streams) {
      const { flushed } = this.#stream(record.tenant, labels);
      const before = flushed.get(record.day);
      if (before === void 0 || isBefore(before, through)) flushed.set(record.day, through);
    }
  }
  /** Null when nothing of the stream is covered. */
  of(tenant, labels) {
    return this.#streams.get(keyOf(tenant, labels)) ?? null;
  }
  #stream(tenant, labels) {
    const key = keyOf(tenant, labels);
    let stream = this.#streams.get(key);
    if (stream === void 0) {
      stream = { movedTo: 0, flushed: /* @__PURE__ */ new Map() };
      this.#streams.set(key, stream);
    }
    return stream;
  }
};
var isBefore = (a, b) => a.seq < b.seq || a.seq === b.seq && a.row < b.row;
var keyOf = (tenant, labels) => `${tenant}\0${labels.text}`;

// src/ingest/wal/frame.ts
function encodeFrameHeader(into, mark, type, seq, payload) {
  const view = new DataView(into.buffer, into.byteOffset, frameHeaderBytes);
  view.setUint32(0, mark, true);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, seq % 2 ** 32, true);
  view.setUint32(12, Math.floor(seq / 2 ** 32), true);
  view.setUint32(16, type, true);
  view.setUint32(20, crc322(payload), true);
  view.setUint32(24, 0, true);
  view.setUint32(28, crc322(into.subarray(0, 28)), true);
}
function decodeFrameHeader(bytes2, at, mark) {
  if (at + frameHeaderBytes > bytes2.length) return null;
  const view = new DataView(bytes2.buffer, bytes2.byteOffset + at, frameHeaderBytes);
  if (view.getUint32(0, true) !== mark) return null;
  if (view.getUint32(28, true) !== crc322(bytes2.subarray(at, at + 28))) return null;
  const payloadBytes = view.getUint32(4, true);
  const type = view.getUint32(16, true);
  const seq = view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true);
  if (payloadBytes > recordBytesMax || !isRecordType(type) || !Number.isSafeInteger(seq)) return null;
  return { type, seq, payloadBytes, payloadCrc: view.getUint32(20, true) };
}

// src/ingest/wal/segment.ts
var segmentFile = ({ number, mark }) => `${String(number).padStart(8, "0")}-${mark.toString(16).padStart(8, "0")}.wal`;
var pattern = /^(\d{8,15})-([0-9a-f]{8})\.wal$/;
function parseSegmentFile(file) {
  const match = pattern.exec(file);
  return match && { number: Number(match[1]), mark: Number.parseInt(match[2], 16) };
}
function encodeSegmentHeader(mark, firstSeq) {
  const bytes2 = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes2.buffer);
  for (let i = 0; i < 8; i++) bytes2[i] = segmentMagic.charCodeAt(i);
  view.setUint32(8, walVersion, true);
  view.setUint32(12, mark, true);
  view.setUint32(16, firstSeq % 2 ** 32, true);
  view.setUint32(20, Math.floor(firstSeq / 2 ** 32), true);
  view.setUint32(28, crc322(bytes2.subarray(0, 28)), true);
  return bytes2;
}
function decodeSegmentHeader(bytes2) {
  if (bytes2.length < segmentHeaderBytes) return null;
  const view = new DataView(bytes2.buffer, bytes2.byteOffset, segmentHeaderBytes);
  for (let i = 0; i < 8; i++) if (bytes2[i] !== segmentMagic.charCodeAt(i)) return null;
  if (view.getUint32(28, true) !== crc322(bytes2.subarray(0, 28))) return null;
  return {
    version: view.getUint32(8, true),
    firstSeq: view.getUint32(20, true) * 2 ** 32 + view.getUint32(16, true)
  };
}

// src/ingest/wal/reader.ts
function* readSegment(bytes2, mark, afterSeq, onDamage) {
  const header = decodeSegmentHeader(bytes2);
  if (header !== null && header.version > walVersion)
    throw new Error(`WAL version ${header.version} is newer than this program, which knows up to ${walVersion}`);
  const firstSeq = header?.firstSeq ?? null;
  if (bytes2.length < segmentHeaderBytes) return { goodBytes: 0, tail: bytes2.length === 0 ? "none" : "torn", firstSeq };
  if (header === null && !isZero(bytes2, 0, bytes2.length))
    onDamage({ offset: 0, bytes: segmentHeaderBytes, reason: "segment header" });
  let lastSeq = afterSeq;
  let at = segmentHeaderBytes;
  while (at < bytes2.length) {
    const frame = frameAt(bytes2, at, mark);
    if (frame?.whole && frame.seq > lastSeq) {
      lastSeq = frame.seq;
      yield frame;
      at += frame.frameBytes;
      continue;
    }
    const next = frame !== null && at + frame.frameBytes < bytes2.length ? at + frame.frameBytes : findFrame(bytes2, at + 1, mark, lastSeq);
    if (next === null) {
      const tail = isTorn(bytes2, at, mark) ? "torn" : "damaged";
      if (tail === "damaged") onDamage({ offset: at, bytes: bytes2.length - at, reason: reasonOf(frame, lastSeq) });
      return { goodBytes: at, tail, firstSeq };
    }
    onDamage({ offset: at, bytes: next - at, reason: reasonOf(frame, lastSeq) });
    at = next;
  }
  return { goodBytes: at, tail: "none", firstSeq };
}
function frameAt(bytes2, at, mark) {
  const header = decodeFrameHeader(bytes2, at, mark);
  if (header === null) return null;
  const frameBytes = frameHeaderBytes + header.payloadBytes;
  const payload = bytes2.subarray(at + frameHeaderBytes, at + frameBytes);
  const whole = payload.length === header.payloadBytes && crc322(payload) === header.payloadCrc;
  return { type: header.type, seq: header.seq, offset: at, frameBytes, payload, whole };
}
function findFrame(bytes2, from, mark, afterSeq) {
  const buffer = Buffer.from(bytes2.buffer, bytes2.byteOffset, bytes2.length);
  const needle = Buffer.alloc(4);
  needle.writeUInt32LE(mark);
  for (let at = buffer.indexOf(needle, from); at >= 0; at = buffer.indexOf(needle, at + 1)) {
    const frame = frameAt(bytes2, at, mark);
    if (frame?.whole && frame.seq > afterSeq) return at;
  }
  return null;
}
function isTorn(bytes2, at, mark) {
  if (bytes2.length - at < frameHeaderBytes) return true;
  const header = decodeFrameHeader(bytes2, at, mark);
  if (header !== null) return at + frameHeaderBytes + header.payloadBytes > bytes2.length;
  return isZero(bytes2, at, bytes2.length);
}
function isZero(bytes2, from, to) {
  for (let i = from; i < to; i++) if (bytes2[i] !== 0) return false;
  return true;
}
function reasonOf(frame, lastSeq) {
  if (frame === null) return "no frame begins here";
  return frame.whole ? `sequence number ${frame.seq} after ${lastSeq}` : `checksum of the payload of record ${frame.seq}`;
}

// src/ingest/recovery.ts
var setAsideMax = 16;
async function scanWal(options) {
  const { fs: fs3, folder, log, onDamage } = options;
  const names = segmentNames(fs3, folder);
  const segments = [];
  const coverage = new Coverage();
  const begun = /* @__PURE__ */ new Map();
  const abandoned = /* @__PURE__ */ new Set();
  let lastSeq = 0;
  let isFirst = true;
  let unexplained = 0;
  const take = (frame) => {
    if (frame.type === recordType.moved) coverage.addMoved(decodeEntries(frame.payload), frame.seq);
    else if (frame.type === recordType.flushing) {
      const record = decodeFlush(frame.payload);
      begun.set(record.pack, record);
    } else if (frame.type === recordType.flushed) {
      const record = decodeFlush(frame.payload);
      coverage.addFlushed(record);
      begun.delete(record.pack);
    } else if (frame.type === recordType.abandoned) {
      for (const pack of decodeAbandoned(frame.payload)) {
        abandoned.add(pack);
        begun.delete(pack);
      }
    }
  };
  for (const name of names) {
    const file = segmentFile(name);
    const path = `${folder}/${file}`;
    const bytes2 = readFile(fs3, path);
    let damages = 0;
    const damage = (offset, count, reason) => {
      damages++;
      onDamage({ file: path, offset, bytes: count, reason });
    };
    const frames = readSegment(bytes2, name.mark, lastSeq, (found) => {
      unexplained++;
      damage(found.offset, found.bytes, found.reason);
    });
    let result = frames.next();
    for (; !result.done; result = frames.next()) {
      const frame = result.value;
      const missing = frame.seq - lastSeq - 1;
      if (missing > 0 && !isFirst) {
        if (unexplained === 0) damage(frame.offset, 0, `${missing} records before ${frame.seq} are missing`);
        log("error", "WAL records lost", { file: path, from: lastSeq + 1, through: frame.seq - 1 });
      }
      isFirst = false;
      unexplained = 0;
      lastSeq = frame.seq;
      takeOrReport(frame, take, path, onDamage);
    }
    const { goodBytes, tail } = result.value;
    if (damages > 0) await setAside(options, file, bytes2);
    const isLast = name === names.at(-1);
    if (isLast && tail !== "none") cutTail(options, path, goodBytes, bytes2.length);
    segments.push({ name, lastSeq, bytes: isLast && tail !== "none" ? goodBytes : bytes2.length });
  }
  return { segments, nextSeq: lastSeq + 1, coverage, unfinished: [...begun.values()], abandoned: [...abandoned] };
}
var relieveBytes = 4 << 20;
async function replayWal(scan, options) {
  const { fs: fs3, folder, head, nowMs, relieve } = options;
  let records = 0;
  let lastSeq = 0;
  let sinceRelieve = 0;
  for (const { name } of scan.segments) {
    const path = `${folder}/${segmentFile(name)}`;
    for (const frame of readSegment(readFile(fs3, path), name.mark, lastSeq, () => void 0)) {
      lastSeq = frame.seq;
      if (frame.type !== recordType.entries && frame.type !== recordType.moved) continue;
      takeOrReport(
        frame,
        (whole) => replayRecord(whole, scan.coverage, head, nowMs()),
        path,
        () => void 0
      );
      records++;
      sinceRelieve += frame.frameBytes;
      if (sinceRelieve < relieveBytes) continue;
      await relieve();
      sinceRelieve = 0;
    }
  }
  await relieve();
  return records;
}
function replayRecord(frame, coverage, head, nowMs) {
  const { tenant, streams: streams2 } = decodeEntries(frame.payload);
  let row = 0;
  for (const { labels, entries } of streams2) {
    const covered = coverage.of(tenant, labels);
    const first = { seq: frame.seq, row };
    for (const [start, end] of uncoveredRuns(entries, first, covered))
      head.appendTo(tenant, labels, sliceRows(entries, start, end), { seq: frame.seq, row: row + start }, nowMs);
    row += entries.count;
  }
}
function uncoveredRuns(entries, first, covered) {
  if (covered === null) return [[0, entries.count]];
  if (first.seq < covered.movedTo) return [];
  const runs = [];
  for (let i = 0; i < entries.count; i++) {
    if (isFlushed(entries, i, { seq: first.seq, row: first.row + i }, covered)) continue;
    const run = runs.at(-1);
    if (run?.[1] === i) run[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}
function isFlushed(entries, row, at, { flushed }) {
  if (flushed.size === 0) return false;
  const through = flushed.get(dayOf(entries.baseNs + BigInt(entries.offsetNs[row])));
  return through !== void 0 && !isBefore(through, at);
}
function segmentNames(fs3, folder) {
  return fs3.listSync(folder).flatMap(({ name }) => parseSegmentFile(name) ?? []).sort((a, b) => a.number - b.number);
}
function takeOrReport(frame, take, file, onDamage) {
  try {
    take(frame);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "FormatError") throw error;
    onDamage({ file, offset: frame.offset, bytes: frame.frameBytes, reason: error.message });
  }
}
function cutTail({ fs: fs3, log }, path, goodBytes, byteLength) {
  try {
    const file = fs3.openSync(path, "update");
    try {
      file.truncateSync(goodBytes);
      file.datasyncSync();
    } finally {
      file.closeSync();
    }
    log("info", "WAL tail cut", { file: path, bytes: byteLength - goodBytes });
  } catch (error) {
    log("warn", "WAL tail cannot be cut", { file: path, error });
  }
}
async function setAside({ fs: fs3, folder, log }, file, bytes2) {
  const damaged = `${folder}/damaged`;
  try {
    const copies = listOrNothing(fs3, damaged);
    if (copies.includes(file)) return;
    if (copies.length >= setAsideMax) {
      log("warn", "damaged WAL segment not set aside", { file, reason: `${copies.length} lie in ${damaged} already` });
      return;
    }
    fs3.mkdirSync(damaged);
    await replaceFile(fs3, `${damaged}/${file}`, bytes2);
  } catch (error) {
    log("warn", "damaged WAL segment not set aside", { file, error });
  }
}
function listOrNothing(fs3, folder) {
  try {
    return fs3.listSync(folder).map(({ name }) => name);
  } catch (error) {
    if (isFileError(error, "ENOENT")) return [];
    throw error;
  }
}

// src/ingest/wal/wal.ts
var Wal = class {
  #fs;
  #folder;
  #segmentBytes;
  #newMark;
  #header = new Uint8Array(frameHeaderBytes);
  /** Oldest first; the last one is written to when `#current` says so. */
  #segments;
  #current = null;
  /** No longer part of the WAL, but their files are still open. */
  #leaving = [];
  #nextNumber;
  #nextSeq;
  #untrustedFrom = null;
  #syncing = null;
  #nextSync = null;
  constructor(options) {
    this.#fs = options.fs;
    this.#folder = options.folder;
    this.#segmentBytes = options.segmentBytes;
    this.#newMark = options.newMark;
    this.#nextSeq = options.nextSeq;
    let firstSeq = 0;
    this.#segments = options.segments.map(({ name, lastSeq, bytes: bytes2 }) => {
      const segment = { name, lastSeq, bytes: bytes2, firstSeq, file: null, isDirty: false, isNew: false, hasRest: false };
      firstSeq = lastSeq + 1;
      return segment;
    });
    this.#nextNumber = Math.max(0, ...options.segments.map((segment) => segment.name.number)) + 1;
  }
  /** Of all segments. */
  get bytes() {
    return this.#segments.reduce((sum2, segment) => sum2 + segment.bytes, 0);
  }
  get segmentCount() {
    return this.#segments.length;
  }
  get nextSeq() {
    return this.#nextSeq;
  }
  /** The records of the segment that is written to begin here, or later. */
  get currentFirstSeq() {
    return this.#current?.firstSeq ?? this.#nextSeq;
  }
  /** Records from this number on, and before `currentFirstSeq`, may not be on the disk although they were written. */
  get untrustedFrom() {
    return this.#untrustedFrom;
  }
  /** What was not trusted has been written anew, and synced. */
  trust() {
    this.#untrustedFrom = null;
  }
  get isDirty() {
    return this.#segments.some((segment) => segment.isDirty);
  }
  /**
   * Writes one record, wholly, and returns its sequence number. `payload` may be reused after. Throws the file error
   * when it cannot be written; the WAL is then as before, and the next call tries again.
   */
  append(type, payload) {
    if (payload.length > recordBytesMax)
      throw new RangeError(`WAL record has ${payload.length} bytes, at most ${recordBytesMax} fit`);
    let segment = this.#current;
    if (segment === null || segment.bytes >= this.#segmentBytes && segment.bytes > segmentHeaderBytes) {
      segment = this.#openSegment();
    }
    const seq = this.#nextSeq;
    encodeFrameHeader(this.#header, segment.name.mark, type, seq, payload);
    const file = segment.file;
    segment.isDirty = true;
    try {
      writeFully(file, [this.#header, payload], segment.bytes);
    } catch (error) {
      segment.hasRest = true;
      this.#cutRest(segment);
      throw error;
    }
    segment.bytes += frameHeaderBytes + payload.length;
    segment.lastSeq = seq;
    this.#nextSeq = seq + 1;
    if (segment.hasRest) this.#cutRest(segment);
    return seq;
  }
  /** Best effort: what a failed write left behind is overwritten by the next one, and no reader takes it for a record. */
  #cutRest(segment) {
    try {
      segment.file.truncateSync(segment.bytes);
      segment.hasRest = false;
    } catch {
    }
  }
  #openSegment() {
    const name = { number: this.#nextNumber, mark: this.#newMark() };
    const path = this.#pathOf(name);
    const file = this.#fs.openSync(path, "create");
    try {
      writeFully(file, encodeSegmentHeader(name.mark, this.#nextSeq), 0);
    } catch (error) {
      file.closeSync();
      this.#nextNumber++;
      try {
        this.#fs.unlinkSync(path);
      } catch {
      }
      throw error;
    }
    this.#nextNumber++;
    const segment = {
      ...{ name, file, bytes: segmentHeaderBytes, firstSeq: this.#nextSeq, lastSeq: this.#nextSeq - 1 },
      ...{ isDirty: true, isNew: true, hasRest: false }
    };
    this.#segments.push(segment);
    this.#current = segment;
    this.#closeClean();
    return segment;
  }
  /**
   * Resolves when all that was appended before the call is on the disk, unless `untrustedFrom` then says otherwise. One
   * pass serves all that ask while another one runs. Rejects when the disk says no.
   */
  sync() {
    if (this.#syncing === null) {
      this.#syncing = this.#syncPass().finally(() => {
        this.#syncing = null;
        this.#closeClean();
      });
      return this.#syncing;
    }
    this.#nextSync ??= this.#syncing.catch(() => void 0).then(() => {
      this.#nextSync = null;
      return this.sync();
    });
    return this.#nextSync;
  }
  async #syncPass() {
    const dirty = this.#segments.filter((segment) => segment.isDirty);
    try {
      for (const segment of dirty) {
        segment.isDirty = false;
        await segment.file.datasync();
      }
      if (dirty.some((segment) => segment.isNew)) {
        await this.#fs.syncDir(this.#folder);
        for (const segment of dirty) segment.isNew = false;
      }
    } catch (error) {
      this.#distrust(dirty);
      throw error;
    }
  }
  #distrust(segments) {
    for (const segment of segments) {
      if (!this.#segments.includes(segment)) continue;
      this.#untrustedFrom = Math.min(this.#untrustedFrom ?? Number.POSITIVE_INFINITY, segment.firstSeq);
      segment.isDirty = false;
      if (segment === this.#current) {
        if (segment.hasRest) this.#nextSeq++;
        this.#current = null;
      }
    }
  }
  /**
   * Begins a new segment and syncs it while it is empty: tells whether the disk can be trusted again before much is
   * written to it. When it rejects, the segment is gone.
   */
  async probe() {
    await this.#syncing?.catch(() => void 0);
    this.#current = null;
    const segment = this.#openSegment();
    try {
      await this.sync();
    } catch (error) {
      if (segment.bytes === segmentHeaderBytes && this.#segments.at(-1) === segment) {
        this.#segments.pop();
        this.#current = null;
        this.#fs.unlinkSync(this.#pathOf(segment.name));
      }
      throw error;
    }
  }
  /** Closes the files that are not written to any more and have nothing to sync. */
  #closeClean() {
    if (this.#syncing !== null) return;
    for (const segment of this.#segments) if (segment !== this.#current && !segment.isDirty) this.#close(segment);
    for (const segment of this.#leaving) this.#close(segment);
    this.#leaving = [];
  }
  #close(segment) {
    const file = segment.file;
    segment.file = null;
    try {
      file?.closeSync();
    } catch {
    }
  }
  /** Would `deleteBefore` delete anything? */
  canDeleteBefore(seq) {
    const oldest = this.#segments[0];
    return oldest !== void 0 && oldest !== this.#current && oldest.lastSeq < seq;
  }
  /** Deletes the oldest segments that have no record with this number or a later one. Returns how many. */
  deleteBefore(seq) {
    let count = 0;
    while (this.canDeleteBefore(seq)) {
      const oldest = this.#segments[0];
      this.#fs.unlinkSync(this.#pathOf(oldest.name));
      this.#segments.shift();
      oldest.isDirty = false;
      this.#leaving.push(oldest);
      count++;
    }
    this.#closeClean();
    return count;
  }
  /** Syncs and closes. Rejects when the last sync fails; the files are closed all the same. */
  async close() {
    try {
      await this.sync();
    } finally {
      await (this.#nextSync ?? this.#syncing)?.catch(() => void 0);
      this.#current = null;
      for (const segment of [...this.#leaving, ...this.#segments]) this.#close(segment);
    }
  }
  #pathOf(name) {
    return `${this.#folder}/${segmentFile(name)}`;
  }
};

// src/ingest/open-ingester.ts
var defaults = {
  ...{ syncIntervalMs: 100, segmentBytes: 16 << 20, blockBytes: blockTargetBytes, chunkTargetBytes: 1572864 },
  ...{ maxChunkAgeMs: 2 * 36e5, chunkIdleMs: 18e5, flushCheckMs: 5e3 },
  ...{ flushOnClose: false, replayHeadBytesMax: 256 << 20 }
};
var repairAgainMs = 1e3;
var fullBytesMax = 8 << 20;
var workMs = 5;
async function openIngester(given) {
  const options = { ...defaults, ...given };
  const { store, index: index2, log } = options;
  await codecsReady();
  const head = new Head(options);
  const counters = newCounters();
  if (options.walSync === "off") {
    await reconcileIndex(index2, catalogOf(store), log);
    return new LoggingIngester(options, head, null, counters);
  }
  const startedMs = options.clock.monotonicMs();
  const onDamage = (damage) => {
    counters.walDamages++;
    log("error", "WAL damage", { ...damage });
    options.onDamage?.(damage);
  };
  const { fs: fs3, walFolder: folder, segmentBytes } = options;
  await makeFolder2(fs3, folder);
  const scan = await scanWal({ fs: fs3, folder, log, onDamage });
  await settlePacks(scan, store, log);
  await reconcileIndex(index2, catalogOf(store), log);
  const newMark = () => randomBytes2(4).readUInt32LE();
  const wal = new Wal({ fs: fs3, folder, segmentBytes, newMark, nextSeq: scan.nextSeq, segments: scan.segments });
  const ingester = new LoggingIngester(options, head, wal, counters);
  try {
    const relieve = () => ingester.relieve();
    const nowMs = () => options.clock.monotonicMs();
    counters.replayedRecords = await replayWal(scan, { fs: fs3, folder, log, onDamage, head, nowMs, relieve });
  } catch (error) {
    await ingester.abandon();
    throw error;
  }
  counters.replayMs = options.clock.monotonicMs() - startedMs;
  if (counters.replayedRecords > 0)
    log("info", "WAL replayed", { records: counters.replayedRecords, ms: Math.round(counters.replayMs) });
  return ingester;
}
async function makeFolder2(fs3, folder) {
  fs3.mkdirSync(folder);
  const parent = parentOf(folder);
  await fs3.syncDir(parent);
  if (parentOf(parent) !== parent) await fs3.syncDir(parentOf(parent));
}
async function settlePacks(scan, store, log) {
  if (scan.unfinished.length === 0 && scan.abandoned.length === 0) return;
  const packs = (await store.list()).map(({ pack }) => pack);
  const named = (id) => packs.find((pack) => pack.includes(id));
  for (const id of scan.abandoned) {
    const pack = named(id);
    if (pack !== void 0) await store.delete(pack);
  }
  for (const record of scan.unfinished) {
    const pack = named(record.pack);
    if (pack === void 0) continue;
    try {
      readFooter(pack, store.open(pack));
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      log("error", "pack of an interrupted flush is damaged", { pack, error });
      continue;
    }
    scan.coverage.addFlushed(record);
  }
}
function catalogOf(store) {
  return {
    list: async () => (await store.list()).map(({ pack }) => pack),
    footer: (pack) => readFooter(pack, store.open(pack))
  };
}
function packIds(clock) {
  let lastMs = 0;
  return () => {
    lastMs = Math.max(clock.nowMs(), lastMs + 1);
    return lastMs.toString(16).padStart(12, "0") + randomBytes2(6).toString("hex");
  };
}
function newCounters() {
  return {
    ...{ appends: 0, entries: 0, rawBytes: 0, walRecords: 0, walRecordBytes: 0, walWriteFailures: 0 },
    ...{ walSyncs: 0, walSyncFailures: 0, walDamages: 0, replayedRecords: 0, replayMs: 0 }
  };
}
var LoggingIngester = class {
  #options;
  #head;
  #wal;
  #flusher;
  #counters;
  #listeners = /* @__PURE__ */ new Set();
  #stopFlushing;
  /** Waits for the next sync of mode 'interval'. */
  #stopSync = null;
  #repairing = null;
  #sealing = false;
  #isClosing = false;
  #closed = null;
  /** Sequence numbers without a WAL. */
  #appends = 0;
  #workSinceMs;
  constructor(options, head, wal, counters) {
    const { store, index: index2, segmentBytes, log, clock } = options;
    this.#options = options;
    this.#head = head;
    this.#wal = wal;
    this.#counters = counters;
    const pause = () => this.#pause();
    this.#flusher = new Flusher({ head, wal, store, index: index2, segmentBytes, newPackId: packIds(clock), pause, log });
    this.#workSinceMs = clock.monotonicMs();
    this.#stopFlushing = clock.every(options.flushCheckMs, () => {
      if (this.#flusher.isBusy) return;
      this.flushDue().catch((error) => log("error", "flush failed", { error }));
    });
  }
  get head() {
    return this.#head;
  }
  // Everything up to the first await happens in the caller's tick.
  async append(push) {
    if (this.#isClosing) throw new ApiError("unavailable", "the ingester is shutting down");
    const { walSync } = this.#options;
    if (walSync === "always" && this.#wal !== null && this.#wal.untrustedFrom !== null) await this.#repair();
    const record = this.#head.admit(push);
    if (record.streams.length > 0) {
      const seq = this.#log(encodeEntries(record));
      this.#head.append(record, seq, this.#options.clock.monotonicMs());
      this.#counters.appends++;
      for (const { labels, entries } of record.streams) {
        this.#counters.entries += entries.count;
        this.#counters.rawBytes += entries.lineEnd[entries.count - 1] ?? 0;
        this.#tell(push.tenant, labels, entries);
      }
      this.#sealFull();
    }
    if (walSync === "always") await this.#durable();
    else if (walSync === "interval") this.#syncSoon(this.#options.syncIntervalMs);
  }
  /** Returns the sequence number of the record. Nothing has happened when it throws. */
  #log(payload) {
    if (this.#wal === null) return ++this.#appends;
    try {
      const seq = this.#wal.append(recordType.entries, payload);
      this.#counters.walRecords++;
      this.#counters.walRecordBytes += payload.length;
      return seq;
    } catch (error) {
      this.#counters.walWriteFailures++;
      throw this.#failure("cannot write to the WAL", error);
    }
  }
  #failure(what, error) {
    this.#options.log("error", what, { error });
    return new ApiError("internal", `${what}: ${error.message}`, { cause: error });
  }
  async #durable() {
    const wal = this.#wal;
    if (wal === null) return;
    try {
      await wal.sync();
      this.#counters.walSyncs++;
    } catch (error) {
      this.#counters.walSyncFailures++;
      this.#options.log("error", "cannot sync the WAL", { error });
    }
    if (wal.untrustedFrom !== null) await this.#repair();
  }
  /** Rejects with what the client shall hear. */
  async #repair() {
    this.#repairing ??= this.#flusher.repairWal().finally(() => {
      this.#repairing = null;
    });
    try {
      await this.#repairing;
    } catch (error) {
      throw this.#failure("cannot sync the WAL", error);
    }
  }
  #syncSoon(ms) {
    if (this.#stopSync !== null || this.#isClosing) return;
    this.#stopSync = this.#options.clock.after(ms, () => {
      this.#stopSync = null;
      this.#durable().catch(() => this.#syncSoon(repairAgainMs));
    });
  }
  #tell(tenant, labels, entries) {
    for (const listener of this.#listeners) {
      try {
        listener(tenant, labels, entries);
      } catch (error) {
        this.#options.log("error", "listener of appends failed", { error });
      }
    }
  }
  /** Encodes full blocks when there is nothing else to do, or at once when too much waits. */
  #sealFull() {
    while (this.#head.fullBytes > fullBytesMax) this.#head.sealOne();
    if (this.#sealing || this.#head.fullBytes === 0) return;
    this.#sealing = true;
    setImmediate(() => {
      this.#sealing = false;
      try {
        this.#head.sealOne();
      } catch (error) {
        this.#options.log("error", "block cannot be sealed", { error });
      }
      this.#sealFull();
    });
  }
  async #pause() {
    const { clock } = this.#options;
    if (clock.monotonicMs() - this.#workSinceMs < workMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#workSinceMs = clock.monotonicMs();
  }
  async flush(tenant) {
    await this.#flusher.flush((stream) => tenant === void 0 || stream.tenant === tenant ? "all" : null);
    await this.#flusher.tidyWal();
  }
  async flushDue() {
    const { clock, chunkIdleMs } = this.#options;
    while (this.#head.sealOne()) await this.#pause();
    const nowMs = clock.monotonicMs();
    await this.#flusher.flush((stream) => this.#scopeOf(stream, nowMs));
    this.#head.removeIdle(nowMs - chunkIdleMs);
    await this.#flusher.tidyWal();
  }
  #scopeOf(stream, nowMs) {
    const oldest = stream.blocks[0];
    if (oldest === void 0) return null;
    const { maxChunkAgeMs, chunkIdleMs, chunkTargetBytes } = this.#options;
    if (nowMs - oldest.arrivedMs >= maxChunkAgeMs || nowMs - stream.lastAppendMs >= chunkIdleMs) return "all";
    return stream.sealedBytes >= chunkTargetBytes ? "closed" : null;
  }
  /** While replaying: keeps the head below its bound by flushing everything. */
  async relieve() {
    while (this.#head.sealOne()) ;
    if (this.#head.memoryBytes() > this.#options.replayHeadBytesMax) await this.#flusher.flush(() => "all");
  }
  onAppend(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  stats() {
    return {
      ...{ ...this.#counters, ...this.#head.counters, ...this.#flusher.counters },
      ...this.#head.sizes(),
      ...{ walBytes: this.#wal?.bytes ?? 0, walSegments: this.#wal?.segmentCount ?? 0 }
    };
  }
  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }
  async #close() {
    this.#isClosing = true;
    this.#stopTimers();
    try {
      if (this.#options.flushOnClose) await this.flush();
      await this.#flusher.idle();
      if (this.#wal !== null && this.#wal.untrustedFrom !== null) await this.#repair();
    } finally {
      await this.#wal?.close();
    }
  }
  /** Opening failed. */
  async abandon() {
    this.#isClosing = true;
    this.#stopTimers();
    await this.#flusher.idle();
    await this.#wal?.close().catch((error) => this.#options.log("warn", "cannot close the WAL", { error }));
  }
  #stopTimers() {
    this.#stopFlushing();
    this.#stopSync?.();
    this.#stopSync = null;
  }
};

// src/io/node-file-system.ts
import * as fs from "node:fs";
var flagsOf = { read: "r", update: "r+", create: "wx+", replace: "w+" };
function nodeFileSystem() {
  return {
    openSync: (path, mode) => new NodeFile(path, fs.openSync(path, flagsOf[mode], 416)),
    renameSync: (from, to) => fs.renameSync(from, to),
    unlinkSync: (path) => fs.unlinkSync(path),
    unlink: (path) => call((done) => fs.unlink(path, done)),
    mkdirSync: (path) => void fs.mkdirSync(path, { recursive: true }),
    rmdirSync: (path) => fs.rmdirSync(path),
    listSync: (path) => fs.readdirSync(path, { withFileTypes: true }).flatMap(
      (entry) => entry.isFile() ? [{ name: entry.name, kind: "file" }] : entry.isDirectory() ? [{ name: entry.name, kind: "directory" }] : []
    ).sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    statSync(path) {
      const info = fs.statSync(path, { throwIfNoEntry: false });
      if (info === void 0) return null;
      return { kind: info.isDirectory() ? "directory" : "file", byteLength: info.size, modifiedMs: info.mtimeMs };
    },
    syncDirSync(path) {
      if (!canSyncFolders) return;
      const fd = fs.openSync(path, "r");
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    },
    async syncDir(path) {
      if (!canSyncFolders) return;
      const fd = fs.openSync(path, "r");
      try {
        await call((done) => fs.fsync(fd, done));
      } finally {
        fs.closeSync(fd);
      }
    },
    freeBytes(path) {
      const disk = fs.statfsSync(path);
      return disk.bavail * disk.bsize;
    }
  };
}
var canSyncFolders = process.platform !== "win32";
var NodeFile = class {
  path;
  #fd;
  constructor(path, fd) {
    this.path = path;
    this.#fd = fd;
  }
  writeSync(bytes2, position) {
    return fs.writeSync(this.#fd, bytes2, 0, bytes2.length, position);
  }
  writevSync(parts, position) {
    return fs.writevSync(this.#fd, parts.length > 1024 ? parts.slice(0, 1024) : parts, position);
  }
  write(bytes2, position) {
    return call((done) => fs.write(this.#fd, bytes2, 0, bytes2.length, position, done));
  }
  readSync(into, position) {
    return fs.readSync(this.#fd, into, 0, into.length, position);
  }
  read(into, position) {
    return call((done) => fs.read(this.#fd, into, 0, into.length, position, done));
  }
  datasync() {
    return call((done) => fs.fdatasync(this.#fd, done));
  }
  datasyncSync() {
    fs.fdatasyncSync(this.#fd);
  }
  sync() {
    return call((done) => fs.fsync(this.#fd, done));
  }
  syncSync() {
    fs.fsyncSync(this.#fd);
  }
  truncateSync(byteLength) {
    fs.ftruncateSync(this.#fd, byteLength);
  }
  byteLength() {
    return fs.fstatSync(this.#fd).size;
  }
  closeSync() {
    fs.closeSync(this.#fd);
  }
};
function call(start) {
  return new Promise((resolve, reject) => {
    start((error, value) => error ? reject(error) : resolve(value));
  });
}

// src/io/clock.ts
var timerMsMax = 2 ** 31 - 1;
function systemClock() {
  return {
    nowNs: () => BigInt(Date.now()) * 1000000n,
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    every(ms, fn) {
      const timer = setInterval(fn, Math.min(ms, timerMsMax));
      timer.unref();
      return () => clearInterval(timer);
    },
    after(ms, fn) {
      const timer = setTimeout(fn, Math.min(ms, timerMsMax));
      timer.unref();
      return () => clearTimeout(timer);
    }
  };
}

// bench/.tmp-ingest.ts
import { rmSync as rmSync2 } from "node:fs";
var dir = "/tmp/benchdata";
rmSync2(dir, { recursive: true, force: true });
var fs2 = nodeFileSystem();
fs2.mkdirSync(dir);
var open = async (sync) => {
  const index2 = openLabelIndex(dir + "/index.db");
  const store = openFilePackStore(fs2, dir + "/chunks");
  return { index: index2, ing: await openIngester({ fs: fs2, clock: systemClock(), walFolder: dir + "/wal", walSync: sync, store, index: index2, codec: codecNamed(process.argv[3] ?? "snappy"), cache: new BlockCache(1 << 24), log: (l, e, f) => console.log(l, e, JSON.stringify(f)) }) };
};
var words = "error info warn debug GET POST /api/v1/users /health connection reset by peer timeout after ms status=200 status=503 trace user order payment".split(" ");
var line = (i) => {
  let s = `ts=2026-01-01T00:00:00Z level=${words[i % 4]} id=${(i * 2654435761 >>> 0).toString(16)}${(i * 40503 >>> 0).toString(16)} msg="`;
  while (s.length < 280) s += words[(i * 7 + s.length) % words.length] + " ";
  return s + '"';
};
var N = 2e5;
var per = 1e3;
var streams = 20;
var pushes = [];
var enc = new TextEncoder();
var base = BigInt(Date.now()) * 1000000n;
for (let p = 0; p < N / per; p++) {
  const k = p % streams;
  const ls = Array.from({ length: per }, (_, i) => enc.encode(line(p * per + i)));
  let e = 0;
  const lineEnd = Uint32Array.from(ls, (l) => e += l.length);
  const lines = new Uint8Array(e);
  ls.forEach((l, i) => lines.set(l, i ? lineEnd[i - 1] : 0));
  pushes.push({ tenant: "fake", streams: [{ labels: Labels.from({ app: `a${k}`, env: "prod", pod: `pod-${k}` }), entries: { count: per, baseNs: base + BigInt(p) * 1000000000n, offsetNs: Float64Array.from({ length: per }, (_, i) => i * 1e6), lines, lineEnd, metadata: [] } }] });
}
var bytes = pushes.reduce((s, p) => s + p.streams[0].entries.lines.length, 0);
var { ing, index } = await open(process.argv[2] ?? "interval");
var cpu0 = process.cpuUsage();
var t0 = performance.now();
var lat = [];
for (const p of pushes) {
  const t = performance.now();
  await ing.append(p);
  const d = performance.now() - t;
  lat.push(d);
  await new Promise((r2) => setImmediate(r2));
}
var t1 = performance.now();
lat.sort((a, b) => a - b);
var cpu = process.cpuUsage(cpu0);
console.log(`append ${(bytes / 1e6).toFixed(1)} MB in ${(t1 - t0).toFixed(0)} ms, ${(bytes / 1e6 / ((cpu.user + cpu.system) / 1e6)).toFixed(0)} MB/CPU-s, p50 ${lat[lat.length >> 1].toFixed(2)} p99 ${lat[Math.floor(lat.length * 0.99)].toFixed(2)} max ${lat.at(-1).toFixed(2)}`);
console.log(JSON.stringify(ing.stats()), process.memoryUsage().rss >> 20);
await ing.close();
index.close();
var t2 = performance.now();
({ ing, index } = await open("interval"));
console.log(`replay ${(performance.now() - t2).toFixed(0)} ms`, process.memoryUsage().rss >> 20);
var t3 = performance.now();
await ing.flush();
console.log(`flush ${(performance.now() - t3).toFixed(0)} ms`, JSON.stringify(ing.stats()));
var t4 = performance.now();
var one = enc.encode(line(1));
for (let i = 0; i < 1e4; i++) await ing.append({ tenant: "fake", streams: [{ labels: Labels.from({ app: "b", pod: `p${i}` }), entries: { count: 1, baseNs: base + BigInt(i), offsetNs: new Float64Array(1), lines: one, lineEnd: Uint32Array.of(one.length), metadata: [] } }] });
console.log(`10k single pushes of new streams ${(performance.now() - t4).toFixed(0)} ms`, process.memoryUsage().rss >> 20);
var t5 = performance.now();
await ing.flush();
console.log(`flush 10k streams ${(performance.now() - t5).toFixed(0)} ms`, index.packs().length, "packs", JSON.stringify(ing.stats()));
var t6 = performance.now();
var r = { start: 0n, end: 2n ** 62n };
index.labelValues("fake", "pod", [], r);
var t7 = performance.now();
index.labelNames("fake", [], r);
var t8 = performance.now();
index.select("fake", [{ name: "app", op: "=", value: "b" }], r);
var t9 = performance.now();
index.select("fake", [{ name: "app", op: "=", value: "b" }], r);
var t10 = performance.now();
index.select("fake", [{ name: "pod", op: "=~", value: "p1.*" }], r);
var t11 = performance.now();
index.labelValues("fake", "pod", [], r);
var t12 = performance.now();
console.log(`values ${(t7 - t6).toFixed(1)} again ${(t12 - t11).toFixed(1)} names ${(t8 - t7).toFixed(1)} select 10k cold ${(t9 - t8).toFixed(1)} warm ${(t10 - t9).toFixed(1)} regex ${(t11 - t10).toFixed(1)} ms`);
await ing.close();
index.close();
