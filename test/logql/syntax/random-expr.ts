/** Random syntax trees, of all kinds of nodes, such as the parser could have made. */

import { rangeFunctions, vectorOperators } from '../../../src/logql/functions.js';
import type {
  BinaryExpr,
  Expr,
  Grouping,
  LabelFilter,
  LogExpr,
  RangeOp,
  SampleExpr,
  Stage,
  Unwrap,
  VectorMatching,
} from '../../../src/logql/syntax/ast.js';
import type { Matcher } from '../../../src/model/matcher.js';
import type { Prng } from '../../helpers/prng.js';

const names = ['a', 'level', 'rate', '_x9', 'été', '!', 'sum', 'ip'] as const;
const texts = [
  '',
  'x',
  'a b',
  '"',
  '\\',
  '`',
  'a\nb\t\u0001',
  'é😀',
  '\udcff',
  "it's",
  '# no comment',
  '10.0.0.1',
] as const;
const regexes = ['x', 'a.*b', 'a|b', '[0-9]+`?', '(?i)x', '\\d+\\.\\n', 'é?'] as const;
const numbers = [0, 1, -1, 0.5, 1e6, 1e21, 1e-7, -2.5, 123456789, Infinity] as const;

export function randomExpr(random: Prng): Expr {
  return random.int(2) === 0 ? logExpr(random) : sampleExpr(random, random.int(4));
}

const listOf = <T>(random: Prng, min: number, max: number, make: () => T): T[] =>
  Array.from({ length: min + random.int(max - min + 1) }, make);

function matcher(random: Prng): Matcher {
  const op = random.pick(['=', '!=', '=~', '!~'] as const);
  return { name: random.pick(names), op, value: op.endsWith('~') ? random.pick(regexes) : random.pick(texts) };
}

function logExpr(random: Prng): LogExpr {
  const matchers: Matcher[] = [{ name: 'app', op: '=', value: 'x' }, ...listOf(random, 0, 2, () => matcher(random))];
  return { kind: 'log', matchers, stages: stages(random) };
}

/** `| drop a` and `!= "x"` are no two stages: they read as `| drop a!="x"`. */
function stages(random: Prng): Stage[] {
  const chosen: Stage[] = [];
  for (const next of listOf(random, 0, 4, () => stage(random))) {
    const before = chosen.at(-1)?.kind;
    const isMatcher = next.kind === 'line-filter' && (next.op === '!=' || next.op === '!~');
    if (!isMatcher || (before !== 'drop' && before !== 'keep')) chosen.push(next);
  }
  return chosen;
}

function stage(random: Prng): Stage {
  const name = () => random.pick(names);
  const text = () => random.pick(texts);
  switch (random.int(13)) {
    case 0:
    case 1: {
      const op = random.pick(['|=', '|~', '|>'] as const);
      return { kind: 'line-filter', op, operands: listOf(random, 1, 3, () => ({ text: text(), ip: false })) };
    }
    case 2: {
      const op = random.pick(['!=', '!~', '!>'] as const);
      return { kind: 'line-filter', op, operands: [{ text: text(), ip: random.int(2) === 0 }] };
    }
    case 3:
      return { kind: 'json', expressions: listOf(random, 0, 2, () => ({ name: name(), expression: text() })) };
    case 4:
      return {
        kind: 'logfmt',
        strict: random.int(2) === 0,
        keepEmpty: random.int(2) === 0,
        expressions: listOf(random, 0, 2, () => ({ name: name(), expression: text() })),
      };
    case 5:
      return { kind: 'regexp', pattern: random.pick(['(?P<a>.)', '(?P<b>"`)\\d']) };
    case 6:
      return { kind: 'pattern', pattern: random.pick(['<a> <_>', '<b>\t"`']) };
    case 7:
      return { kind: random.pick(['unpack', 'decolorize'] as const) };
    case 8:
      return { kind: 'line-format', template: text() };
    case 9:
      return {
        kind: 'label-format',
        formats: listOf(random, 1, 3, () =>
          random.int(2) === 0
            ? { kind: 'rename' as const, name: name(), from: name() }
            : { kind: 'template' as const, name: name(), template: text() },
        ),
      };
    case 10: {
      const labels = listOf(random, 1, 3, () => (random.int(2) === 0 ? { name: name() } : matcher(random)));
      return { kind: random.pick(['drop', 'keep'] as const), labels };
    }
    default:
      return { kind: 'label-filter', filter: labelFilter(random, random.int(4)) };
  }
}

function labelFilter(random: Prng, depth: number): LabelFilter {
  const name = random.pick(names);
  const op = random.pick(['==', '!=', '>', '>=', '<', '<='] as const);
  if (depth > 0) {
    const kind = random.pick(['and', 'or'] as const);
    return { kind, left: labelFilter(random, depth - 1), right: labelFilter(random, random.int(depth)) };
  }
  switch (random.int(5)) {
    case 0:
      return { kind: 'number', name, op, value: random.pick(numbers) };
    case 1:
      return { kind: 'duration', name, op, valueNs: random.pick([0, 1, 1500, 3e6, 1.5e9, 90e9, -5e9, 36 * 3600e9]) };
    case 2:
      return { kind: 'bytes', name, op, value: random.pick([0, 9, 1000, 1234567, 2 ** 53]) };
    case 3:
      return { kind: 'ip', name, op: random.pick(['=', '!='] as const), pattern: random.pick(texts) };
    default:
      return { kind: 'string', matcher: { ...matcher(random), name } };
  }
}

function sampleExpr(random: Prng, depth: number): SampleExpr {
  if (depth === 0) {
    switch (random.int(4)) {
      case 0:
        return { kind: 'literal', value: random.pick([...numbers, -0, Number.NaN, -Infinity]) };
      case 1:
        return { kind: 'vector', value: random.pick(numbers.filter((n) => n >= 0 && n < Infinity)) };
      default:
        return rangeAggregation(random);
    }
  }
  switch (random.int(3)) {
    case 0:
      return vectorAggregation(random, depth - 1);
    case 1:
      return {
        kind: 'label-replace',
        expr: sampleExpr(random, depth - 1),
        destination: random.pick(texts),
        replacement: random.pick(texts),
        source: random.pick(texts),
        regex: random.pick(regexes),
      };
    default:
      return binary(random, depth - 1);
  }
}

function rangeAggregation(random: Prng): SampleExpr {
  const op: RangeOp = random.pick([...rangeFunctions.keys()]);
  const rules = rangeFunctions.get(op);
  const unwraps = rules?.unwrap === 'required' || (rules?.unwrap === 'allowed' && random.int(2) === 0);
  return {
    kind: 'range-aggregation',
    op,
    param: rules?.param === 'required' ? random.pick([0, 0.5, 0.99, 1]) : null,
    log: logExpr(random),
    unwrap: unwraps ? unwrap(random) : null,
    rangeNs: random.pick([0, 1e6, 1.5e9, 300e9, 86_400e9, 7 * 86_400e9]),
    offsetNs: random.pick([0, 0, 300e9, -1.5e9, 86_400e9]),
    grouping: rules?.grouping === true && random.int(2) === 0 ? grouping(random, 0) : null,
  };
}

function unwrap(random: Prng): Unwrap {
  const conversion = random.pick(['none', 'bytes', 'duration', 'duration_seconds'] as const);
  return {
    label: random.pick(names),
    conversion,
    filters: listOf(random, 0, 2, () => labelFilter(random, random.int(3))),
  };
}

function grouping(random: Prng, min: number): Grouping {
  return { without: random.int(2) === 0, labels: listOf(random, min, 2, () => random.pick(names)) };
}

function vectorAggregation(random: Prng, depth: number): SampleExpr {
  const [op, rules] = random.pick([...vectorOperators.entries()]);
  return {
    kind: 'vector-aggregation',
    op,
    param: rules.param === 'required' ? 1 + random.int(20) : null,
    grouping: rules.grouping && random.int(2) === 0 ? grouping(random, 1) : null,
    expr: sampleExpr(random, depth),
  };
}

function binary(random: Prng, depth: number): BinaryExpr {
  const left = sampleExpr(random, depth);
  // Two literals would have been folded; a literal is no operand of a set operator.
  const right = left.kind === 'literal' ? vectorAggregation(random, 0) : sampleExpr(random, random.int(depth + 1));
  const isSet = left.kind !== 'literal' && right.kind !== 'literal' && random.int(3) === 0;
  const op = isSet
    ? random.pick(['and', 'or', 'unless'] as const)
    : random.pick(['+', '-', '*', '/', '%', '^', '==', '!=', '>', '>=', '<', '<='] as const);
  return { kind: 'binary', op, bool: random.int(4) === 0, matching: matching(random), left, right };
}

function matching(random: Prng): VectorMatching | null {
  if (random.int(2) === 0) return null;
  const on = random.int(2) === 0;
  const labels = listOf(random, on ? 0 : 1, 2, () => random.pick(names));
  const group = random.pick([null, 'left', 'right'] as const);
  return { on, labels, group, include: group === null ? [] : listOf(random, 0, 2, () => random.pick(names)) };
}
