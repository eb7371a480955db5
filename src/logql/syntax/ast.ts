/**
 * The syntax tree of LogQL: closed unions by `kind`, plain data, no behaviour. At most `depthMax` (token-cursor.ts)
 * levels deep, so that it may be walked by recursion. Strings as in template/go-string.ts: a byte of "\xff" that is part
 * of no UTF-8 sequence is a lone surrogate.
 */
import type { Matcher } from '../../model/matcher.js';

export type Expr = LogExpr | SampleExpr;

/** A log query: a selector and its stages. */
export interface LogExpr {
  readonly kind: 'log';
  readonly matchers: readonly Matcher[];
  readonly stages: readonly Stage[];
}

// ---- stages ---------------------------------------------------------------

export type Stage =
  | LineFilterStage
  | JsonStage
  | LogfmtStage
  | RegexpStage
  | PatternStage
  | UnpackStage
  | LabelFilterStage
  | LineFormatStage
  | LabelFormatStage
  | DecolorizeStage
  | DropStage
  | KeepStage;

export type LineFilterOp = '|=' | '!=' | '|~' | '!~' | '|>' | '!>';
export interface LineFilterOperand {
  readonly text: string;
  /** `|= ip("10.0.0.0/8")` */
  readonly ip: boolean;
}
/**
 * `|= "a" or "b"`: operands has both. `!= "a" or "b"` comes from the parser as two stages, since it means
 * `!= "a" != "b"`; if a stage has several operands nevertheless, a line passes when none of them matches.
 */
export interface LineFilterStage {
  readonly kind: 'line-filter';
  readonly op: LineFilterOp;
  readonly operands: readonly LineFilterOperand[];
}
/** `name="expression"`; a bare `name` stands for `name="name"`. */
export interface LabelExtraction {
  readonly name: string;
  readonly expression: string;
}
export interface JsonStage {
  readonly kind: 'json';
  readonly expressions: readonly LabelExtraction[];
}
export interface LogfmtStage {
  readonly kind: 'logfmt';
  readonly strict: boolean;
  readonly keepEmpty: boolean;
  readonly expressions: readonly LabelExtraction[];
}
export interface RegexpStage {
  readonly kind: 'regexp';
  readonly pattern: string;
}
export interface PatternStage {
  readonly kind: 'pattern';
  readonly pattern: string;
}
export interface UnpackStage {
  readonly kind: 'unpack';
}
export interface LabelFilterStage {
  readonly kind: 'label-filter';
  readonly filter: LabelFilter;
}
export interface LineFormatStage {
  readonly kind: 'line-format';
  readonly template: string;
}
export interface LabelFormatStage {
  readonly kind: 'label-format';
  readonly formats: readonly LabelFormat[];
}
export type LabelFormat =
  | { readonly kind: 'rename'; readonly name: string; readonly from: string }
  | { readonly kind: 'template'; readonly name: string; readonly template: string };
export interface DecolorizeStage {
  readonly kind: 'decolorize';
}
/** A bare name, or a matcher: drop (keep) the label only where it matches. */
export type NamedOrMatcher = { readonly name: string } | Matcher;
export interface DropStage {
  readonly kind: 'drop';
  readonly labels: readonly NamedOrMatcher[];
}
export interface KeepStage {
  readonly kind: 'keep';
  readonly labels: readonly NamedOrMatcher[];
}

export type CompareOp = '==' | '!=' | '>' | '>=' | '<' | '<=';
export type LabelFilter =
  | { readonly kind: 'string'; readonly matcher: Matcher }
  | { readonly kind: 'number'; readonly name: string; readonly op: CompareOp; readonly value: number }
  | { readonly kind: 'duration'; readonly name: string; readonly op: CompareOp; readonly valueNs: number }
  | { readonly kind: 'bytes'; readonly name: string; readonly op: CompareOp; readonly value: number }
  | { readonly kind: 'ip'; readonly name: string; readonly op: '=' | '!='; readonly pattern: string }
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter };

// ---- metric queries -------------------------------------------------------

export type SampleExpr =
  | RangeAggregationExpr
  | VectorAggregationExpr
  | BinaryExpr
  | LiteralExpr
  | VectorExpr
  | LabelReplaceExpr;

export interface Grouping {
  readonly without: boolean;
  readonly labels: readonly string[];
}

export type RangeOp =
  | 'rate'
  | 'rate_counter'
  | 'count_over_time'
  | 'bytes_rate'
  | 'bytes_over_time'
  | 'absent_over_time'
  | 'sum_over_time'
  | 'avg_over_time'
  | 'min_over_time'
  | 'max_over_time'
  | 'stddev_over_time'
  | 'stdvar_over_time'
  | 'quantile_over_time'
  | 'first_over_time'
  | 'last_over_time';

export interface Unwrap {
  readonly label: string;
  readonly conversion: 'none' | 'bytes' | 'duration' | 'duration_seconds';
  /** Label filters that follow the unwrap. */
  readonly filters: readonly LabelFilter[];
}

export interface RangeAggregationExpr {
  readonly kind: 'range-aggregation';
  readonly op: RangeOp;
  /** The φ of quantile_over_time. */
  readonly param: number | null;
  readonly log: LogExpr;
  readonly unwrap: Unwrap | null;
  readonly rangeNs: number;
  /** 0 without `offset`; negative looks ahead. */
  readonly offsetNs: number;
  readonly grouping: Grouping | null;
}

export type VectorOp =
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'count'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'approx_topk'
  | 'sort'
  | 'sort_desc';

export interface VectorAggregationExpr {
  readonly kind: 'vector-aggregation';
  readonly op: VectorOp;
  /** The k of topk, bottomk, approx_topk. */
  readonly param: number | null;
  readonly grouping: Grouping | null;
  readonly expr: SampleExpr;
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^';
export type BinaryOp = ArithmeticOp | CompareOp | 'and' | 'or' | 'unless';

export interface VectorMatching {
  /** `on (…)`, else `ignoring (…)`. */
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly group: 'left' | 'right' | null;
  /** The labels of group_left(…). */
  readonly include: readonly string[];
}
export interface BinaryExpr {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly bool: boolean;
  /** null when neither on nor ignoring is written. */
  readonly matching: VectorMatching | null;
  readonly left: SampleExpr;
  readonly right: SampleExpr;
}
export interface LiteralExpr {
  readonly kind: 'literal';
  readonly value: number;
}
/** `vector(1)` */
export interface VectorExpr {
  readonly kind: 'vector';
  readonly value: number;
}
export interface LabelReplaceExpr {
  readonly kind: 'label-replace';
  readonly expr: SampleExpr;
  readonly destination: string;
  readonly replacement: string;
  readonly source: string;
  readonly regex: string;
}
