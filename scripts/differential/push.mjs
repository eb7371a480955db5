// Pushes streams as protobuf in snappy blocks of literals: lines that are not UTF-8 can be sent in no other form.

const varint = (n) => {
  const out = [];
  let rest = BigInt(n);
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Buffer.from(out);
};
const field = (number, bytes) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
const whole = (number, value) => Buffer.concat([varint(number << 3), varint(value)]);

const label = (name, value) => Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]);
const entry = ({ ns, line, metadata }) =>
  Buffer.concat([
    field(1, Buffer.concat([whole(1, ns / 1_000_000_000n), whole(2, ns % 1_000_000_000n)])),
    field(2, line),
    ...metadata.map(([name, value]) => field(3, label(name, value))),
  ]);
const labelText = (labels) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

function snappy(bytes) {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536);
    const head = Buffer.alloc(3);
    head[0] = 61 << 2;
    head.writeUInt16LE(piece.length - 1, 1);
    parts.push(head, piece);
  }
  return Buffer.concat(parts);
}

/** Pushes to one server, a few entries of each stream at a time, so that a stream grows over several pushes. */
export async function push(base, streams, entriesMax = 40) {
  const rounds = Math.ceil(Math.max(...streams.map((s) => s.entries.length)) / entriesMax);
  for (let round = 0; round < rounds; round++) {
    const body = Buffer.concat(
      streams
        .map(({ labels, entries }) => ({
          labels,
          entries: entries.slice(round * entriesMax, (round + 1) * entriesMax),
        }))
        .filter(({ entries }) => entries.length > 0)
        .map(({ labels, entries }) =>
          field(
            1,
            Buffer.concat([field(1, Buffer.from(labelText(labels))), ...entries.map((one) => field(2, entry(one)))]),
          ),
        ),
    );
    const response = await fetch(`${base}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: snappy(body),
    });
    if (response.status !== 204) throw new Error(`push to ${base}: ${response.status} ${await response.text()}`);
  }
}
