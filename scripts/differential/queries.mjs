// Random LogQL over the data of data.mjs, as trees (tree.mjs).
import { START_NS, vocabulary } from './data.mjs';
import { makeTemplate } from './templates.mjs';
import { around, either, optional } from './tree.mjs';

const { LEVELS, PATHS, STATUSES, V4, V6 } = vocabulary;
const BASE = ['fmt', 'host', 'tier', 'env', 'detected_level', 'service_name', 'level', 'status'];

/** What the lines of a format hold: parsers that fit, fields by type, words that occur. */
const knowledge = {
  json: {
    parsers: ['json', 'json', 'json', 'jsonExpression', 'unpack', 'logfmt', 'regexp', 'pattern'],
    text: [
      'level',
      'msg',
      'user_name',
      'user_first_name',
      'a_b',
      '_1st',
      'sp_ace',
      'env',
      'env_extracted',
      'nested_level',
      '____',
      'ok',
      'x_y',
    ],
    number: ['n', 'status', 'latency', 'num', 'user_id', 'nested_status', 'user_deep_er_x', 'status_extracted'],
    duration: ['took'],
    bytes: ['size'],
    ip: ['ip'],
    words: ['level', 'error', '"n":1', 'cache miss', 'été', '\\u00e9', 'ann', '503', '}', 'null', '日本語', 'timeout'],
  },
  logfmt: {
    parsers: ['logfmt', 'logfmt', 'logfmt', 'logfmtExpression', 'json', 'regexp', 'pattern'],
    text: [
      'level',
      'msg',
      'user',
      'path',
      'quoted',
      'esc',
      'uni',
      'empty',
      'bare',
      'a_b',
      '_1st',
      'x_y',
      'env',
      'env_extracted',
      'json',
      'k',
      'after',
    ],
    number: ['n', 'status', 'latency', 'num', 'status_extracted'],
    duration: ['took'],
    bytes: ['size'],
    ip: ['ip'],
    words: ['level=error', 'error', 'n=1', 'cache miss', 'été', 'user=ann', 'took', '=', 'msg="', '503', 'empty= '],
  },
  access: {
    parsers: ['pattern', 'pattern', 'regexp', 'regexp', 'logfmt'],
    text: ['method', 'path', 'user', 'version', 'agent'],
    number: ['status', 'size', 'rt', 'id'],
    duration: [],
    bytes: [],
    ip: ['ip'],
    words: ['GET', 'POST', ' 500 ', 'curl', '/api', 'HTTP/1.1', 'ann', '%20', '::1'],
  },
  colour: {
    parsers: ['regexp', 'pattern'],
    text: ['level', 'word'],
    number: ['n'],
    duration: ['took'],
    bytes: [],
    ip: ['ip'],
    words: ['ERROR', '\\u001b[31m', '[0m', 'from', 'took', 'été'],
  },
  shapes: {
    parsers: ['regexp', 'pattern', 'logfmt', 'json'],
    text: ['level', 'word'],
    number: ['n'],
    duration: [],
    bytes: [],
    ip: [],
    words: [
      'word',
      'second',
      '\\n',
      'x',
      'unicode',
      'kelvin',
      'K',
      'ſ',
      'i',
      'err',
      'html',
      '<b>',
      '.*',
      '\\t',
      '\\u0000',
    ],
  },
  broken: {
    parsers: ['logfmt', 'json', 'regexp', 'pattern', 'logfmtExpression'],
    text: ['level', 'v', 'k', 'end'],
    number: ['n'],
    duration: [],
    bytes: [],
    ip: [],
    words: ['n=', 'été', '\\xff', '\\xc3', '\\ufffd', 'tail', 'start', 'k'],
  },
  packed: {
    parsers: ['unpack', 'unpack', 'unpack', 'json'],
    text: ['pod', 'zone', 'a', 'env', 'env_extracted'],
    number: ['n', 'status'],
    duration: ['took'],
    bytes: [],
    ip: [],
    words: ['_entry', 'plain', 'p1', 'level=error', 'zü'],
  },
  numbers: {
    parsers: ['logfmt', 'logfmt', 'logfmtExpression', 'regexp', 'pattern'],
    text: ['g', 'h'],
    number: ['v', 'i', 'c', 'id'],
    duration: ['d'],
    bytes: ['b'],
    ip: [],
    words: ['g=a', 'h=x', 'v=', 'd=12ms', 'id=1'],
  },
  meta: {
    parsers: ['logfmt', 'json', 'none', 'none', 'jsonExpression', 'logfmtExpression'],
    text: ['trace_id', 'user', 'note', 'host', 'host_extracted', 'empty', 'level', 'with_under', 'user_extracted'],
    number: ['status', 'latency', 'n', 'status_extracted'],
    duration: ['took'],
    bytes: ['size'],
    ip: ['ip'],
    words: ['level', 'error', 'ann', 'n', 'cache'],
  },
  ips: {
    parsers: ['regexp', 'pattern', 'logfmt'],
    text: ['word', 'peer'],
    number: ['id', 'n'],
    duration: [],
    bytes: [],
    ip: ['ip', 'addr'],
    words: ['10.0.0', '::1', 'connected', 'peer', 'id=1', '/24'],
  },
};

const REGEXES = [
  'error|warn',
  '(?i)ERROR',
  'e.*r',
  '^level',
  '[0-9]{3}',
  '\\\\d+ms',
  '.+',
  '.*',
  '',
  'a|b|c',
  '(?i)été',
  '\\\\bn\\\\b',
  '^$',
  '$',
  '(?s)first.*third',
  '(?m)^second',
  'x{2,5}',
  '[^a-z ]',
  'ann?',
  '\\\\p{L}+',
  '(?i)k',
  'cache (miss|hit)',
  '.*error.*',
  '^.*n=1.*$',
  '(GET|POST) /',
  '[[:upper:]]+',
  '(?:foo|)',
  '\\\\.',
  '\\\\x1b',
  '(?U)a+',
  '(?i)(error|ünïcode)',
  'n=(1|2)',
  'é',
  '.',
  '(?i:Warn).*',
  '[é-ü]',
];
const BAD_REGEXES = [
  '(',
  '[a',
  'a**',
  '(?<x>a)',
  '\\\\',
  '(?=a)',
  'a{2,1}',
  '\\\\q',
  '*a',
  'x{1001}',
  '(?P<n>a)(?P<n>b)',
  '[z-a]',
  '(?i',
  '\\\\pX',
  ')',
  '\\\\8',
];
const PATTERNS = [
  '<_> <level> <_>',
  '<ip> - <user> [<_>] \\"<method> <path> HTTP/<version>\\" <status> <size> <_>',
  '<ip> <_>',
  '<word>',
  '<_>level=<level> <_>',
  'n=<n>',
  '<_>took <took>',
  '<_>id=<id>',
  '<_> n=<n> <_>',
  '<a> <b>',
];
const BAD_PATTERNS = ['', 'no captures', '<a><b>', '<_>', '<a> <a>', '<1a>', '<a', '<_><_>', '<a-b>', '<>'];
const LINE_PATTERNS = [
  '<_> error <_>',
  'level=<_>',
  '<_>',
  '<_>n=<_>',
  '{<_>}',
  '<_> - <_> [<_>] <_>',
  '<_>took<_>',
  '<_>"<_>"<_>',
  'x<_>',
  '',
  '<named>',
  '<_><_>',
  '<_> ',
  'error',
  '<_>é<_>',
];
const NAMED = [
  '(?P<ip>\\\\S+) - (?P<user>\\\\S+)',
  'level=(?P<level>\\\\w+)',
  '\\"(?P<method>\\\\w+) (?P<path>\\\\S+) HTTP/(?P<version>[^\\"]+)\\" (?P<status>\\\\d+) (?P<size>\\\\d+)',
  '(?P<word>\\\\w+)',
  'n=?\\"?:?(?P<n>\\\\d+)',
  '(?P<level>[A-Z]+)',
  '(?i)(?P<level>error|warn|info)',
  'took[=\\":, ]*(?P<took>[0-9.a-zµ]+)',
  '(?P<word>[^ ]*) (?P<n>\\\\d+)?',
  '(?P<a>x)?(?P<b>.)',
  'id=(?P<id>\\\\d+)',
  '(?P<ip>[0-9a-f.:]{4,})',
  '(\\\\w+) (?P<second>\\\\w+)',
  '(?P<num>(?P<inner>\\\\d)\\\\d*)',
];
const BAD_NAMED = ['no groups', '(unnamed)', '(?P<a>x', '(?P<a>x)(?P<a>y)', '(?P<1a>x)', ''];
const RANGES = ['1m', '5m', '90s', '10m', '30m', '30m', '1h', '1h', '1h30m', '20s', '7m', '20m'];
const IP_RANGES = [
  ...V4,
  ...V6,
  '10.0.0.0/24',
  '192.168.4.1-192.168.4.9',
  '2001:db8::/32',
  '::/0',
  '0.0.0.0/0',
  '10.0.0.0/33',
  '10.0.0.9-10.0.0.1',
  'nonsense',
  '',
  '10.0.0.1-2001:db8::1',
  '::1-::ffff',
];
const JSON_PATHS = [
  'level',
  'user.name',
  'tags[0]',
  'tags[2].k',
  'tags[3][1][0]',
  '["user"]["id"]',
  'user',
  'tags',
  'nested.list[1].a',
  '["a.b"]',
  'missing',
  'tags[99]',
  'num',
  'msg',
  'n',
  'user[\\"first name\\"]',
  'nested.list',
  'ok',
  'nothing',
  'user.deep.er',
  '["x-y"]',
  'emptyobj',
  '[\\"ключ\\"]',
  'status',
  'took',
];
const BAD_PATHS = ['', '.', 'a..b', 'a[', '[x]', 'a b', 'tags[-1]', 'user.', 'a-b', '1st', 'tags[0', '["x"', 'ключ'];

const text = (r, value) =>
  r.chance(0.75) || value.includes('`') ? `"${value}"` : `\`${value.replaceAll('\\\\', '\\').replaceAll('\\"', '"')}\``;

export class QueryMaker {
  /** `run` is the value of the label that all streams of the run have. */
  constructor(random, run) {
    this.r = random;
    this.run = run;
  }

  // ---- selectors ----

  /** Chooses what the next query is about; `wild` allows odd matchers and odd fields. */
  begin() {
    const { r } = this;
    this.format = r.pick(Object.keys(knowledge));
    this.known = knowledge[this.format];
    this.fields = [
      ...this.known.text,
      ...this.known.number,
      ...this.known.duration,
      ...this.known.bytes,
      ...this.known.ip,
    ];
    this.tier = r.chance(0.55) ? 'clean' : 'dirty';
  }

  selector() {
    const { r } = this;
    const matchers = [`run="${this.run}"`, `fmt="${this.format}"`];
    const extra = [];
    if (r.chance(0.75)) extra.push(`tier="${this.tier}"`);
    if (r.chance(0.3))
      extra.push(
        r.pick([
          `host="a"`,
          `host=~"a|b"`,
          `host!="b"`,
          `host!~"b.*"`,
          `host=~".+"`,
          `env=""`,
          `env!=""`,
          `env=~"prod|dev"`,
          `missing=""`,
          `level!="error"`,
          `service_name=~"unknown.*"`,
          `env=~"(?i)PROD"`,
          `host=~"[ab]"`,
          `status!~"5.."`,
        ]),
      );
    return ['{', matchers.join(', '), extra.map((matcher) => optional(`, ${matcher}`)), '}'];
  }

  // ---- stages ----

  pipeline(stagesMax = 5) {
    const { r } = this;
    const stages = [];
    if (r.chance(0.25)) stages.push(this.lineFilter());
    if (r.chance(0.7)) {
      const parser = this.parser();
      if (parser !== '') stages.push(parser);
    }
    const rest = r.between(0, Math.max(0, stagesMax - stages.length));
    for (let i = 0; i < rest; i++) stages.push(this.stage());
    return stages.map((stage) => optional([' ', stage]));
  }

  stage() {
    const { r } = this;
    return r.weighted([
      [2, () => this.lineFilter()],
      [6, () => ['| ', this.labelFilter(2)]],
      [2, () => this.parser() || '| json'],
      [3, () => this.lineFormat()],
      [3, () => this.labelFormat()],
      [1, () => '| decolorize'],
      [2, () => this.dropOrKeep()],
      [
        0.8,
        () => [
          '| ',
          r.pick([
            '__error__=""',
            '__error__!=""',
            '__error__=~".*Err"',
            '__error_details__=~".+"',
            '__error__="JSONParserErr"',
          ]),
        ],
      ],
    ]);
  }

  lineFilter() {
    const { r } = this;
    const operand = (op) => {
      if (op === '|>' || op === '!>') return text(r, r.pick(LINE_PATTERNS).replaceAll('"', '\\"'));
      if (r.chance(0.08)) return `ip(${text(r, r.pick(IP_RANGES))})`;
      if (op === '|~' || op === '!~') return text(r, r.chance(0.03) ? r.pick(BAD_REGEXES) : r.pick(REGEXES));
      return text(r, r.chance(0.04) ? '' : r.pick(this.known.words).replaceAll('"', '\\"'));
    };
    const op = r.weighted([
      [6, () => '|='],
      [3, () => '!='],
      [5, () => '|~'],
      [2, () => '!~'],
      [1.5, () => '|>'],
      [0.8, () => '!>'],
    ]);
    const more = r.chance(0.2) ? r.times(1, 2, () => optional([' or ', operand(r.chance(0.9) ? op : '|=')])) : [];
    return [op, ' ', operand(op), more];
  }

  parser() {
    const { r } = this;
    const kind = r.pick(this.known.parsers);
    switch (kind) {
      case 'none':
        return '';
      case 'json':
      case 'unpack':
        return `| ${kind}`;
      case 'logfmt':
        return [
          '| logfmt',
          r.chance(0.15) ? optional(' --strict') : '',
          r.chance(0.15) ? optional(' --keep-empty') : '',
        ];
      case 'jsonExpression':
        return ['| json ', this.extractions(() => (r.chance(0.04) ? r.pick(BAD_PATHS) : r.pick(JSON_PATHS)))];
      case 'logfmtExpression':
        return [
          '| logfmt',
          r.chance(0.15) ? optional(' --strict') : '',
          r.chance(0.15) ? optional(' --keep-empty') : '',
          ' ',
          this.extractions(() => r.pick([...this.fields, 'missing', 'a.b', 'x-y', '1st', '', 'a b', 'ключ', 'msg.'])),
        ];
      case 'regexp':
        return `| regexp ${text(r, r.chance(0.05) ? r.pick(BAD_NAMED) : r.pick(NAMED))}`;
      case 'pattern':
        return `| pattern ${text(r, r.chance(0.05) ? r.pick(BAD_PATTERNS) : r.pick(PATTERNS))}`;
      default:
        throw new Error(kind);
    }
  }

  extractions(path) {
    const { r } = this;
    const one = () =>
      r.chance(0.35)
        ? r.pick(this.fields)
        : `${r.pick([...this.fields, 'x', 'y', 'host', 'status', 'tier'])}=${text(r, path())}`;
    return r.times(1, 3, (i) => (i === 0 ? one() : optional([', ', one()])));
  }

  name() {
    const { r } = this;
    return r.weighted([
      [8, () => r.pick(this.fields)],
      [3, () => r.pick(BASE)],
      [0.4, () => r.pick(['missing', '__error__', '__error_details__', '_entry', '__timestamp__', '__line__'])],
    ]);
  }

  labelFilter(depth) {
    const { r } = this;
    if (depth > 0 && r.chance(0.3)) {
      const join = r.pick([' and ', ' or ', ', ', ' ']);
      const [left, right] = [this.labelFilter(depth - 1), this.labelFilter(depth - 1)];
      const both = either(either([left, join, right], left), right);
      return r.chance(0.5) ? around('(', both, ')') : both;
    }
    const compare = () => r.pick(['>', '>=', '<', '<=', '=', '==', '!=']);
    const of = (list) => (list.length > 0 && r.chance(0.85) ? r.pick(list) : this.name());
    return r.weighted([
      [
        5,
        () =>
          `${this.name()}${r.pick(['=', '!='])}${text(r, r.pick([...LEVELS, ...STATUSES.map(String), 'ann', 'a', '', 'GET', 'GET', '12ms', 'été', 'p1', 'x', ...PATHS]))}`,
      ],
      [
        3,
        () =>
          `${this.name()}${r.pick(['=~', '!~'])}${text(r, r.chance(0.03) ? r.pick(BAD_REGEXES) : r.pick([...REGEXES, 'a|b', '4..|5..', 'inf.*', '.*n', '()']))}`,
      ],
      [
        5,
        () =>
          `${of(this.known.number)} ${compare()} ${r.pick(['0', '1', '200', '-3', '404', '2.5', '1e3', '0.5', '+1', '17', '1e21', '50', '.5', '0x10'])}`,
      ],
      [
        2,
        () =>
          `${of(this.known.duration)} ${compare()} ${r.pick(['12ms', '1s', '1.5s', '0s', '3m', '250us', '1h2m3s', '17µs', '1d', '90ns'])}`,
      ],
      [
        2,
        () =>
          `${of(this.known.bytes)} ${compare()} ${r.pick(['12B', '1KB', '1.5KB', '3MiB', '1GB', '512b', '7kb', '0B', '1TB', '1.5kib'])}`,
      ],
      [1.5, () => `${of(this.known.ip)}${r.pick(['=', '!='])}ip(${text(r, r.pick(IP_RANGES))})`],
    ]);
  }

  lineFormat() {
    return ['| line_format `', makeTemplate(this.r, [...this.fields, ...BASE]), '`'];
  }

  labelFormat() {
    const { r } = this;
    const target = () =>
      r.pick(
        [...this.fields, ...BASE, 'x', 'y', 'z', '__error__', '__error_details__', 'x_extracted'].slice(
          0,
          r.chance(0.05) ? undefined : -3,
        ),
      );
    const one = () =>
      r.weighted([
        [1, () => `${target()}=${this.name()}`],
        [2, () => [target(), '=`', makeTemplate(r, [...this.fields, ...BASE]), '`']],
      ]);
    return ['| label_format ', r.times(1, 3, (i) => (i === 0 ? one() : optional([', ', one()])))];
  }

  dropOrKeep() {
    const { r } = this;
    const one = () =>
      r.chance(0.7)
        ? this.name()
        : `${this.name()}${r.pick(['=', '!=', '=~', '!~'])}"${r.pick([...LEVELS, '200', 'a', '', '.*', '5..', 'x|y', 'prod'])}"`;
    return [r.pick(['| drop ', '| keep ']), r.times(1, 3, (i) => (i === 0 ? one() : optional([', ', one()])))];
  }

  // ---- metric queries ----

  grouping(clause = this.r.pick(['by', 'without'])) {
    const { r } = this;
    const names = r.some([...new Set([...this.fields, ...BASE])], r.pick([0, 1, 1, 1, 2, 2, 3]));
    return `${clause} (${names.join(', ')})`;
  }

  unwrap() {
    const { r } = this;
    const { number, duration, bytes } = this.known;
    const target = r.weighted([
      [5, () => r.pick(number)],
      [
        duration.length > 0 ? 3 : 0.2,
        () => `${r.pick(['duration', 'duration_seconds'])}(${r.pick(duration.length > 0 ? duration : number)})`,
      ],
      [bytes.length > 0 ? 2 : 0.2, () => `bytes(${r.pick(bytes.length > 0 ? bytes : number)})`],
      [0.4, () => this.name()],
    ]);
    const post = r.chance(0.5)
      ? optional(' | __error__=""')
      : r.chance(0.3)
        ? optional([' | ', this.labelFilter(1)])
        : '';
    return [' | unwrap ', target, post];
  }

  rangeAggregation() {
    const { r } = this;
    const name = r.weighted([
      [4, () => 'count_over_time'],
      [3, () => 'rate'],
      [1, () => 'bytes_rate'],
      [1, () => 'bytes_over_time'],
      [0.7, () => 'absent_over_time'],
      [1, () => 'rate_counter'],
      ...['avg', 'sum', 'min', 'max', 'stdvar', 'stddev', 'quantile', 'first', 'last'].map((n) => [
        1.2,
        () => `${n}_over_time`,
      ]),
    ]);
    const counts = ['count_over_time', 'bytes_rate', 'bytes_over_time'].includes(name);
    const unwrapped = counts
      ? r.chance(0.02)
      : name === 'rate' || name === 'absent_over_time'
        ? r.chance(0.25)
        : r.chance(0.98);
    const stages = [this.pipeline(unwrapped ? 3 : 4), unwrapped || r.chance(0.3) ? this.errorFree() : ''];
    const unwrap = unwrapped ? this.unwrap() : '';
    const range = `[${r.pick(RANGES)}]`;
    const offset = r.chance(0.15)
      ? optional(` offset ${r.pick(['5m', '-5m', '1m30s', '30s', '-1h', '0s', '10m'])}`)
      : '';
    const body = r.weighted([
      [10, () => [this.selector(), stages, unwrap, ' ', range, offset]],
      [1, () => [this.selector(), ' ', range, offset, stages, unwrap]],
      [0.7, () => ['(', this.selector(), stages, unwrap, ')', range, offset]],
      [0.3, () => ['((', this.selector(), stages, unwrap, ')', range, offset, ')']],
    ]);
    const parameter =
      name === 'quantile_over_time'
        ? `${r.pick(['0.5', '0.99', '0', '1', '0.25', '-0.1', '1.5', '.9'])}, `
        : r.chance(0.01)
          ? '2, '
          : '';
    const canGroup = /^(avg|min|max|stddev|stdvar|quantile|first|last)_/.test(name);
    const grouped = canGroup ? r.chance(0.45) : r.chance(0.02);
    return [name, '(', parameter, body, ')', grouped ? optional([' ', this.grouping()]) : ''];
  }

  errorFree() {
    return this.r.chance(this.tier === 'dirty' ? 0.85 : 0.5) ? optional(' | __error__=""') : '';
  }

  vectorAggregation(depth) {
    const { r } = this;
    const op = r.weighted([
      [6, () => 'sum'],
      ...['avg', 'min', 'max', 'count', 'stddev', 'stdvar'].map((n) => [1.5, () => n]),
      [1, () => 'topk'],
      [1, () => 'bottomk'],
      [0.7, () => 'sort'],
      [0.7, () => 'sort_desc'],
    ]);
    const inner = this.metric(depth - 1);
    const k =
      op === 'topk' || op === 'bottomk'
        ? `${r.pick(['1', '2', '3', '5', '100', '0', '2.7', '-1'].slice(0, r.chance(0.95) ? 5 : 8))}, `
        : r.chance(0.01)
          ? '2, '
          : '';
    const sorts = op.startsWith('sort');
    const grouping = sorts ? r.chance(0.03) : r.chance(0.75);
    const group = grouping ? this.grouping() : '';
    if (grouping && r.chance(0.3)) return around([op, '(', k], inner, [') ', group]);
    return around([op, grouping ? ` ${group} ` : '', '(', k], inner, ')');
  }

  /** A metric expression; `depth` bounds how deep it nests. */
  metric(depth) {
    const { r } = this;
    if (depth <= 0) return r.chance(0.05) ? `vector(${r.pick(['1', '0', '2.5', '1e3'])})` : this.rangeAggregation();
    return r.weighted([
      [3, () => this.rangeAggregation()],
      [6, () => this.vectorAggregation(depth)],
      [3, () => this.binary(depth)],
      [0.7, () => this.labelReplace(depth)],
      [0.3, () => around('(', this.metric(depth - 1), ')')],
    ]);
  }

  labelReplace(depth) {
    const { r } = this;
    const inner = this.metric(depth - 1);
    const regex = r.pick(['(.*)', '(.)(.*)', '([a-z]+).*', 'err.*', '', '(?P<x>.*)o', '(', '.*', '5(..)']);
    const replacement = r.pick(['$1', 'x-$1', '${1}y', '$x', '$2$1', '', 'fixed', '$9', '$$1', '$1x']);
    return around(
      'label_replace(',
      inner,
      `, "${r.pick(['new', 'level', 'host', 'x', '__name__', '1bad', ''].slice(0, r.chance(0.93) ? 5 : 7))}", "${replacement}", "${this.name()}", "${regex}")`,
    );
  }

  literal() {
    return this.r.pick(['0', '1', '2', '-1', '0.5', '100', '1e3', '+3', '3.7', '-0.25']);
  }

  binary(depth) {
    const { r } = this;
    const arithmetic = ['+', '-', '*', '/', '%', '^'];
    const comparing = ['==', '!=', '>', '>=', '<', '<='];
    const setting = ['and', 'or', 'unless'];
    const op = r.weighted([
      [4, () => r.pick(arithmetic)],
      [3, () => r.pick(comparing)],
      [2, () => r.pick(setting)],
    ]);
    const bool = comparing.includes(op) && r.chance(0.35) ? ' bool' : r.chance(0.01) ? ' bool' : '';
    const shape = r.weighted([
      [3, () => 'left'],
      [3, () => 'right'],
      [5, () => 'both'],
      [0.6, () => 'none'],
    ]);
    if (setting.includes(op) ? shape === 'both' || r.chance(0.97) : shape === 'both')
      return this.matched(op, bool, depth);
    const [a, b] = [
      shape === 'left' || shape === 'none' ? this.literal() : this.metric(depth - 1),
      shape === 'right' || shape === 'none' ? this.literal() : this.metric(depth - 1),
    ];
    return either(either([a, ' ', op, bool, ' ', b], a), b);
  }

  matched(op, bool, depth) {
    const { r } = this;
    const names = r.some(
      ['host', 'level', 'status', 'fmt', 'tier', 'detected_level', r.pick(this.fields)],
      r.pick([0, 1, 1, 2]),
    );
    const side = () => {
      const inner = this.metric(Math.max(0, depth - 2));
      if (r.chance(0.25)) return this.metric(depth - 1);
      const group = r.chance(0.8)
        ? `by (${r.some([...names, r.pick(['host', 'tier', 'detected_level'])], r.between(0, 3)).join(', ')})`
        : this.grouping();
      return around([r.pick(['sum', 'count', 'max', 'avg']), ' ', group, ' ('], inner, ')');
    };
    const matching = r.chance(0.5)
      ? optional([
          ` ${r.pick(['on', 'on', 'ignoring'])} (${names.join(', ')})`,
          r.chance(0.35)
            ? optional(
                ` ${r.pick(['group_left', 'group_right'])}${r.pick(['', ' ()', ` (${r.pick([...this.fields, 'host'])})`])}`,
              )
            : '',
        ])
      : '';
    const [a, b] = [side(), side()];
    return either(either([a, ' ', op, bool, matching, ' ', b], a), b);
  }

  // ---- queries with their parameters ----

  instantParams() {
    return {
      time: String(
        START_NS +
          BigInt(this.r.between(5, 64)) * 60_000_000_000n +
          (this.r.chance(0.3) ? BigInt(this.r.int(1_000_000_000)) : 0n),
      ),
    };
  }

  rangeParams() {
    const { r } = this;
    const from = r.between(-5, 50);
    const minutes = r.pick([1, 5, 10, 30, 60, 70]);
    const odd = () => (r.chance(0.2) ? BigInt(r.int(60_000)) * 1_000_000n + BigInt(r.pick([0, r.int(1_000_000)])) : 0n);
    const start = START_NS + BigInt(from) * 60_000_000_000n + odd();
    return { start: String(start), end: String(start + BigInt(minutes) * 60_000_000_000n + odd()) };
  }

  logQuery() {
    this.begin();
    const { r } = this;
    const selector = this.selector();
    const tree = r.chance(0.03) ? around('(', [selector, this.pipeline()], ')') : [selector, this.pipeline()];
    const params = {
      ...this.rangeParams(),
      limit: r.pick(['5', '20', '100', '1000']),
      direction: r.pick(['forward', 'backward']),
    };
    if (r.chance(0.5)) [params.start, params.end] = [String(START_NS), String(START_NS + 3_600_000_000_000n)];
    if (r.chance(0.04)) params.interval = r.pick(['30s', '60', '5m', '1.5']);
    return { kind: 'log', tree, path: 'query_range', params, categorize: r.chance(0.2) };
  }

  templateQuery() {
    this.begin();
    const { r } = this;
    const parser = this.parser();
    const tree = [
      this.selector(),
      parser === '' ? '' : optional([' ', parser]),
      ' ',
      r.chance(0.8) ? this.lineFormat() : this.labelFormat(),
    ];
    const params = {
      start: String(START_NS),
      end: String(START_NS + 3_600_000_000_000n),
      limit: '40',
      direction: r.pick(['forward', 'backward']),
    };
    return { kind: 'template', tree, path: 'query_range', params };
  }

  metricQuery() {
    this.begin();
    const { r } = this;
    const tree = this.metric(r.pick([0, 1, 1, 2, 2, 3]));
    if (r.chance(0.4)) return { kind: 'metric', tree, path: 'query', params: this.instantParams() };
    const params = this.rangeParams();
    const seconds = Number((BigInt(params.end) - BigInt(params.start)) / 1_000_000_000n);
    params.step = r.pick([
      String(Math.max(1, Math.floor(seconds / r.between(1, 30)))),
      '60',
      '5m',
      '90s',
      '13m',
      '47.5',
    ]);
    return { kind: 'metric', tree, path: 'query_range', params };
  }

  formatQuery() {
    this.begin();
    const tree = this.r.chance(0.5) ? [this.selector(), this.pipeline()] : this.metric(this.r.between(0, 3));
    return { kind: 'format', tree, path: 'format_query', params: {} };
  }

  /** Valid queries with a few tokens or characters changed. */
  malformedQuery() {
    const { r } = this;
    const query = r.chance(0.5) ? this.logQuery() : this.metricQuery();
    return { ...query, kind: 'malformed', edit: (printed) => edit(r, printed) };
  }

  next() {
    const query = this.r.weighted([
      [35, () => this.logQuery()],
      [15, () => this.templateQuery()],
      [40, () => this.metricQuery()],
      [15, () => this.malformedQuery()],
      [5, () => this.formatQuery()],
    ]);
    return query;
  }
}

const TOKENS = [
  '|',
  '|=',
  '!=',
  '=',
  '=~',
  '!~',
  '|~',
  '|>',
  '!>',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '==',
  '>',
  '>=',
  '<',
  '<=',
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'bool',
  'offset',
  'sum',
  'rate',
  'topk',
  'count_over_time',
  'quantile_over_time',
  'json',
  'logfmt',
  'regexp',
  'pattern',
  'unpack',
  'unwrap',
  'line_format',
  'label_format',
  'decolorize',
  'drop',
  'keep',
  'ip',
  'duration',
  'bytes',
  'vector',
  'label_replace',
  '"x"',
  '`y`',
  '"',
  '`',
  '5',
  '1.5',
  '-3',
  '5m',
  '[5m]',
  '1KB',
  'host',
  'x',
  '--strict',
  '--keep-empty',
  '--',
  '#',
  '# comment\n',
  '\n',
  '.',
  '"\\q"',
  "'x'",
  'é',
  '\\',
  '1e',
  '0x',
  '5x',
  '[5]',
  '[5m',
  'variants',
  'of',
  'sort',
  'approx_topk',
  '$',
  '@',
  '&',
  '~',
  '!',
  ';',
  '__error__',
  'NaN',
  'Inf',
  '08',
  '1_000',
  '1h30',
  '"\u0000"',
];

function edit(r, printed) {
  const tokens =
    printed.match(/"(?:[^"\\]|\\.)*"|`[^`]*`|\[[^\]]*\]|[\p{L}\w]+|--\w+|[|!=<>]=|[|!=][~>]|\s+|./gsu) ?? [];
  for (let i = r.pick([1, 1, 1, 2, 3]); i > 0; i--) {
    const at = r.int(tokens.length + 1);
    r.weighted([
      [3, () => tokens.splice(at, 1)],
      [3, () => tokens.splice(at, 0, r.pick([' ', '']), r.pick(TOKENS), r.pick([' ', '']))],
      [3, () => tokens.splice(at, 1, r.pick(TOKENS))],
      [1, () => tokens.splice(at, 0, tokens[at] ?? '')],
      [1, () => tokens.splice(at)],
      [
        1,
        () => {
          const other = r.int(tokens.length + 1);
          [tokens[at], tokens[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
        },
      ],
      [
        0.7,
        () => {
          const token = tokens[at] ?? '';
          const cut = r.int(token.length + 1);
          tokens[at] = token.slice(0, cut) + token.slice(cut + 1);
        },
      ],
    ]);
  }
  return tokens.join('');
}
