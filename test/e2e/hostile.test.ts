/**
 * What wants to hurt: bombs, nonsense, queries of death, tricks with tenants (H1 to H10 of docs/RELIABILITY.md). The server
 * is a process of its own, so that its memory can be watched and a crash seen. SKALD_LONG=1 runs the long ones, too.
 */
import { readFileSync } from 'node:fs';
import { deflateRawSync, constants as zlib } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peakDuring, residentBytes } from '../helpers/memory.js';
import { prng } from '../helpers/prng.js';
import { bytesField, entry, line, stream, timestamp, varint, varintField } from '../helpers/push.js';
import { type ServerProcess, scratchFolder, startProcess } from '../helpers/server-process.js';

const isLong = process.env['SKALD_LONG'] === '1';
const MiB = 2 ** 20;

const folder = scratchFolder('hostile');
let server: ServerProcess;
let url: string;
let pid: number;
beforeAll(async () => {
  server = await startProcess([`-common.path-prefix=${folder.path}`]);
  url = server.url;
  pid = server.child.pid as number;
});
afterAll(async () => {
  expect(await server.end()).toBe(0);
  expect(server.log()).not.toMatch(/uncaught|unhandled|RangeError|TypeError|level=error/);
  folder.remove();
});

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
const json = { 'content-type': 'application/json' };
const protobuf = { 'content-type': 'application/x-protobuf' };

async function push(body: string | Uint8Array, headers: Record<string, string> = json): Promise<[number, string]> {
  const answer = await fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers, body });
  return [answer.status, await answer.text()];
}
const jsonPush = (labels: object, ...lines: string[]): string =>
  JSON.stringify({
    streams: [{ stream: labels, values: lines.map((text, i) => [String(nowNs() + BigInt(i)), text]) }],
  });

async function ask(path: string, params: Record<string, string>): Promise<[number, string]> {
  const answer = await fetch(`${url}/loki/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(params) });
  return [answer.status, await answer.text()];
}

/** Ten gibibytes of zeros, by saying the same block again and again. */
function deflateBomb(): Buffer {
  const block = deflateRawSync(Buffer.alloc(64 * MiB), { level: 9, finishFlush: zlib.Z_FULL_FLUSH });
  return Buffer.concat([...Array.from({ length: 160 }, () => block), Buffer.from([3, 0])]);
}

describe('H1: bombs', () => {
  const bomb = deflateBomb();
  const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  const gzipBomb = Buffer.concat([gzipHeader, bomb, Buffer.alloc(8)]);
  const claim = (bytes: number): Buffer => Buffer.concat([varint(bytes), Buffer.from('ab')]);
  const snappyCopies = (): Buffer => {
    // A literal of one byte, then copies of 64 bytes each: 3 bytes make 64.
    const copies = Buffer.alloc(3 * 1_200_000);
    for (let i = 0; i < copies.length; i += 3) copies.set([(63 << 2) | 2, 1, 0], i);
    return Buffer.concat([varint(1 + 64 * 1_200_000), Buffer.from([0, 0]), copies]);
  };
  const tooLarge = /^decompressed message size too large than max \(\d+ vs 67108864\)/;

  for (const [name, body, headers, text] of [
    ['gzip, 10 MB that make 10 GB', gzipBomb, { ...json, 'content-encoding': 'gzip' }, tooLarge],
    ['deflate, 10 MB that make 10 GB', bomb, { ...json, 'content-encoding': 'deflate' }, tooLarge],
    ['gzip around protobuf', gzipBomb, { ...protobuf, 'content-encoding': 'gzip' }, tooLarge],
    ['snappy that claims 4 GiB', claim(2 ** 32 - 1), protobuf, /snappy|too large/],
    ['snappy that claims more than there is', claim(60 * MiB), protobuf, /snappy/],
    ['snappy of copies, 3.6 MB that make 77 MB', snappyCopies(), protobuf, tooLarge],
    ['an encoding of encodings', gzipBomb, { ...json, 'content-encoding': 'gzip, gzip' }, /not supported/],
    ['OTLP, gzip', gzipBomb, { ...json, 'content-encoding': 'gzip', path: '/otlp/v1/logs' }, /too large|decompress/],
  ] as const) {
    test(`${name}: refused in little time and memory`, async () => {
      const before = residentBytes(pid);
      const { path = '/loki/api/v1/push', ...rest } = headers as Record<string, string>;
      let answer: Response | undefined;
      const peak = await peakDuring(pid, async () => {
        answer = await fetch(url + path, { method: 'POST', headers: rest, body });
      });
      expect([answer?.status, await answer?.text()]).toEqual([
        expect.toBeOneOf([400, 413]),
        expect.stringMatching(text),
      ]);
      // The body itself, twice while it is put together, and what may be decompressed.
      expect(peak - before).toBeLessThan((64 + 32) * MiB + 2 * body.length);
    });
  }

  test('a form that is too long, and one of too many parts', async () => {
    expect(await ask('labels', { query: 'a'.repeat(11 * MiB) })).toEqual([400, 'http: POST too large']);
    const many = Array.from({ length: 10_001 }, (_, i) => `a=${i}`).join('&');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${url}/loki/api/v1/labels`, { method: 'POST', headers, body: many });
    expect([answer.status, await answer.text()]).toEqual([400, 'number of URL query parameters exceeded limit']);
  });

  test('a body beyond distributor.max_recv_msg_size is refused by its length alone', async () => {
    const headers = { ...json, 'content-length': String(100 * MiB + 1) };
    const answer = await fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers,
      body: Buffer.alloc(100 * MiB + 1),
    });
    expect([answer.status, await answer.text()]).toEqual([
      413,
      'request body too large: message size too large than max (104857601 vs 104857600)',
    ]);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  });

  test('many large bodies at once: some are told to come again, and memory stays bounded', async () => {
    const body = jsonPush({ app: 'large' }, ...Array.from({ length: 150 }, () => 'x'.repeat(200_000)));
    const before = residentBytes(pid);
    const seen = new Map<number, number>();
    const peak = await peakDuring(pid, () =>
      Promise.all(
        Array.from({ length: 20 }, async () => {
          const [status] = await push(body);
          seen.set(status, (seen.get(status) ?? 0) + 1);
        }),
      ),
    );
    expect([...seen.keys()].filter((status) => status !== 204 && status !== 429)).toEqual([]);
    // Bodies that are held, what the head may hold before it refuses, and the push that is being worked on.
    expect(peak - before).toBeLessThan((256 + 512 + 96) * MiB);
  });
});

describe('H2: protobuf that is none', () => {
  const good = stream('{app="proto"}', entry(timestamp(Math.floor(Date.now() / 1000)), line('hello')));
  for (const [name, body] of [
    ['a length beyond the end', Buffer.concat([varint(8 + 2), varint(1000), Buffer.from('x')])],
    ['a length of 4 GiB', Buffer.concat([varint(8 + 2), varint(2 ** 32 - 1), Buffer.from('x')])],
    ['a varint that does not end', Buffer.alloc(20, 0xff)],
    ['a group', Buffer.from([0x0b, 0x0b, 0x0b])],
    ['wire type 7', Buffer.from([0x0f])],
    ['a stream as a number', varintField(1, 5)],
    ['nanoseconds beyond a second', stream('{app="p"}', entry(timestamp(1, 2_000_000_000), line('x')))],
    ['seconds beyond all time', stream('{app="p"}', entry(timestamp(2n ** 62n), line('x')))],
    ['labels that do not end', stream('{app="p', entry(timestamp(1), line('x')))],
    [
      'labels that are not UTF-8',
      Buffer.concat([
        bytesField(
          1,
          Buffer.concat([bytesField(1, Buffer.from('{a="\xff"}', 'latin1')), entry(timestamp(1), line('x'))]),
        ),
      ]),
    ],
  ] as const) {
    test(`${name}: refused`, async () => {
      const [status, text] = await push(snap(body), protobuf);
      expect([status, text.length > 3]).toEqual([400, true]);
    });
  }

  test('a hundred thousand empty streams', async () => {
    const [status] = await push(
      snap(Buffer.concat(Array.from({ length: 100_000 }, () => stream('{a="b"}')))),
      protobuf,
    );
    expect(status).toBeOneOf([204, 400]);
  });

  test('any bytes: 2xx or 4xx, never 5xx', { timeout: 900_000 }, async () => {
    const random = prng();
    console.log(`seed ${random.seed}`);
    for (let i = 0; i < (isLong ? 100_000 : 500); i++) {
      const body = Buffer.from(good);
      for (let k = 0; k <= random.int(4); k++) body[random.int(body.length)] = random.int(256);
      const cut = random.int(3) === 0 ? body.subarray(0, random.int(body.length)) : body;
      const [status, text] = await push(random.int(5) === 0 ? cut : snap(cut), protobuf);
      if (status >= 500) throw new Error(`${status} ${text}: ${cut.toString('hex')}`);
    }
  });
});

/** Snappy without compressing anything. */
function snap(body: Uint8Array): Buffer {
  const parts: Uint8Array[] = [varint(body.length)];
  for (let i = 0; i < body.length; i += 60) {
    const piece = body.subarray(i, i + 60);
    parts.push(Buffer.from([(piece.length - 1) << 2]), piece);
  }
  return Buffer.concat(parts);
}

describe('H3: JSON that means harm', () => {
  test('names out of Object.prototype are labels as any other', async () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'length'];
    const labels = names.map((name) => `${JSON.stringify(name)}:"v-${name}"`).join(',');
    const metadata = '{"__proto__":"m","constructor":"m"}';
    const body = `{"streams":[{"stream":{"app":"names",${labels}},"values":[["${nowNs()}","{\\"__proto__\\":{\\"polluted\\":1},\\"constructor\\":2}",${metadata}]]}]}`;
    expect(await push(body)).toEqual([204, '']);
    const [status, text] = await ask('query_range', { query: '{app="names"} | json' });
    expect(status).toBe(200);
    const [{ stream: found }] = JSON.parse(text).data.result;
    for (const name of names) expect(Object.entries(found)).toContainEqual([name, `v-${name}`]);
    expect(Object.entries(found)).toContainEqual(['__proto___polluted', '1']);
    const [, all] = await ask('labels', {});
    expect(JSON.parse(all).data).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    const [, values] = await ask('label/__proto__/values', {});
    expect(JSON.parse(values).data).toEqual(['v-__proto__']);
    const [, fields] = await ask('detected_fields', { query: '{app="names"}' });
    expect(JSON.parse(fields).fields.length).toBeGreaterThan(1);
  });

  for (const [name, body, want] of [
    ['a million brackets', `{"streams":${'['.repeat(1_000_000)}`, [400]],
    ['a million brackets that close again', `{"streams":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`, [400]],
    [
      'a million objects, ignored',
      `{"x":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)},"streams":[]}`,
      [204, 400, 422],
    ],
    ['a value of brackets', `{"streams":[{"stream":{"a":"b"},"values":[["1",${'['.repeat(100_000)}`, [400]],
    [
      'a hundred thousand labels',
      `{"streams":[{"stream":{${Array.from({ length: 100_000 }, (_, i) => `"l${i}":"v"`).join(',')}},"values":[["${nowNs()}","x"]]}]}`,
      [400],
    ],
    ['the same label twice', `{"streams":[{"stream":{"a":"1","a":"2"},"values":[["${nowNs()}","x"]]}]}`, [204, 400]],
    ['times as numbers', `{"streams":[{"stream":{"a":"b"},"values":[[${nowNs()},"x"]]}]}`, [204, 400]],
    ['a time beyond 64 bits', '{"streams":[{"stream":{"a":"b"},"values":[["99999999999999999999","x"]]}]}', [400]],
    ['a lone surrogate', `{"streams":[{"stream":{"a":"b"},"values":[["${nowNs()}","\\ud800"]]}]}`, [400]],
    ['a byte-order mark', `\ufeff{"streams":[]}`, [204, 400, 422]],
    ['nothing at all', '', [400]],
    ['null', 'null', [204, 400, 422]],
    ['a number', '5', [400]],
  ] as const) {
    test(`${name}: ${want.join(' or ')}, and the server goes on`, async () => {
      expect(want).toContain((await push(body))[0]);
      expect((await fetch(`${url}/ready`)).status).toBe(200);
    });
  }

  test('lines of a million brackets are taken, and read with | json', async () => {
    await push(
      jsonPush({ app: 'deep' }, `{"a":${'['.repeat(100_000)}`, `{"a":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`),
    );
    for (const query of [
      '{app="deep"} | json',
      '{app="deep"} | json x="a.a.a"',
      '{app="deep"} | json | line_format "{{.a}}"',
      'sum by (a) (count_over_time({app="deep"} | json [1h]))',
    ]) {
      expect((await ask('query_range', { query }))[0]).toBeOneOf([200, 400]);
    }
    expect((await ask('detected_fields', { query: '{app="deep"}' }))[0]).toBe(200);
  });
});

describe('H4: LogQL that means harm', () => {
  const deep = (open: string, middle: string, close: string, n: number): string =>
    `${open.repeat(n)}${middle}${close.repeat(n)}`;
  const count = 'count_over_time({a="b"}[1m])';
  for (const [name, query] of [
    ['a hundred thousand (', '('.repeat(100_000)],
    ['ten thousand pairs of ( )', deep('(', count, ')', 10_000)],
    ['ten thousand sum(', deep('sum(', count, ')', 10_000)],
    ['ten thousand -', `${'-'.repeat(10_000)}1`],
    ['ten thousand + 1', `1${' + 1'.repeat(10_000)}`],
    ['ten thousand ^ 1', `1${' ^ 1'.repeat(10_000)}`],
    ['ten thousand line filters', `{a="b"}${' |= "x"'.repeat(10_000)}`],
    ['ten thousand or in a label filter', `{a="b"} | c=1${' or c=1'.repeat(10_000)}`],
    ['ten thousand ( in a label filter', `{a="b"} | ${deep('(', 'c=1', ')', 10_000)}`],
    ['fifteen thousand or in a line filter', `{a="b"} |= "x"${' or "x"'.repeat(15_000)}`],
    ['ten thousand json', `{a="b"}${' | json'.repeat(10_000)}`],
    ['a template of ten thousand {{if}}', `{a="b"} | line_format \`${deep('{{if true}}', 'x', '{{end}}', 5000)}\``],
    ['a template of ten thousand (', `{a="b"} | line_format \`{{${deep('(', '1', ')', 10_000)}}}\``],
    ['more than 128 KiB', `{a="${'x'.repeat(131_072)}"}`],
    ['ten thousand matchers', `{${Array.from({ length: 10_000 }, () => 'a="b"').join(',')}}`],
    ['a string that does not end', '{a="b'],
    ['half a surrogate', '{a="\ud800"}'],
    ['bytes 0', '{a="\0"}\0'],
  ] as const) {
    test(`${name}: answered, and not with 5xx`, async () => {
      const began = performance.now();
      for (const path of ['query_range', 'format_query']) {
        const [status, text] = await ask(path, { query });
        if (status !== 200) expect([status, text]).toEqual([400, expect.stringMatching(/./)]);
      }
      expect(performance.now() - began).toBeLessThan(5000);
    });
  }

  test('bytes that are not UTF-8', async () => {
    const answer = await fetch(`${url}/loki/api/v1/query_range?query=%7Ba%3D%22%ff%fe%22%7D`);
    expect(answer.status).toBeOneOf([200, 400]);
  });
});

describe('H5: regular expressions that mean harm', () => {
  const evil = [
    '(a+)+$',
    '(a|a)*$',
    '(a|aa)+$',
    '(.*a){20}$',
    '(a*)*b',
    '(a?){30}a{30}',
    '([a-zA-Z]+)*$',
    '(a+)+b',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(x+x+)+y',
    '\\\\s+$',
    '(\\\\w+\\\\s*)+:',
    '(a{1,50}){1,20}b',
    '((a{1,10}){1,10}){1,10}b',
    '(?i)(a|A|aa|AA)+$',
    '(.+)+\\\\1?z',
    '(.*)*z',
    '(.*.*.*)*z',
    '(?:a|b|ab)*c$',
    '^(a?){100}$',
    'a{1,1000}b',
    '.{0,500}x.{0,500}y',
    '(foo|foobar|foob)*z',
    '[^x]*[^y]*[^z]*q',
    '(((((((a*)*)*)*)*)*)*)b',
  ];
  const lines = ['a'.repeat(200_000), ` ${' '.repeat(100_000)}x`, 'aA'.repeat(60_000), 'foobar'.repeat(30_000)];
  beforeAll(async () => {
    expect(await push(jsonPush({ app: 'evil' }, ...lines))).toEqual([204, '']);
  });

  test('take little time, in filters, matchers and templates', async () => {
    const slow: [string, number][] = [];
    for (const pattern of evil) {
      for (const query of [`{app="evil"} |~ "${pattern}"`, `{app="evil"} | a=~"${pattern}"`, `{app=~"${pattern}"}`]) {
        const began = performance.now();
        const [status, text] = await ask('query_range', { query });
        if (status >= 500) throw new Error(`${query}: ${status} ${text}`);
        if (performance.now() - began > 2000) slow.push([query, performance.now() - began]);
      }
    }
    expect(slow).toEqual([]);
  }, 120_000);

  test('are refused when they would be too large, as in Go', async () => {
    const query = '{app="evil"} |~ "a{1001}"';
    expect(await ask('query_range', { query })).toEqual([400, expect.stringContaining('invalid repeat count')]);
    expect(await ask('query_range', { query: '{app="evil"} |~ "((a{100}){100}){100}"' })).toEqual([
      400,
      expect.stringMatching(/expression too large|invalid repeat count/),
    ]);
  });

  test('an alternation of a hundred kilobytes', async () => {
    const words = Array.from({ length: 12_000 }, (_, i) => `word${i}`).join('|');
    expect((await ask('query_range', { query: `{app="evil"} |~ "${words}"` }))[0]).toBe(200);
  });
});

describe('H6: queries of death', () => {
  test('more points than 11,000 are refused', async () => {
    const [status, text] = await ask('query_range', {
      query: 'rate({app="a"}[1m])',
      start: '1700000000',
      end: '1731536000',
      step: '1s',
    });
    expect([status, text]).toEqual([400, expect.stringMatching(/^exceeded maximum resolution of 11,000 points/)]);
  });

  test('more series than max_query_series are refused, and little memory is spent on them', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `{"id":"${i}","text":"${'x'.repeat(100)}"}`);
    await push(jsonPush({ app: 'series' }, ...lines));
    const query = 'sum by (id) (count_over_time({app="series"} | json [1h]))';
    expect(await ask('query', { query })).toEqual([
      400,
      expect.stringMatching(/^maximum number of series \(5000\) reached for a single query/),
    ]);
  });

  test('a hundred at once are all answered, while pushes go on', async () => {
    const queries = Array.from({ length: 100 }, (_, i) =>
      ask('query_range', { query: `sum by (text) (count_over_time({app="series"} | json | id=~"${i}.*" [5m]))` }),
    );
    const pushes: number[] = [];
    for (let i = 0; i < 20; i++) pushes.push((await push(jsonPush({ app: 'meanwhile' }, `line ${i}`)))[0]);
    expect(new Set(pushes)).toEqual(new Set([204]));
    for (const [status] of await Promise.all(queries)) expect(status).toBeOneOf([200, 429]);
  });

  test('clients that go away end their queries', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `{"id":"${i}","text":"${'abc '.repeat(40)}"}`);
    for (let i = 0; i < 2; i++) await push(jsonPush({ app: 'cancel' }, ...lines));
    const query = (n: number): string =>
      `sum(count_over_time({app="cancel"} | json | line_format "{{ .text | upper | lower | upper }}" |~ "(?i)(a|b)+d.*e${n}" [1h]))`;
    const began = performance.now();
    expect((await ask('query', { query: query(0) }))[0]).toBe(200);
    const oneMs = performance.now() - began;
    const gone = new AbortController();
    const running = Array.from({ length: 8 }, (_, i) => {
      const params = new URLSearchParams({ query: query(i + 1) });
      return fetch(`${url}/loki/api/v1/query?${params}`, { signal: gone.signal }).catch(() => 'gone');
    });
    await new Promise((resume) => setTimeout(resume, oneMs / 4));
    gone.abort();
    expect(await Promise.all(running)).toEqual(running.map(() => 'gone'));
    // What is left of eight queries would take several times as long as one.
    const before = cpuSeconds();
    const abortedAt = performance.now();
    expect((await ask('query', { query: 'vector(1)' }))[0]).toBe(200);
    expect((await ask('query_range', { query: '{app="evil"}', limit: '1' }))[0]).toBe(200);
    expect(performance.now() - abortedAt).toBeLessThan(Math.max(1000, oneMs));
    await new Promise((resume) => setTimeout(resume, 2 * oneMs));
    if (before !== null) expect((cpuSeconds() as number) - before).toBeLessThan(oneMs / 1000);
  });
});

/** CPU time of the server; null where the system does not tell. */
function cpuSeconds(): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

describe('H7: answers larger than memory', () => {
  const count = isLong ? 5000 : 400;
  test(`${count} lines of 256 KB are streamed, to quick and to slow readers`, { timeout: 600_000 }, async () => {
    const text = 'x'.repeat(255_000);
    const base = nowNs();
    for (let i = 0; i < count; i += 50) {
      const values = Array.from({ length: 50 }, (_, k) => [String(base + BigInt(i + k)), `${i + k} ${text}`]);
      expect(await push(JSON.stringify({ streams: [{ stream: { app: 'huge' }, values }] }))).toEqual([204, '']);
    }
    await fetch(`${url}/flush`, { method: 'POST' });
    const before = residentBytes(pid);
    const ask = (signal: AbortSignal | null = null): Promise<Response> =>
      fetch(`${url}/loki/api/v1/query_range?query={app="huge"}&limit=${count}`, {
        headers: { 'accept-encoding': 'identity' },
        signal,
      });
    let bytes = 0;
    const peak = await peakDuring(pid, async () => {
      const answer = await ask();
      for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += piece.length;
    });
    expect(bytes).toBeGreaterThan(count * 255_000);
    console.log(
      `H7: ${count} lines, ${Math.round(bytes / MiB)} MiB sent, ${Math.round((peak - before) / MiB)} MiB more resident`,
    );
    expect(peak - before).toBeLessThan(300 * MiB);

    const gone = new AbortController();
    const slowPeak = await peakDuring(pid, async () => {
      const readers = Array.from({ length: 8 }, async () => {
        const reader = (await ask(gone.signal)).body?.getReader();
        await reader?.read();
      });
      await Promise.all(readers);
      await new Promise((resume) => setTimeout(resume, 500));
    });
    gone.abort();
    console.log(`H7: eight that do not read on, ${Math.round((slowPeak - before) / MiB)} MiB more resident`);
    expect(slowPeak - before).toBeLessThan(500 * MiB);
  });
});

describe('H10: headers', () => {
  test('a Content-Type that is none is answered as in Loki', async () => {
    for (const type of ['x', '', ';', 'application/json; charset', 'a/b/c']) {
      const [status] = await push(jsonPush({ app: 'h' }, 'x'), { 'content-type': type });
      expect(status).toBeOneOf([204, 400, 415]);
    }
  });

  test('what a client sends stands in the log on one line', async () => {
    await fetch(`${url}/loki/api/v1/query_range?query=%0alevel=error%20msg=forged`);
    expect(server.log()).not.toMatch(/^level=error msg=forged/m);
  });
});
