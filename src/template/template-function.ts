/** What a function of templates is: its types, and what it sees when it is called. */
import type { Regex } from '../model/regex.js';
import type { Operand } from './nodes.js';
import type { Location } from './time-zone.js';
import type { ParamType, Value } from './values.js';

/** What functions see of the entry that is being rendered, and what they may keep between calls. */
export interface CallContext {
  line(): string;
  timestampNs(): bigint;
  nowNs(): bigint;
  /** Compiled once for a template. Throws CallError for a bad expression. */
  regex(source: string): Regex;
  /** null for a name that is no time zone's. */
  location(name: string): Location | null;
}

export interface TemplateFunction {
  readonly params: readonly ParamType[];
  /** The type of further arguments, any number of them. */
  readonly variadic?: ParamType;
  /** and, or: evaluation stops at the first argument of this truth. */
  readonly shortCircuit?: boolean;
  /** Go's complaint about what cannot be called. */
  readonly refusal?: string;
  /** Arguments have the types of `params`. `first` is how the first argument is written. Throws CallError. */
  readonly call: (args: readonly Value[], context: CallContext, first?: Operand) => Value;
}

export type FunctionTable = ReadonlyMap<string, TemplateFunction>;
