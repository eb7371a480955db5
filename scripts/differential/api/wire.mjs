// Bytes of protobuf and snappy, well formed or not.

export function varint(n) {
  const out = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Buffer.from(out);
}
/** A field of bytes: text, or a message. */
export const bytes = (number, value) => {
  const content = Buffer.isBuffer(value) ? value : Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
};
export const whole = (number, value) => Buffer.concat([varint(number << 3), varint(value)]);
export const fixed64 = (number, value) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return Buffer.concat([varint((number << 3) | 1), out]);
};
export const double = (number, value) => {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value);
  return Buffer.concat([varint((number << 3) | 1), out]);
};
export const message = (...parts) => Buffer.concat(parts);

/** One block of literals, after the length. */
export function snappy(content) {
  const parts = [varint(content.length)];
  for (let at = 0; at < content.length; at += 65_536) {
    const piece = content.subarray(at, at + 65_536);
    const head = Buffer.alloc(3);
    head[0] = 61 << 2;
    head.writeUInt16LE(piece.length - 1, 1);
    parts.push(head, piece);
  }
  return Buffer.concat(parts);
}

export const label = (name, value) => message(bytes(1, name), bytes(2, value));
export const time = (ns) => message(whole(1, BigInt(ns) / 1_000_000_000n), whole(2, BigInt(ns) % 1_000_000_000n));
export const entry = (ns, line, metadata = []) =>
  message(bytes(1, time(ns)), bytes(2, line), ...metadata.map(([name, value]) => bytes(3, label(name, value))));
export const stream = (labels, ...entries) =>
  bytes(1, message(bytes(1, labels), ...entries.map((one) => bytes(2, one))));
