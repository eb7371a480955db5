// What both servers hold before they are asked: streams by every way to push, with what is unusual about lines and times.
import { bytes, double, entry, fixed64, message, snappy, stream, whole } from './wire.mjs';

const json = { 'content-type': 'application/json' };

/** Requests that push; `at(i)` is the i-th second after the beginning, as text of nanoseconds. */
export function dataPushes(run, at) {
  const push = (streams) => ({
    method: 'POST',
    path: '/loki/api/v1/push',
    headers: json,
    body: Buffer.from(JSON.stringify({ streams })),
  });
  const one = (labels, values) => ({ stream: { run, ...labels }, values });
  const lines = (from, count, line, meta) =>
    Array.from({ length: count }, (_, i) => (meta ? [at(from + i), line(i), meta(i)] : [at(from + i), line(i)]));
  return [
    push([
      one(
        { app: 'shop', env: 'prod', pod: 'p1' },
        lines(0, 40, (i) =>
          JSON.stringify({
            level: ['info', 'warn', 'error'][i % 3],
            status: 200 + (i % 5) * 100,
            ms: i * 1.5,
            took: `${i}ms`,
            size: `${i}KB`,
            ok: i % 2 === 0,
            user: { id: i, 'first name': 'x' },
            list: [1, 2],
          }),
        ),
      ),
      one(
        { app: 'shop', env: 'dev', pod: 'p2' },
        lines(
          3,
          25,
          (i) =>
            `level=${i % 4 === 0 ? 'error' : 'debug'} caller=main.go:${i} msg="a b ${i}" dur=${i}s bytes=${i}MiB ratio=0.${i}`,
        ),
      ),
      one(
        { app: 'api', env: 'prod', cluster: 'c1', namespace: 'n' },
        lines(
          10,
          30,
          (i) => `GET /path/${i} 200 ${i * 7}ms`,
          (i) => ({ trace_id: `t${i % 7}`, span: String(i) }),
        ),
      ),
    ]),
    push([
      one(
        { app: 'uni', env: 'prod', città: 'x' },
        lines(5, 3, () => 'x'),
      ),
    ]),
    push([
      one({ app: 'ünïcode ✓', env: 'prod', quote: 'a"b\\c\nd' }, [
        [at(20), 'zeile mit ümläuten 日本語 🎉'],
        [at(21), ''],
        [at(22), ' '],
        [at(23), 'tab\tand\u0000nul\u001b[31mred'],
        [at(24), 'quote " backslash \\ <html> & \u2028'],
      ]),
      one({ app: 'huge' }, [[at(30), `${'x'.repeat(100_000)} end`]]),
      one({ app: 'late' }, [
        [at(60), 'c'],
        [at(50), 'a'],
        [at(55), 'b'],
        [at(50), 'a'],
        [at(50), 'a2'],
      ]),
      one({ app: 'ids', id: '8f14e45f-ceea-467f-a9f1-0b2d1c3e4f5a' }, [[at(1), 'x']]),
      one({ app: 'num', port: '8080' }, [
        [at(1), 'x'],
        [at(500), 'far'],
      ]),
      one({ service: 'named', job: 'j' }, [
        [at(2), 'error: failed'],
        [at(4), 'WARN something'],
        [at(6), 'level=fatal x'],
      ]),
      one({ level: 'warn' }, [
        [at(7), 'no app', { severity: 'error', detected_level: 'own' }],
        [at(8), 'x', { SEVERITY_TEXT: 'Info' }],
      ]),
    ]),
    ...[0, 1, 2].map((k) =>
      push(
        Array.from({ length: 8 }, (_, i) =>
          one(
            { app: 'many', n: String(i), even: String(i % 2) },
            lines(100 + k * 20, 12, (j) => `line ${k} ${i} ${j}`),
          ),
        ),
      ),
    ),
    {
      method: 'POST',
      path: '/loki/api/v1/push',
      headers: { 'content-type': 'application/x-protobuf' },
      body: snappy(
        message(
          stream(
            `{run="${run}", app="proto", env="prod"}`,
            entry(at(40), 'level=info a=1', [['k', 'v']]),
            entry(at(41), Buffer.from([0x61, 0xff, 0x62])),
            entry(at(42), '{"a":{"b":1},"level":"critical"}'),
          ),
        ),
      ),
    },
    otlpPush(run, at),
  ];
}

const attribute = (key, value) => message(bytes(1, key), bytes(2, value));
const text = (value) => bytes(1, value);

function otlpPush(run, at) {
  const record = message(
    fixed64(1, at(45)),
    whole(2, 17),
    bytes(3, 'ERROR'),
    bytes(5, text('otlp body')),
    bytes(6, attribute('http.status', whole(3, 500))),
    bytes(6, attribute('ratio', double(4, 0.5))),
    bytes(6, attribute('yes', whole(2, 1))),
  );
  const resource = message(
    bytes(1, attribute('service.name', text(`otlp-${run}`))),
    bytes(1, attribute('k8s.pod.name', text('pod-1'))),
    bytes(1, attribute('host.name', text('h'))),
  );
  const scope = message(bytes(1, 'lib'), bytes(2, '1.0'));
  const body = bytes(1, message(bytes(1, resource), bytes(2, message(bytes(1, scope), bytes(2, record)))));
  return { method: 'POST', path: '/otlp/v1/logs', headers: { 'content-type': 'application/x-protobuf' }, body };
}
