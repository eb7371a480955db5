/** Walks a parse tree and writes the output, with Go's rules of typing and Go's errors. */
import { quote } from './go-quote.js';
import { byteLength } from './go-string.js';
import {
  type AnyNode,
  type BranchNode,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type ListNode,
  type Node,
  type NumberNode,
  type Operand,
  type PipeNode,
  printNode,
  type TemplateNode,
  type VariableNode,
} from './nodes.js';
import { sprintValue } from './printf.js';
import { CallError, TemplateExecError } from './template-error.js';
import type { CallContext, FunctionTable, TemplateFunction } from './template-function.js';
import {
  Complex,
  type Concrete,
  Int,
  indirect,
  int,
  isMap,
  isOpaque,
  isSlice,
  isTrue,
  type Method,
  mapElement,
  NamedInt,
  type ParamType,
  sliceElement,
  sortedKeys,
  staticType,
  typeOf,
  type Value,
} from './values.js';

/** Templates that call templates. Go allows 100,000; our stack is smaller. */
const templateDepthMax = 500;
/** Output of one rendering: as much as a line may have, many times over. */
const outputUnitsMax = 4 * 1024 * 1024;
const tooLarge = 'output is too large';
/** The platform's refusal of a string beyond its own bound, which is higher. */
const isTooLong = (e: unknown): boolean => e instanceof RangeError && e.message === 'Invalid string length';
/**
 * Steps of one rendering, of some hundred nanoseconds each: a node entered, a function called, 64 characters given to a
 * function. {{range 1000000000}} must end, and templates that call themselves twice.
 */
const stepsMax = 50_000;
const unitsPerStep = 64;
/** Variables that are passed over on the way to one. */
const variablesPerStep = 4;

export interface Program {
  readonly name: string;
  readonly text: string;
  readonly root: ListNode;
  readonly templates: ReadonlyMap<string, ListNode>;
  readonly functions: FunctionTable;
}

/** No value from a pipeline's stage before. */
const missing = Symbol('missing');
type Final = Value | typeof missing;

type Signal = 'break' | 'continue' | null;

/** Kept for a program and used again: a rendering ends before the next one begins. */
export class Interpreter {
  readonly #program: Program;
  readonly #context: CallContext;
  #name = '';
  /** Where errors are: the node last entered. */
  #at: AnyNode | null = null;
  #vars: { name: string; value: Value }[] = [];
  #depth = 0;
  #steps = 0;
  #out = '';

  constructor(program: Program, context: CallContext) {
    this.#program = program;
    this.#context = context;
  }

  /** Throws TemplateExecError. */
  render(dot: Value): string {
    this.#depth = 0;
    this.#steps = 0;
    this.#out = '';
    this.#template(this.#program.name, this.#program.root, dot);
    return this.#out;
  }

  /** Templates inherit no variables. */
  #template(name: string, root: ListNode, dot: Value): void {
    this.#name = name;
    this.#vars = [{ name: '$', value: dot }];
    this.#walk(dot, root);
  }

  #fail(message: string): never {
    const { name, text } = this.#program;
    const { pos } = this.#at as AnyNode;
    const lineStart = text.lastIndexOf('\n', pos - 1) + 1;
    const line = text.slice(0, pos).split('\n').length;
    const column = byteLength(text.slice(lineStart, pos));
    const where = `${name}:${line}:${column}`;
    throw new TemplateExecError(
      `template: ${where}: executing ${quote(this.#name)} at <${printNode(this.#at as AnyNode)}>: ${message}`,
    );
  }

  #write(text: string): void {
    this.#out += text;
    if (this.#out.length > outputUnitsMax) this.#fail(tooLarge);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > stepsMax) this.#fail(`takes more than ${stepsMax} steps`);
  }

  // Nodes

  #walk(dot: Value, node: Node): Signal {
    this.#at = node;
    this.#spend(1);
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return null;
      case 'action': {
        const value = this.#pipeline(dot, node.pipe);
        if (node.pipe.decl.length === 0) this.#print(node, value);
        return null;
      }
      case 'list':
        for (const child of node.nodes) {
          const signal = this.#walk(dot, child);
          if (signal !== null) return signal;
        }
        return null;
      case 'if':
      case 'with':
        return this.#branch(dot, node);
      case 'range':
        return this.#range(dot, node);
      case 'template':
        this.#invoke(dot, node);
        return null;
      case 'break':
      case 'continue':
        return node.kind;
      case 'end':
      case 'else':
        return this.#fail(`unknown node: ${printNode(node)}`);
    }
  }

  #print(node: Node, value: Value): void {
    this.#at = node;
    this.#write(indirect(value) === undefined ? '<no value>' : sprintValue(value));
  }

  #branch(dot: Value, node: BranchNode): Signal {
    const mark = this.#vars.length;
    const value = this.#pipeline(dot, node.pipe);
    let signal: Signal = null;
    if (isTrue(value)) signal = this.#walk(node.kind === 'with' ? value : dot, node.list);
    else if (node.elseList !== null) signal = this.#walk(dot, node.elseList);
    this.#vars.length = mark;
    return signal;
  }

  #range(dot: Value, node: BranchNode): Signal {
    const mark = this.#vars.length;
    const signal = this.#iterate(dot, node);
    this.#vars.length = mark;
    return signal;
  }

  #iterate(dot: Value, node: BranchNode): Signal {
    const value = indirect(this.#pipeline(dot, node.pipe));
    const { decl, isAssign } = node.pipe;
    const mark = this.#vars.length;
    /** False when a break ended the loop. */
    const once = (index: Value, elem: Value): boolean => {
      const [first, second] = decl;
      if (first !== undefined) {
        const target = second === undefined ? elem : index;
        if (isAssign) this.#assign(first.ident[0] as string, target);
        else this.#setTop(decl.length, target);
      }
      if (second !== undefined) {
        if (isAssign) this.#assign(second.ident[0] as string, elem);
        else this.#setTop(1, elem);
      }
      const signal = this.#walk(elem, node.list);
      this.#vars.length = mark;
      return signal !== 'break';
    };
    if (value instanceof Int) {
      if (decl.length > 1) this.#fail(`can't use ${sprintValue(value)} to iterate over more than one variable`);
      for (let i = 0n; i < value.value; i++) if (!once(undefined, new Int(value.type, i))) return null;
      if (value.value > 0n) return null;
    } else if (isSlice(value)) {
      for (let i = 0; i < value.items.length; i++) if (!once(int(i), sliceElement(value, i))) return null;
      if (value.items.length > 0) return null;
    } else if (isMap(value)) {
      const keys = sortedKeys(value);
      for (const key of keys) if (!once(key, mapElement(value, key))) return null;
      if (keys.length > 0) return null;
    } else if (value !== undefined) this.#fail(`range can't iterate over ${sprintValue(value)}`);
    return node.elseList === null ? null : this.#walk(dot, node.elseList);
  }

  #invoke(dot: Value, node: TemplateNode): void {
    this.#at = node;
    const root = this.#program.templates.get(node.name);
    if (root === undefined) this.#fail(`template ${quote(node.name)} not defined`);
    if (this.#depth === templateDepthMax) this.#fail(`exceeded maximum template depth (${templateDepthMax})`);
    const inner = node.pipe === null ? undefined : this.#pipeline(dot, node.pipe);
    const outer = { vars: this.#vars, name: this.#name };
    this.#depth++;
    this.#template(node.name, root, inner);
    this.#depth--;
    this.#vars = outer.vars;
    this.#name = outer.name;
  }

  // Variables

  #assign(name: string, value: Value): void {
    this.#find(name).value = value;
  }

  /** The innermost of that name. */
  #find(name: string): { value: Value } {
    const vars = this.#vars;
    for (let i = vars.length - 1; i >= 0; i--) {
      const variable = vars[i] as { readonly name: string; value: Value };
      if (variable.name !== name) continue;
      this.#spend((vars.length - 1 - i) / variablesPerStep);
      return variable;
    }
    return this.#fail(`undefined variable: ${name}`);
  }

  #setTop(n: number, value: Value): void {
    const variable = this.#vars.at(-n);
    if (variable !== undefined) this.#vars[this.#vars.length - n] = { name: variable.name, value };
  }

  #variable(name: string): Value {
    return this.#find(name).value;
  }

  // Pipelines and commands

  #pipeline(dot: Value, pipe: PipeNode): Value {
    this.#at = pipe;
    let value: Final = missing;
    for (const cmd of pipe.cmds) value = indirect(this.#command(dot, cmd, value));
    const result = value === missing ? undefined : value;
    for (const { ident } of pipe.decl) {
      const name = ident[0] as string;
      if (pipe.isAssign) this.#assign(name, result);
      else this.#vars.push({ name, value: result });
    }
    return result;
  }

  #command(dot: Value, cmd: CommandNode, final: Final): Value {
    const first = cmd.args[0] as Operand;
    switch (first.kind) {
      case 'field':
        return this.#field(dot, first, cmd.args, final);
      case 'chain':
        return this.#chain(dot, first, cmd.args, final);
      case 'identifier':
        return this.#function(dot, first, cmd, cmd.args, final);
      case 'pipe':
        this.#notAFunction(cmd.args, final);
        return this.#pipeline(dot, first);
      case 'variable':
        return this.#variableNode(dot, first, cmd.args, final);
      default:
        break;
    }
    this.#at = first;
    this.#notAFunction(cmd.args, final);
    if (first.kind === 'nil') this.#fail('nil is not a command');
    return this.#constant(dot, first);
  }

  #notAFunction(args: readonly Operand[], final: Final): void {
    if (args.length > 1 || final !== missing) {
      this.#fail(`can't give argument to non-function ${printNode(args[0] as Operand)}`);
    }
  }

  /** A literal, or dot. */
  #constant(dot: Value, node: Operand): Value {
    switch (node.kind) {
      case 'bool':
        return node.value;
      case 'dot':
        return dot;
      case 'number':
        return this.#idealConstant(node);
      case 'string':
        return node.text;
      default:
        return this.#fail(`can't evaluate command ${quote(printNode(node))}`);
    }
  }

  /** The default type of a number without one. */
  #idealConstant(node: NumberNode): Value {
    this.#at = node;
    const { text, int: whole, isUint, float, imaginary } = node.number;
    if (imaginary !== null) return new Complex(float ?? 0, imaginary);
    const isHexInt = /^[+-]?0[xX]/.test(text) && !/[pP]/.test(text);
    if (float !== null && !isHexInt && !text.startsWith("'") && /[.eEpP]/.test(text)) return float;
    if (whole !== null) return int(whole);
    if (isUint) this.#fail(`${text} overflows int`);
    return undefined;
  }

  #variableNode(dot: Value, node: VariableNode, args: readonly Operand[] | null, final: Final): Value {
    this.#at = node;
    const value = this.#variable(node.ident[0] as string);
    if (node.ident.length > 1) return this.#fieldChain(dot, value, node, node.ident.slice(1), args, final);
    if (args !== null) this.#notAFunction(args, final);
    return value;
  }

  // Fields and methods

  #field(dot: Value, node: FieldNode, args: readonly Operand[] | null, final: Final): Value {
    this.#at = node;
    return this.#fieldChain(dot, dot, node, node.ident, args, final);
  }

  #chain(dot: Value, node: ChainNode, args: readonly Operand[] | null, final: Final): Value {
    this.#at = node;
    const receiver = this.#argument(dot, null, node.node);
    return this.#fieldChain(dot, receiver, node, node.fields, args, final);
  }

  #fieldChain(
    dot: Value,
    receiver: Value,
    node: AnyNode,
    names: readonly string[],
    args: readonly Operand[] | null,
    final: Final,
  ): Value {
    let value = receiver;
    for (let i = 0; i < names.length - 1; i++)
      value = this.#member(dot, value, node, names[i] as string, null, missing);
    return this.#member(dot, value, node, names.at(-1) as string, args, final);
  }

  #member(
    dot: Value,
    receiver: Value,
    node: AnyNode,
    name: string,
    args: readonly Operand[] | null,
    final: Final,
  ): Value {
    if (receiver === undefined) return undefined;
    const type = staticType(receiver);
    const value = indirect(receiver);
    if (value === undefined) this.#fail(`nil pointer evaluating ${type}.${name}`);
    const method = methodOf(value, name);
    if (method !== undefined) {
      const { params, refusal, call } = method;
      const fn: TemplateFunction = { params, call: (argv) => call(value, argv), ...(refusal && { refusal }) };
      return this.#call(dot, fn, node, name, args, final);
    }
    if (isMap(value)) {
      if ((args !== null && args.length > 1) || final !== missing) {
        this.#fail(`${name} is not a method but has arguments`);
      }
      return mapElement(value, name);
    }
    const field = isOpaque(value) ? value.field?.(name) : undefined;
    return field ?? this.#fail(`can't evaluate field ${name} in type ${type}`);
  }

  // Calls

  #function(
    dot: Value,
    node: AnyNode & { readonly ident: string },
    cmd: AnyNode,
    args: readonly Operand[] | null,
    final: Final,
  ): Value {
    this.#at = node;
    const fn = this.#program.functions.get(node.ident);
    if (fn === undefined) this.#fail(`${quote(node.ident)} is not a defined function`);
    return this.#call(dot, fn, cmd, node.ident, args, final);
  }

  /** `args` has the function itself first, as the shell does; `final` comes from the pipeline's stage before. */
  #call(
    dot: Value,
    fn: TemplateFunction,
    node: AnyNode,
    name: string,
    args: readonly Operand[] | null,
    final: Final,
  ): Value {
    const given = args === null ? [] : args.slice(1);
    const count = given.length + (final === missing ? 0 : 1);
    const { params, variadic } = fn;
    if (variadic !== undefined) {
      if (count < params.length) {
        this.#fail(`wrong number of args for ${name}: want at least ${params.length} got ${given.length}`);
      }
    } else if (count !== params.length) {
      this.#fail(`wrong number of args for ${name}: want ${params.length} got ${count}`);
    }
    if (fn.refusal !== undefined) this.#fail(fn.refusal);
    const typeAt = (i: number): ParamType => params[i] ?? (variadic as ParamType);
    if (fn.shortCircuit !== undefined) return this.#shortCircuit(dot, fn.shortCircuit, given, final);
    const argv: Value[] = given.map((arg, i) => this.#argument(dot, typeAt(i), arg));
    if (final !== missing) argv.push(this.#validate(final, typeAt(given.length)));
    this.#spend(1 + unitsOf(argv) / unitsPerStep);
    try {
      const value = fn.call(argv, this.#context, given[0]);
      if (typeof value !== 'string' || value.length <= outputUnitsMax) return value;
      throw new CallError(tooLarge);
    } catch (e) {
      if (isTooLong(e)) return this.#fail(tooLarge);
      if (!(e instanceof CallError)) throw e;
      this.#at = node;
      return this.#fail(`error calling ${name}: ${e.message}`);
    }
  }

  /** and, or: the first argument that decides, the later ones not looked at. */
  #shortCircuit(dot: Value, stopAt: boolean, args: readonly Operand[], final: Final): Value {
    let value: Value;
    for (const arg of args) {
      value = this.#argument(dot, 'value', arg);
      if (isTrue(value) === stopAt) return value;
    }
    return final === missing ? value : final;
  }

  /** Is the value valid and assignable? */
  #validate(value: Value, type: ParamType | null): Value {
    if (type === null || type === 'value') return value;
    if (value === undefined) {
      if (type === 'any') return undefined;
      if (type !== '*time.Location') this.#fail(`invalid value; expected ${type}`);
      return undefined;
    }
    if (type === 'any') return indirect(value);
    const inner = indirect(value);
    if (inner !== undefined && typeOf(inner) === type) return inner;
    return this.#fail(
      `wrong type for value; expected ${type}; got ${inner === undefined ? 'interface {}' : typeOf(inner)}`,
    );
  }

  #argument(dot: Value, type: ParamType | null, node: Operand): Value {
    this.#at = node;
    switch (node.kind) {
      case 'dot':
        return this.#validate(dot, type);
      case 'nil':
        if (type === 'any' || type === 'value' || type === '*time.Location') return undefined;
        return this.#fail(`cannot assign nil to ${type}`);
      case 'field':
        return this.#validate(this.#field(dot, node, [node], missing), type);
      case 'variable':
        return this.#validate(this.#variableNode(dot, node, null, missing), type);
      case 'pipe':
        return this.#validate(this.#pipeline(dot, node), type);
      case 'identifier':
        return this.#validate(this.#function(dot, node, node, null, missing), type);
      case 'chain':
        return this.#validate(this.#chain(dot, node, null, missing), type);
      default:
        return this.#literal(dot, type, node);
    }
  }

  #literal(dot: Value, type: ParamType | null, node: Operand): Value {
    switch (type) {
      case 'any':
      case 'value':
        return this.#constant(dot, node);
      case 'string':
        return node.kind === 'string' ? node.text : this.#fail(`expected string; found ${printNode(node)}`);
      case 'int':
        if (node.kind === 'number' && node.number.int !== null) return int(node.number.int);
        return this.#fail(`expected integer; found ${printNode(node)}`);
      case 'time.Duration':
        if (node.kind === 'number' && node.number.int !== null) return new Int('time.Duration', node.number.int);
        return this.#fail(`expected integer; found ${printNode(node)}`);
      case 'float64':
        if (node.kind === 'number' && node.number.float !== null) return node.number.float;
        return this.#fail(`expected float; found ${printNode(node)}`);
      default:
        return this.#fail(`can't handle ${printNode(node)} for arg of type ${type}`);
    }
  }
}

/** Characters that a function is given. What it makes is given to another, or written. */
function unitsOf(argv: readonly Value[]): number {
  let units = 0;
  for (const arg of argv) if (typeof arg === 'string') units += arg.length;
  return units;
}

function methodOf(value: Concrete, name: string): Method | undefined {
  if (isOpaque(value)) return value.method(name);
  return value instanceof NamedInt ? value.methods.get(name) : undefined;
}
