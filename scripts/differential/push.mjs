// Pushes streams as protobuf in snappy blocks of literals: lines that are not UTF-8 can be sent in no other form.

import { entry, snappy, stream } from './api/wire.mjs';

const labelText = (labels) =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

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
          stream(labelText(labels), ...entries.map(({ ns, line, metadata }) => entry(ns, line, metadata))),
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
