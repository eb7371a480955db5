// Data of our own, made from a seed: twelve formats of lines, each in a clean and in a dirty stream, within one hour.
// Every stream has the label `run`, so that several runs and other users can share a server.

export const START_NS = BigInt(Date.UTC(2026, 1, 3, 10)) * 1_000_000n;
export const HOUR_NS = 3_600_000_000_000n;

const LEVELS = ['debug', 'info', 'warn', 'error'];
const WORDS = [
  'connect',
  'timeout',
  'cache miss',
  'été',
  'naïve Ünïcode',
  '日本語',
  'a=b',
  'retry (3/5)',
  'user "ann"',
  'path\\to',
  'x|y',
  '50%',
  '😀 ok',
  'ΑΒΓ',
];
const PATHS = ['/', '/api/v1/items', '/api/v1/items/17', '/health', '/a%20b?q=1&r=%2F', '/static/app.js'];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = [200, 201, 204, 301, 400, 404, 500, 503];
const V4 = ['10.0.0.1', '10.0.0.17', '192.168.4.5', '172.16.0.254', '8.8.8.8', '255.255.255.255', '127.0.0.1'];
const V6 = ['::1', '2001:db8::1', '2001:db8:0:0:0:0:0:17', 'fe80::1ff:fe23:4567:890a', '::ffff:10.0.0.1'];
const DURATIONS = ['12ms', '1.5s', '3m', '250us', '1h2m3s', '0', '0s', '90ns', '17µs', '2h'];
const SIZES = ['12B', '1.5KB', '3MiB', '512', '1GB', '0B', '7kb', '2 KB', '4KiB'];
const COLOURS = ['31', '32;1', '0', '', '38;5;208', '4'];

export const vocabulary = { LEVELS, WORDS, PATHS, METHODS, STATUSES, V4, V6, DURATIONS, SIZES };

const anyIp = (r) => (r.chance(0.75) ? r.pick(V4) : r.pick(V6));
const number = (r) =>
  r.pick([
    '0',
    '1',
    '17',
    '-3',
    '2.5',
    '1e3',
    '1E+2',
    '0.1e-7',
    '-0',
    '1.0',
    '12345678901234567890',
    '0.30000000000000004',
    '100000',
    '1e21',
  ]);
const jsonText = (r) =>
  JSON.stringify(
    r.pick([
      ...WORDS,
      '',
      ' ',
      'line\nbreak',
      'tab\there',
      'back\\slash',
      '\u0001\u001f',
      '{"in":1}',
      'true',
      '12',
      '/slash/',
    ]),
  );
const jsonEscapes = [
  '"\\u00e9t\\u00e9"',
  '"\\ud83d\\ude00"',
  '"\\/x\\/"',
  '"\\b\\f\\r"',
  '"\\u0000"',
  '"a\\u003cb"',
  '"\\ud800 alone"',
];

function jsonObject(r, n, dirty) {
  const fields = [
    `"level":"${r.pick(LEVELS)}"`,
    `"msg":${r.chance(0.85) ? jsonText(r) : r.pick(jsonEscapes)}`,
    `"n":${n}`,
    `"status":${r.chance(0.8) ? r.pick(STATUSES) : `"${r.pick(STATUSES)}"`}`,
    `"took":"${r.pick(DURATIONS)}"`,
    `"latency":${(r.next() * 2).toFixed(r.between(1, 4))}`,
    `"size":"${r.pick(SIZES)}"`,
    `"ip":"${anyIp(r)}"`,
    `"user":{"name":"${r.pick(['ann', 'bob', 'zoë'])}","id":${r.int(50)},"first name":"${r.pick(['Ann', 'Bob'])}","deep":{"er":{"x":${r.int(9)}}}}`,
    `"tags":["${r.pick(['a', 'b'])}",${r.int(5)},{"k":"${r.pick(['v', 'w'])}"},[1,[2,3]],null]`,
    `"ok":${r.pick(['true', 'false'])}`,
    `"nothing":null`,
    `"num":${number(r)}`,
    `"a.b":"dotted"`,
    `"x-y":${r.int(5)}`,
    `"1st":"digit"`,
    `"ключ":"кир"`,
    `"sp ace":"s p"`,
    `"emptyobj":{}`,
    `"emptyarr":[]`,
    `"env":"${r.pick(['inner', 'prod'])}"`,
    `"_under":"u"`,
    `"nested":{"level":"${r.pick(LEVELS)}","status":${r.pick(STATUSES)},"list":[{"a":1},{"a":"${r.pick(WORDS.slice(0, 4))}"}]}`,
  ];
  if (dirty)
    fields.push(
      `"dup":1`,
      `"dup":"${r.pick(['two', 'three'])}"`,
      `"":"noname"`,
      `"bad key!":true`,
      `"user_name":"flat"`,
      `"took":"${r.pick(DURATIONS)}"`,
    );
  return `{${r.some(fields, r.between(4, fields.length)).join(r.pick([',', ', ', ' ,\n']))}}`;
}

const spoil = [
  (t, r) => t.slice(0, r.between(1, t.length - 1)),
  (t) => `${t}}`,
  (t) => `${t} trailing`,
  (t) => ` \t${t}  `,
  (t) => t.replace(/"/, ''),
  (t) => t.replace(/:/, ' '),
  (t) => t.replace(/,/, ',,'),
  (t) => t.replace(/}$/, ',}'),
  (t) => t.replaceAll('"', "'"),
  (t) => `[${t}]`,
  (t) => t + t,
  (t) => t.replace(/\btrue\b|\bfalse\b|\bnull\b/, 'nul'),
  (t) => t.replace(/:(\d)/, ':0$1'),
  (t) => t.replace(/"msg":"/, '"msg":"\\q'),
  (t) => t.replace(/"msg":"/, '"msg":"\\u12'),
  (t) => t.replace(/"n":/, '"n":+'),
  () => '"just text"',
  () => '12',
  () => 'null',
  () => '{}',
  () => '[]',
  () => '',
  () => '{',
  () => '{"a"',
  () => '{"a":',
  () => '{"a":1,',
  () => '{"a":{"b":',
  () => '{"a":[1,2',
  () => 'plain text, no object',
  () => '{"msg":"raw\nnewline in text"}',
  () => '{"msg":"raw\ttab in text","n":1}',
  () => '{"n":1.e5,"m":1}',
  () => '{"n":-,"m":1}',
  () => '{"n":NaN}',
];

function logfmtLine(r, n) {
  const quoted = (t) => (/[\s="]/.test(t) || t === '' ? JSON.stringify(t) : t);
  const fields = [
    `level=${r.pick(LEVELS)}`,
    `msg=${quoted(r.pick(WORDS))}`,
    `n=${n}`,
    `status=${r.pick(STATUSES)}`,
    `took=${r.pick(DURATIONS)}`,
    `latency=${(r.next() * 2).toFixed(r.between(1, 4))}`,
    `size=${quoted(r.pick(SIZES))}`,
    `ip=${anyIp(r)}`,
    `path=${quoted(r.pick(PATHS))}`,
    `user=${r.pick(['ann', 'bob', 'zoë', '""'])}`,
    `num=${number(r)}`,
    `quoted="a \\"b\\" c"`,
    `esc="l1\\nl2\\tx\\\\y"`,
    `uni="\\u00e9\\u4e2d"`,
    `empty=`,
    `bare`,
    `a.b=dotted`,
    `x-y=${r.int(5)}`,
    `1st=digit`,
    `env=${r.pick(['inner', 'prod'])}`,
    `json={"a":1}`,
  ];
  return r.some(fields, r.between(4, fields.length)).join(r.pick([' ', ' ', '  ', '\t']));
}

const spoilLogfmt = [
  (t, r) => t.slice(0, r.between(1, t.length - 1)),
  (t) => `${t} open="never closed`,
  (t) => `=novalue ${t}`,
  (t) => `${t} a==b c=d`,
  (t) => `${t} k="v"w z=1`,
  (t) => `"q"=1 ${t}`,
  (t) => `${t} level=again level=third`,
  (t) => `${t} bad="\\x" after=1`,
  (t) => `${t} esc="\\u12" after=1`,
  (t) => `${t} q=a"b after=1`,
  (t) => `${t}\nsecond=line`,
  (t) => `${t} ctl=\u0001x after=1`,
  (t) => `${t} nul="a\u0000b"`,
  () => '',
  () => '   ',
  () => '=',
  () => '==',
  () => 'word',
  () => '"',
  () => 'just some words here',
  () => 'ключ=кир é=1 日=本',
  (t) => `${t} =x y=2`,
  (t) => `${t} k= v`,
  (t) => `${t} k="" v=''`,
];

const access = (r, n) =>
  `${anyIp(r)} - ${r.pick(['ann', 'bob', '-'])} [03/Feb/2026:10:${String(r.int(60)).padStart(2, '0')}:00 +0000] "${r.pick(METHODS)} ${r.pick(PATHS)} HTTP/${r.pick(['1.1', '2.0'])}" ${r.pick(STATUSES)} ${r.int(20000)} "${r.pick(['-', 'https://example.org/'])}" "${r.pick(['curl/8.1', 'Mozilla/5.0 (X11; Linux)'])}" rt=${(r.next() * 3).toFixed(3)} id=${n}`;

function colourText(r, n) {
  const c = () => `\u001b[${r.pick(COLOURS)}m`;
  return `${c()}${r.pick(LEVELS).toUpperCase()}\u001b[0m ${r.pick(WORDS)} ${c()}${n}\u001b[0m from ${anyIp(r)} took ${r.pick(DURATIONS)}${r.pick(['', '\u001b[K', '\u001b[2J', '\u001b]0;title\u0007', '\u001b[', '\u001bM', '\u009b31m', '\u001b[?25l'])}`;
}

const shapes = (r, n) =>
  r.pick([
    () => '',
    () => ' ',
    () => `first ${n}\nsecond line\n\tat third`,
    () => `dos ${n}\r\nline\r\n`,
    () => `\n\nleading ${n}`,
    () => `trailing ${n}\n`,
    () => `tab\tseparated\t${n}`,
    () => 'x'.repeat(r.between(1, 3000)),
    () => `${'word '.repeat(r.between(1, 300))}${n}`,
    () => `unicode ${r.pick(WORDS)} \u200b\u00a0\ufeff ${n}`,
    () => `K kelvin K ſ long s ${n} İ ı`,
    () => `nul \u0000 inside ${n}`,
    () => `a.b*c+d?[e](f){g}^h$i|j\\k ${n}`,
    () => `<b>html</b> & "quotes" 'single' \`tick\` ${n}`,
    () => `err${n} ERROR Error eRRoR`,
  ])();

const broken = (r, n) => {
  const pieces = ['ff', 'c3', 'e282', 'f09f98', 'c080', 'eda080', 'f4908080', '80', 'fe'];
  const part = () => Buffer.from(r.pick(pieces), 'hex');
  const text = (t) => Buffer.from(t);
  return Buffer.concat(
    r.pick([
      () => [text(`level=info n=${n} v=`), part(), text('x end=1')],
      () => [part(), text(`start n=${n}`)],
      () => [text(`{"n":${n},"v":"`), part(), text('"}')],
      () => [text(`n=${n} tail `), part()],
      () => [text(`k`), part(), text(`y=${n} ok=1`)],
      () => [text(`été ${n} `), part(), part(), text(' été')],
      () => [text(`{"k`), part(), text(`":1,"n":${n}}`)],
    ])(),
  );
};

function packed(r, n, dirty) {
  if (dirty && r.chance(0.35)) {
    return r.pick([
      '{"a":"1"}',
      '{"_entry":12,"a":"1"}',
      '{"_entry":"only"}',
      '{"a":1,"_entry":"numbers skipped"}',
      '{"a":"x","_entry":"open',
      'not packed',
      '[]',
      '{"_entry":"","a":"1"}',
      '{"a":{"b":"c"},"_entry":"nested"}',
      '{"bad key":"1","_entry":"odd name"}',
      '{"env":"packed","_entry":"clash"}',
      '{"_entry":"one","_entry":"two","a":"1"}',
      '{"a":null,"b":true,"c":["x"],"d":"kept","_entry":"types"}',
    ]);
  }
  return JSON.stringify({
    pod: r.pick(['p1', 'p2']),
    zone: r.pick(['z1', 'zü']),
    n: String(n),
    _entry: r.chance(0.5) ? logfmtLine(r, n) : `plain ${r.pick(WORDS)} ${n}`,
  });
}

const numbers = (r, n, dirty) => {
  const bad = (t) =>
    dirty && r.chance(0.1)
      ? r.pick(['abc', '', '1,5', '0x10', '1_000', 'NaN', 'Inf', '-Inf', '+Inf', '1e400', ' 1'])
      : t;
  const q = (t) => (/[\s]/.test(t) || t === '' ? JSON.stringify(t) : t);
  return `g=${r.pick(['a', 'b', 'c'])} h=${r.pick(['x', 'y'])} v=${q(bad((r.next() * 100).toFixed(r.int(4))))} i=${r.between(-50, 50)} d=${q(bad(r.pick(DURATIONS)))} b=${q(bad(r.pick(SIZES)))} c=${(n * r.between(1, 5)) % 97} id=${n}`;
};

const metadata = (r, n) => {
  const all = [
    ['trace_id', r.pick(['t1', 't2', 't3'])],
    ['user', r.pick(['meta-ann', 'meta-bob'])],
    ['status', String(r.pick(STATUSES))],
    ['latency', (r.next() * 2).toFixed(2)],
    ['took', r.pick(DURATIONS)],
    ['host', 'meta-host'],
    ['size', r.pick(SIZES)],
    ['ip', anyIp(r)],
    ['note', r.pick(WORDS)],
    ['empty', ''],
    ['n', String(n)],
    ['with_under', 'x'],
  ];
  return r.some(all, r.between(0, 6)).sort(([a], [b]) => (a < b ? -1 : 1));
};

/** How a format makes its lines: `make(random, n, dirty)`. */
const formats = {
  json: (r, n, dirty) => {
    const text = jsonObject(r, n, dirty);
    return dirty && r.chance(0.4) ? r.pick(spoil)(text, r) : text;
  },
  logfmt: (r, n, dirty) => {
    const text = logfmtLine(r, n);
    return dirty && r.chance(0.4) ? r.pick(spoilLogfmt)(text, r) : text;
  },
  access: (r, n, dirty) =>
    dirty && r.chance(0.2)
      ? r.pick([access(r, n).slice(0, r.int(60)), `${access(r, n)}\nsecond line`, 'no access line', ''])
      : access(r, n),
  colour: colourText,
  shapes,
  broken,
  packed,
  numbers,
  meta: (r, n) => (r.chance(0.5) ? logfmtLine(r, n) : jsonObject(r, n, false)),
  ips: (r, n) =>
    r.pick([
      () => `${anyIp(r)} connected to ${anyIp(r)} id=${n}`,
      () => `peer=[${r.pick(V6)}]:443 local=${r.pick(V4)}:80 id=${n}`,
      () => `id=${n} no address but 10.0.0 and 1.2.3.4.5 and 256.1.1.1`,
      () => `addr=${r.pick(V4)}/24 x${r.pick(V4)}y ${n}`,
      () => `v6 ${r.pick(V6)}, ${r.pick(V6)}. ${n}`,
      () => `ip=${anyIp(r)} n=${n}`,
    ])(),
};
export const FORMATS = Object.keys(formats);

/** Streams for both servers: `[{ labels, entries: [{ ns, line, metadata }] }]`, in the order of pushing. */
export function makeData(random, run, entriesPerStream) {
  const streams = [];
  for (const format of FORMATS) {
    for (const dirty of [false, true]) {
      for (const host of ['a', 'b']) {
        const labels = { run, fmt: format, tier: dirty ? 'dirty' : 'clean', host };
        if (random.chance(0.5)) labels.env = random.pick(['prod', 'dev']);
        if (random.chance(0.2)) labels.status = random.pick(['200', '500']);
        if (random.chance(0.2)) labels.level = random.pick(LEVELS);
        streams.push({ labels, entries: makeEntries(random, format, dirty, entriesPerStream) });
      }
    }
  }
  return streams;
}

function makeEntries(random, format, dirty, count) {
  const times = Array.from(
    { length: count },
    () => START_NS + BigInt(random.int(3_600_000)) * 1_000_000n + BigInt(random.pick([0, 0, random.int(1_000_000)])),
  );
  times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (let i = 1; i < count; i++) {
    if (random.chance(dirty ? 0.1 : 0.02)) times[i] = times[i - 1];
    else if (random.chance(0.03)) times[i] = (times[i] / 60_000_000_000n) * 60_000_000_000n; // on a step exactly
  }
  const entries = times.map((ns, n) => ({
    ns,
    line: Buffer.from(formats[format](random, n, dirty)),
    metadata: format === 'meta' || random.chance(0.05) ? metadata(random, n) : [],
  }));
  if (dirty && random.chance(0.5)) {
    for (let i = 0; i < count / 4; i++) {
      const [a, b] = [random.int(count), random.int(count)];
      [entries[a], entries[b]] = [entries[b], entries[a]];
    }
  }
  return entries;
}
