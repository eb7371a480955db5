/** Random streams for scans, and queries over them. */
import type { Row } from '../../helpers/batches.js';
import type { Prng } from '../../helpers/prng.js';
import type { StreamRows, Where } from './scan-store.js';

export const startNs = 1_767_225_600_000_000_000n;
export const spanNs = 3_600_000_000_000n;

/** Lines of several kinds; values are quarters, so that sums are exact in any order. */
function line(random: Prng, i: number): string {
  const level = random.pick(['info', 'info', 'warn', 'error']);
  const size = random.int(400) / 4;
  switch (random.int(5)) {
    case 0:
      return `level=${level} size=${size} msg="request ${i} done" status=${random.pick([200, 404, 500])}`;
    case 1:
      return `plain text ${i} näedle ${random.int(10)}`;
    case 2:
      return '';
    default:
      return JSON.stringify({
        level,
        size,
        status: random.pick([200, 404, 500]),
        msg: `request ${i}`,
        user: `u${random.int(4)}`,
      });
  }
}

/**
 * `where`: how a stream's rows are spread. Times of different streams never meet when `apart` (results whose order of
 * equal times is that of the scan).
 */
export function randomStreams(random: Prng, where: readonly Where[], apart: boolean): StreamRows[] {
  const count = 1 + random.int(5);
  return Array.from({ length: count }, (_, s): StreamRows => {
    const step = Number(spanNs) / random.pick([40, 400, 1500]);
    let ns = startNs;
    const runs = where.flatMap((place) =>
      Array.from({ length: 1 + random.int(4) }, () => {
        const rows: Row[] = Array.from({ length: random.int(120) }, (_, i) => {
          // Some times are equal to the one before.
          if (random.int(4) > 0) ns += BigInt(Math.ceil((random.next() * step) / count / 100)) * BigInt(count * 100);
          const metadata: Record<string, string> =
            random.int(2) === 0 ? {} : { trace: `t${random.int(5)}`, level: 'meta' };
          return { ns: apart ? ns + BigInt(s) : ns, line: Buffer.from(line(random, i)), metadata };
        });
        // An open block takes entries in any order.
        if (place === 'open' && random.int(2) === 0) rows.sort(() => random.next() - 0.5);
        return { where: place, rows };
      }),
    );
    return { labels: { app: random.pick(['a', 'b']), n: String(s) }, runs };
  });
}

export const logQueries = [
  '{app=~".+"}',
  '{app="a"} |= "request"',
  '{app=~".+"} |= "not there at all"',
  '{app=~".+"} | json | status=500',
  '{app=~".+"} | logfmt | size > 20',
  '{app=~".+"} |~ "request [0-9]*1"',
  '{app=~".+"} | json | line_format "{{.user}}: {{.msg}} 😀 {{.trace}}"',
  '{app=~".+"} | trace="t1" | drop trace',
  '{app=~".+"} | json | label_format level=`{{.user}}` | keep level, n',
];

/** Without functions for which the order of samples of equal times matters. */
export const sampleQueries = [
  'count_over_time({app=~".+"}[1m])',
  'rate({app=~".+"} |= "request" [5m])',
  'bytes_over_time({app=~".+"}[3m])',
  'bytes_rate({app=~".+"} | trace="t1" [90s])',
  'sum_over_time({app=~".+"} | json | unwrap size [2m])',
  'avg_over_time({app=~".+"} | json | unwrap size [2m]) by (level)',
  'max_over_time({app=~".+"} | logfmt | unwrap size | __error__="" [2m]) by (level)',
  'stddev_over_time({app=~".+"} | json | unwrap size [10m]) by (app)',
  'quantile_over_time(0.9, {app=~".+"} | json | unwrap size [10m]) by (app)',
  'absent_over_time({app=~".+"} |= "request" [30s])',
  'count_over_time({app=~".+"} | json | __error__="" [1m] offset 2m)',
];

export const orderedQueries = [
  'first_over_time({app=~".+"} | json | unwrap size [2m]) by (level)',
  'last_over_time({app=~".+"} | json | unwrap size [2m]) by (level)',
  'last_over_time({app=~".+"} | logfmt | unwrap size [2m])',
  'rate_counter({app=~".+"} | json | unwrap size [5m])',
];
