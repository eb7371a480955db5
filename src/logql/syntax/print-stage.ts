/** Stages to text. */
import { assertNever } from '../../errors.js';
import { goDuration } from '../../model/duration.js';
import type { Matcher } from '../../model/matcher.js';
import { formatFloat } from '../../template/go-number.js';
import { quote } from '../../template/go-quote.js';
import { simplifyRegex } from '../pipeline/regex-simplifier.js';
import type {
  LabelExtraction,
  LabelFilter,
  LabelFormat,
  LineFilterOperand,
  LineFilterStage,
  NamedOrMatcher,
  Stage,
} from './ast.js';

/**
 * `loki`: the very text of Loki's messages and formatter, which rounds sizes and loses some of what was written.
 * `exact`: parses to the same tree.
 */
export type Fidelity = 'loki' | 'exact';

export function printStage(stage: Stage, fidelity: Fidelity = 'loki'): string {
  switch (stage.kind) {
    case 'line-filter':
      return printLineFilter(stage);
    case 'json':
      return `| json${printExtractions(stage.expressions, fidelity)}`;
    case 'logfmt': {
      const flags = `${stage.strict ? ' --strict' : ''}${stage.keepEmpty ? ' --keep-empty' : ''}`;
      return `| logfmt${flags}${printExtractions(stage.expressions, fidelity)}`;
    }
    case 'regexp':
    case 'pattern':
      return `| ${stage.kind} ${quote(stage.pattern)}`;
    case 'unpack':
    case 'decolorize':
      return `| ${stage.kind}`;
    case 'label-filter':
      return `| ${printLabelFilter(stage.filter, fidelity)}`;
    case 'line-format':
      return `| line_format ${quote(stage.template)}`;
    case 'label-format':
      return `| label_format ${stage.formats.map((format) => printFormat(format, fidelity)).join(',')}`;
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map((label) => printNamedOrMatcher(label, fidelity)).join(',')}`;
    default:
      return assertNever(stage);
  }
}

const printLineFilter = ({ op, operands }: LineFilterStage): string =>
  `${op} ${operands.map(printOperand).join(' or ')}`;

const printOperand = ({ ip, text }: LineFilterOperand): string => (ip ? `ip(${quote(text)})` : quote(text));

/**
 * A name before an operator. Loki's lexer takes for a name whatever it does not know: such a one must not grow together
 * with the operator.
 */
function printName(name: string, fidelity: Fidelity): string {
  return fidelity === 'loki' || isPlainName(name) ? name : `${name} `;
}

export const isPlainName = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);

function printExtractions(expressions: readonly LabelExtraction[], fidelity: Fidelity): string {
  const printed = expressions.map((e) => `${printName(e.name, fidelity)}=${quote(e.expression)}`);
  return printed.length === 0 ? '' : ` ${printed.join(',')}`;
}

const printFormat = (format: LabelFormat, fidelity: Fidelity): string =>
  `${printName(format.name, fidelity)}=${format.kind === 'rename' ? format.from : quote(format.template)}`;

const printNamedOrMatcher = (label: NamedOrMatcher, fidelity: Fidelity): string =>
  'op' in label ? printMatcher(label, fidelity) : label.name;

export function printMatcher({ name, op, value }: Matcher, fidelity: Fidelity = 'loki'): string {
  const printed = fidelity === 'loki' && !isPlainName(name) ? quote(name) : printName(name, fidelity);
  return `${printed}${op}${quote(value)}`;
}

export function printLabelFilter(filter: LabelFilter, fidelity: Fidelity = 'loki'): string {
  switch (filter.kind) {
    case 'string':
      return printStringFilter(filter.matcher, fidelity);
    case 'number':
      return `${printName(filter.name, fidelity)}${filter.op}${printNumber(filter.value, fidelity)}`;
    case 'duration':
      return `${printName(filter.name, fidelity)}${filter.op}${goDuration(filter.valueNs)}`;
    case 'bytes': {
      const bytes = fidelity === 'exact' ? exactBytes(filter.value) : roundedBytes(filter.value);
      return `${printName(filter.name, fidelity)}${filter.op}${bytes}`;
    }
    case 'ip':
      return `${printName(filter.name, fidelity)}${filter.op}ip(${quote(filter.pattern)})`;
    case 'and':
    case 'or': {
      const join = filter.kind === 'or' ? ' or ' : ' , ';
      return `( ${printLabelFilter(filter.left, fidelity)}${join}${printLabelFilter(filter.right, fidelity)} )`;
    }
    default:
      return assertNever(filter);
  }
}

/** Loki shows which expressions it runs as such, by back quotes, and which it replaces by comparisons. */
function printStringFilter(matcher: Matcher, fidelity: Fidelity): string {
  const { name, op, value } = matcher;
  const plain = fidelity === 'exact' || op !== '=~' || value.includes('`') || simplifyRegex(value, true) !== null;
  return plain ? printMatcher(matcher, fidelity) : `${name}${op}\`${value}\``;
}

/** A number of a label filter. Infinities are what the parser makes of numbers that are too large. */
function printNumber(value: number, fidelity: Fidelity): string {
  if (fidelity === 'exact') {
    if (Math.abs(value) === Infinity) return value > 0 ? '1e999' : '-1e999';
    if (Object.is(value, -0)) return '-0.0';
  }
  return formatFloat(value, 'f', -1);
}

/** Of `0B` the scanner thinks that it begins a binary number. */
const exactBytes = (bytes: number): string => (bytes === 0 ? '0.0B' : `${BigInt(bytes)}B`);

/** As humanize.Bytes: `1.2MB`. */
function roundedBytes(bytes: number): string {
  if (bytes < 10) return `${bytes}B`;
  const power = Math.floor(Math.log(bytes) / Math.log(1000));
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  const unit = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'][power] as string;
  return value < 10 ? `${value.toFixed(1)}${unit}` : `${formatFloat(value, 'f', 0)}${unit}`;
}
