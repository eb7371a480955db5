// Ingest and a suite of queries on one build: MB per CPU second, latency and CPU of each query, memory, bytes on disk.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bodies } from './corpus.mjs';
import { median, startBuild } from './server.mjs';

const A = '{app="bench"}';
const queries = {
  'last 100': { query: A },
  'needle, absent': { query: `${A} |= "zzqx-not-here"` },
  'needle, rare': { query: `${A} |= "\\"user_id\\":\\"4242\\""` },
  'regex, any case, absent': { query: `${A} |~ "(?i)ZZQ[0-9]+x"` },
  'json, selective': { query: `${A} | json | status="503" | user_id="1234"` },
  count: { query: `sum(count_over_time(${A}[1m]))`, step: 60 },
  'explore volume': { query: `sum by (level, detected_level) (count_over_time(${A} | drop __error__ [1m]))`, step: 60 },
  'sum by json': { query: `sum by (status) (count_over_time(${A} | json [1m]))`, step: 60 },
  'quantile unwrap': { query: `quantile_over_time(0.99, ${A} | json | unwrap duration_ms [5m]) by (host)`, step: 60 },
};

/** One round; figures by name. Lower is better, except for those that end in "per CPU second". */
export async function suite(dist, { lines = 100_000, streams = 20, runs = 3 } = {}) {
  const figures = {};
  const server = await startBuild(dist);
  const endMs = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  const startMs = endMs - 2 * 3_600_000;
  figures['spawn to /ready, ms'] = server.readyMs;
  const prepared = [...bodies({ lines, streams, startMs, endMs })];
  const before = server.cpuSeconds();
  for (const { body } of prepared) {
    const answer = await fetch(`${server.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
    });
    if (answer.status !== 204) throw new Error(`push: ${answer.status} ${await answer.text()}`);
  }
  figures['ingest, MB per CPU second'] = prepared.at(-1).rawBytes / 1e6 / (server.cpuSeconds() - before);
  figures['memory after ingest, MiB'] = server.memoryMiB();
  const ask = async (where) => {
    for (const [name, { query, step }] of Object.entries(queries)) {
      const params = new URLSearchParams({
        query,
        start: String(startMs / 1000),
        end: String(endMs / 1000),
        limit: '100',
        ...(step && { step: String(step) }),
      });
      const times = [];
      const cpu = server.cpuSeconds();
      for (let i = 0; i < runs; i++) {
        const began = performance.now();
        const answer = await fetch(`${server.url}/loki/api/v1/query_range?${params}`);
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${name}: ${answer.status} ${text.slice(0, 200)}`);
        times.push(performance.now() - began);
      }
      figures[`${name} (${where}), ms`] = median(times);
      figures[`${name} (${where}), CPU ms`] = ((server.cpuSeconds() - cpu) * 1000) / runs;
    }
  };
  await ask('in memory');
  await fetch(`${server.url}/flush`, { method: 'POST' });
  await ask('flushed');
  figures['bytes on disk a line, WAL apart'] = bytesBelow(join(server.folder, 'chunks')) / lines;
  await server.stop();
  return figures;
}

const bytesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
