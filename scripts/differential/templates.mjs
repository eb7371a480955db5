// Random Go templates as line_format and label_format take them: mostly well typed, sometimes wrong on purpose.
import { either, optional } from './tree.mjs';

const LAYOUTS = [
  '2006-01-02T15:04:05Z07:00',
  '2006-01-02 15:04:05.000',
  'Mon Jan _2 15:04:05 2006',
  '15:04',
  '02/Jan/2006:15:04:05 -0700',
  '3:04PM',
  '2006-01-02',
  'Jan 2 06 .999999999 MST',
  'x 002 __2 05,000',
];
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Local', 'No/Where', ''];
const TEXTS = [
  'x',
  '',
  ' ',
  'a b',
  'GET',
  'é',
  '日本',
  '-',
  'warn',
  '%s',
  '<b>',
  '12',
  '1.5',
  '100%',
  '%2F+x',
  'eA==',
  '{\\"a\\":1}',
  '\\n',
];
const REGEXES = [
  'a',
  '[aeiou]',
  '(\\\\w)(\\\\d)',
  '^.',
  '$',
  '',
  '(?i)E',
  '\\\\d+',
  '(?P<x>o)',
  '[',
  '(a',
  '\\\\bfoo',
  'x*',
  '.',
];
const VERBS = [
  '%s',
  '%d',
  '%v',
  '%q',
  '%5s',
  '%-5s|',
  '%05d',
  '%.2f',
  '%x',
  '%X',
  '%t',
  '%T',
  '%c',
  '%U',
  '%e',
  '%g',
  '%08.3f',
  '%+d',
  '% x',
  '%#v',
  '%#x',
  '%%',
  '%',
  '%z',
  '%[2]s',
  '%*d',
  '%6.2f',
  '%o',
  '%b',
  '%p',
  '%.3s',
  '%+v',
  '%!',
  '%[1]d',
  '%#q',
  '%+q',
  '%G',
  '%O',
];

const q = (text) => `"${text}"`;

/** `fields`: the names that a template may read. */
export function makeTemplate(r, fields) {
  const field = () =>
    r.chance(0.93) ? `.${r.pick(fields)}` : r.pick(['.missing', '.no_such', '.', '$.app', '.__error__', '._entry']);

  const text = (depth) => {
    if (depth <= 0)
      return r.weighted([
        [6, field],
        [2, () => q(r.pick(TEXTS))],
        [1, () => '__line__'],
      ]);
    const s = () => wrapped(text(depth - 1));
    const call = (...parts) => parts.flatMap((part, i) => (i === 0 ? [part] : [' ', part]));
    const smaller = field();
    return either(
      r.weighted([
        [5, () => field()],
        [3, () => call(r.pick(['lower', 'upper', 'title', 'trim', 'ToLower', 'ToUpper', 'TrimSpace']), s())],
        [2, () => call(r.pick(['trimAll', 'trimSuffix', 'trimPrefix']), q(r.pick(TEXTS)), s())],
        [2, () => call(r.pick(['Trim', 'TrimLeft', 'TrimRight', 'TrimPrefix', 'TrimSuffix']), s(), q(r.pick(TEXTS)))],
        [2, () => call('trunc', r.pick(['0', '1', '3', '-2', '100', '-100']), s())],
        [2, () => call('substr', r.pick(['0', '1', '-1', '3']), r.pick(['2', '5', '-1', '0', '100']), s())],
        [1, () => call('replace', q(r.pick(TEXTS)), q(r.pick(TEXTS)), s())],
        [1, () => call('Replace', s(), q(r.pick(TEXTS)), q(r.pick(TEXTS)), r.pick(['-1', '0', '1', '2']))],
        [1, () => call('repeat', r.pick(['0', '1', '3']), s())],
        [1, () => call(r.pick(['indent', 'nindent']), r.pick(['0', '2']), s())],
        [2, () => call(r.pick(['alignLeft', 'alignRight']), r.pick(['0', '1', '3', '12']), s())],
        [2, () => call('default', q(r.pick(TEXTS)), r.chance(0.5) ? '.missing' : s())],
        [2, () => call(r.pick(['b64enc', 'b64dec', 'urlencode', 'urldecode']), s())],
        [
          2,
          () =>
            call(
              r.pick(['regexReplaceAll', 'regexReplaceAllLiteral']),
              q(r.pick(REGEXES)),
              s(),
              q(r.pick(['', 'X', '$1', '${x}!', '$0', '${1}${2}', '$1x', '$$'])),
            ),
        ],
        [
          3,
          () =>
            call(
              'printf',
              q(r.times(1, 2, () => r.pick(VERBS)).join(r.pick(['', ' ', '-']))),
              ...r.times(0, 3, () => wrapped(any(depth - 1))),
            ),
        ],
        [1, () => call(r.pick(['print', 'println']), ...r.times(0, 3, () => wrapped(any(depth - 1))))],
        [1, () => call(r.pick(['html', 'js', 'urlquery']), s())],
        [2, () => call('date', q(r.pick(LAYOUTS)), wrapped(time(depth - 1)))],
        [1, () => call(r.pick(['unixEpoch', 'unixEpochMillis', 'unixEpochNanos']), wrapped(time(depth - 1)))],
        [1, () => call('slice', s(), r.pick(['0', '1', '2', '9', '-1']), optional(` ${r.pick(['1', '3', '50'])}`))],
        [1, () => call('or', s(), s())],
        [1, () => call('and', s(), s())],
        [
          3,
          () => [
            s(),
            ' | ',
            r.pick([
              'lower',
              'upper',
              'trim',
              'len',
              'trunc 4',
              'printf "%q"',
              'b64enc',
              'replace "a" "b"',
              'default "none"',
              'int',
              'float64',
              'TrimSpace',
              'contains "a"',
              'urlencode',
              'title',
              'html',
              'count "o"',
              'alignRight 5',
              'nindent 1',
              'print',
              'not',
              'add 1',
              'mulf 2',
              'hasPrefix "w"',
            ]),
          ],
        ],
      ]),
      smaller,
    );
  };

  const whole = (depth) => {
    if (depth <= 0) return r.pick(['0', '1', '2', '-3', '7', '42', '0x1f', '1_000', '1e3', "'a'", '.5']);
    const n = () => wrapped(r.chance(0.6) ? whole(depth - 1) : text(0));
    const f = () => wrapped(r.chance(0.6) ? real(depth - 1) : text(0));
    return r.weighted([
      [2, () => `(len ${field()})`],
      [3, () => [r.pick(['add', 'sub', 'mul', 'div', 'mod', 'max', 'min']), ' ', n(), ' ', n(), optional([' ', n()])]],
      [2, () => ['int', ' ', f()]],
      [1, () => ['count ', q(r.pick(REGEXES)), ' ', wrapped(text(depth - 1))]],
      [1, () => whole(0)],
    ]);
  };

  const real = (depth) => {
    if (depth <= 0) return r.pick(['0.5', '2', '-1.25', '1e3', '100', '3.999', '0']);
    const f = () => wrapped(r.chance(0.6) ? real(depth - 1) : text(0));
    return r.weighted([
      [2, () => ['float64 ', f()]],
      [3, () => [r.pick(['addf', 'subf', 'mulf', 'divf', 'maxf', 'minf']), ' ', f(), ' ', f(), optional([' ', f()])]],
      [2, () => [r.pick(['ceil', 'floor']), ' ', f()]],
      [1, () => ['round ', f(), ' ', r.pick(['0', '1', '2', '-1']), optional(` ${r.pick(['0.5', '0.2'])}`)]],
      [2, () => [r.pick(['bytes', 'duration', 'duration_seconds']), ' ', wrapped(text(0))]],
      [1, () => real(0)],
    ]);
  };

  const time = (depth) =>
    r.weighted([
      [5, () => '__timestamp__'],
      [
        1,
        () => [
          'unixToTime ',
          r.pick([
            '"1770112800"',
            '"1770112800123"',
            '"1770112800123456789"',
            '"20487"',
            '"1770112800123456"',
            '"12"',
            '"x"',
            field(),
          ]),
        ],
      ],
      [
        1,
        () => [
          'toDate ',
          q(r.pick(LAYOUTS.slice(0, 7))),
          ' ',
          r.pick([
            '"2026-02-03"',
            '"2026-02-03T10:11:12Z"',
            '"2026-02-03 10:11:12.345"',
            '"10:11"',
            '"3:04PM"',
            field(),
          ]),
        ],
      ],
      [
        1,
        () => [
          'toDateInZone ',
          q(r.pick(LAYOUTS.slice(0, 7))),
          ' ',
          q(r.pick(ZONES)),
          ' ',
          r.pick(['"2026-07-03"', '"2026-02-03 10:11:12.345"', '"10:11"', field()]),
        ],
      ],
      [depth > 0 ? 0.3 : 0.1, () => text(0)],
    ]);

  const truth = (depth) =>
    r.weighted([
      [
        3,
        () => [
          r.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']),
          ' ',
          wrapped(any(depth - 1)),
          ' ',
          wrapped(any(depth - 1)),
        ],
      ],
      [2, () => [r.pick(['contains', 'hasPrefix', 'hasSuffix']), ' ', q(r.pick(TEXTS)), ' ', wrapped(text(depth - 1))]],
      [1, () => ['eq ', field(), ' ', q(r.pick(TEXTS)), ' ', q(r.pick(TEXTS))]],
      [1, () => ['not ', wrapped(any(depth - 1))]],
      [2, () => field()],
      [1, () => [r.pick(['and', 'or']), ' ', wrapped(truth(Math.max(0, depth - 1))), ' ', wrapped(any(0))]],
      [1, () => r.pick(['true', 'false', '0', '""'])],
    ]);

  const any = (depth) =>
    r.weighted([
      [5, () => text(depth)],
      [2, () => whole(depth)],
      [1.5, () => real(depth)],
      [0.6, () => time(depth)],
      [0.5, () => truth(Math.max(0, depth))],
      [0.2, () => r.pick(['nil', 'true', '1i', '.', '(fromJson "[1,2]")'])],
    ]);

  const wrapped = (node) => (isAtom(node) ? node : ['(', node, ')']);
  const open = () =>
    r.weighted([
      [12, () => '{{'],
      [1, () => '{{- '],
      [4, () => '{{ '],
    ]);
  const close = () =>
    r.weighted([
      [12, () => '}}'],
      [1, () => ' -}}'],
      [4, () => ' }}'],
    ]);
  const action = (node) => [open(), node, close()];
  const json = () =>
    r.pick([
      '__line__',
      '__line__',
      '"[1,\\"b\\",{\\"k\\":2.5}]"',
      '"{\\"b\\":1,\\"a\\":[true,null]}"',
      '"[]"',
      '"12"',
      field(),
    ]);

  const piece = (depth) =>
    r.weighted([
      [10, () => action(any(depth))],
      [3, () => r.pick(['text', ' ', '-', '/', 'é ', '\n', '"', '<', '%'])],
      [
        1.5,
        () => [
          '{{if ',
          truth(depth),
          '}}',
          parts(depth - 1),
          optional(r.chance(0.3) ? ['{{else if ', truth(depth - 1), '}}', parts(0)] : ''),
          optional(['{{else}}', parts(depth - 1)]),
          '{{end}}',
        ],
      ],
      [
        0.8,
        () => [
          '{{with ',
          any(depth - 1),
          '}}',
          r.pick(['{{.}}', 'w', '{{len .}}', '{{$.host}}']),
          optional(['{{else}}', 'none']),
          '{{end}}',
        ],
      ],
      [
        0.8,
        () => [
          '{{range ',
          r.pick(['', '$x := ', '$i, $e := ']),
          'fromJson ',
          json(),
          '}}',
          r.pick(['{{.}},', 'x', '{{printf "%v" .}};', '{{if .}}{{break}}{{end}}', '{{continue}}z']),
          optional('{{else}}empty'),
          '{{end}}',
        ],
      ],
      [0.6, () => ['{{$v := ', any(depth - 1), '}}{{$v}}', optional(['{{$v = ', any(depth - 1), '}}{{$v}}'])]],
      [
        0.4,
        () =>
          action([
            '(fromJson ',
            json(),
            ')',
            r.pick(['', '.level', '.user.name', '.n', '.tags', '.num', '.nested.list']),
          ]),
      ],
      [
        0.4,
        () =>
          action([
            'index ',
            r.pick(['(fromJson __line__)', '.', '(fromJson "[1,2,3]")', field()]),
            ' ',
            r.pick(['"level"', '"host"', '0', '5', '"tags" 0', '"user" "name"']),
          ]),
      ],
      [0.2, () => '{{/* a comment */}}'],
      [0.2, () => ['{{define "t"}}', parts(0), '{{end}}{{template "t" .}}']],
      [
        0.2,
        () =>
          r.pick([
            '{{template "none"}}',
            '{{block "b" .}}{{.host}}{{end}}',
            '{{.host.x}}',
            '{{call .host}}',
            '{{.Host}}',
            '{{"a" "b"}}',
            '{{nofunc .host}}',
            '{{.host',
            '{{end}}',
            '{{if}}x{{end}}',
            '{{.1st}}',
            '{{$undefined}}',
            '{{ | lower}}',
            '{{lower}}',
            '{{lower .host .tier}}',
            '{{(1)}}',
            '{{1 | 2}}',
            '{{break}}',
            '{{else}}',
            '{{range .}}',
            '{{"unclosed}}',
            "{{'ab'}}",
            '{{.host}',
            '{{.a.b}}',
            '{{range $k, $v := .}}{{$k}}={{$v}} {{end}}',
          ]),
      ],
    ]);
  const parts = (depth) =>
    r.times(1, 3, (i) => (i === 0 ? piece(Math.max(0, depth)) : optional(piece(Math.max(0, depth)))));
  return parts(r.between(0, 2)).map((part) => (typeof part === 'string' ? optional(part) : part));

  function isAtom(node) {
    if (typeof node !== 'string')
      return node.either !== undefined && isAtom(node.either[0]) && typeof node.either[0] === 'string';
    return (
      !/\s/.test(node) || (node.startsWith('(') && node.endsWith(')')) || (node.startsWith('"') && node.endsWith('"'))
    );
  }
}
