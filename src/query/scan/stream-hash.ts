/**
 * XXH64 of a label set as Loki orders streams by it: of entries of equal times, those of the stream with the smaller hash
 * come first, in both directions. Computed only when two streams meet at one time.
 */
import type { Labels } from '../../model/labels.js';

const mask = 0xffff_ffff_ffff_ffffn;
const prime1 = 0x9e37_79b1_85eb_ca87n;
const prime2 = 0xc2b2_ae3d_27d4_eb4fn;
const prime3 = 0x1656_67b1_9e37_79f9n;
const prime4 = 0x85eb_ca77_c2b2_ae63n;
const prime5 = 0x27d4_eb2f_1656_67c5n;

const multiply = (a: bigint, b: bigint): bigint => (a * b) & mask;
const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & mask;
const round = (acc: bigint, lane: bigint): bigint =>
  multiply(rotate((acc + multiply(lane, prime2)) & mask, 31n), prime1);
const mergeRound = (acc: bigint, lane: bigint): bigint => (multiply(acc ^ round(0n, lane), prime1) + prime4) & mask;

const known = new WeakMap<Labels, bigint>();

/** Over name, 0xff, value, 0xff of every pair in order. */
export function streamHash(labels: Labels): bigint {
  let hash = known.get(labels);
  if (hash === undefined) {
    const parts = labels.pairs.flatMap(([name, value]) => [
      Buffer.from(name),
      separator,
      Buffer.from(value),
      separator,
    ]);
    hash = xxh64(Buffer.concat(parts));
    known.set(labels, hash);
  }
  return hash;
}
const separator = Buffer.from([0xff]);

export function xxh64(bytes: Buffer): bigint {
  const { length } = bytes;
  let at = 0;
  let hash: bigint;
  if (length >= 32) {
    let [v1, v2, v3, v4] = [(prime1 + prime2) & mask, prime2, 0n, (mask + 1n - prime1) & mask];
    for (; at + 32 <= length; at += 32) {
      v1 = round(v1, bytes.readBigUInt64LE(at));
      v2 = round(v2, bytes.readBigUInt64LE(at + 8));
      v3 = round(v3, bytes.readBigUInt64LE(at + 16));
      v4 = round(v4, bytes.readBigUInt64LE(at + 24));
    }
    hash = (rotate(v1, 1n) + rotate(v2, 7n) + rotate(v3, 12n) + rotate(v4, 18n)) & mask;
    for (const lane of [v1, v2, v3, v4]) hash = mergeRound(hash, lane);
  } else hash = prime5;
  hash = (hash + BigInt(length)) & mask;
  for (; at + 8 <= length; at += 8)
    hash = (multiply(rotate(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n), prime1) + prime4) & mask;
  if (at + 4 <= length) {
    hash = (multiply(rotate(hash ^ multiply(BigInt(bytes.readUInt32LE(at)), prime1), 23n), prime2) + prime3) & mask;
    at += 4;
  }
  for (; at < length; at++) hash = multiply(rotate(hash ^ multiply(BigInt(bytes[at] as number), prime5), 11n), prime1);
  hash = multiply(hash ^ (hash >> 33n), prime2);
  hash = multiply(hash ^ (hash >> 29n), prime3);
  return hash ^ (hash >> 32n);
}
