/** Go's text/template with Loki's functions: line_format, label_format and alert texts are written in it. */
import { compileRegex, type Regex, RegexError } from '../model/regex.js';
import { commandsIn } from './commands.js';
import { lokiFunctions } from './functions.js';
import { normalise } from './go-string.js';
import { Interpreter, type Program } from './interpreter.js';
import type { AnyNode, Node } from './nodes.js';
import { parseTemplate } from './parser.js';
import { CallError, TemplateError, TemplateExecError } from './template-error.js';
import type { CallContext } from './template-function.js';
import { type Location, loadLocation } from './time-zone.js';
import type { MapValue } from './values.js';

export { TemplateError, TemplateExecError };

/** The entry that is being rendered. */
export interface TemplateData {
  /** undefined when there is no such label: it renders as ''. */
  get(label: string): string | undefined;
  /** All labels, for `.` and range; in any order. */
  entries(): Iterable<readonly [string, string]>;
  line(): string;
  timestampNs(): bigint;
}

export interface Template {
  /** Bytes that are no UTF-8 stay as they stand in go-string.ts. Throws TemplateExecError. */
  render(data: TemplateData): string;
  /** The labels that it reads; null when that cannot be told. */
  readonly fields: readonly string[] | null;
  /** The labels that Loki takes it to read, for its hints to parsers: those before a dot and in named templates are not. */
  readonly hinted: readonly string[];
  /** The fields, variables and functions that stand in it: what a rendering costs, but for loops. */
  readonly commands: number;
}

export interface TemplateOptions {
  /** How errors call the template: "line" (the default) in line_format, "label" in label_format. */
  readonly name?: string;
  /** For `now`. */
  readonly nowNs?: () => bigint;
}

/** Throws TemplateError. */
export function compileTemplate(text: string, options: TemplateOptions = {}): Template {
  const name = options.name ?? 'line';
  const tree = parseTemplate(name, text, (fn) => lokiFunctions.has(fn));
  const program: Program = { name, text, functions: lokiFunctions, ...tree };
  const fields = fieldsOf(program);
  const parts = simpleParts(program);
  const hinted = [...new Set(hintedIn([program.root]))];
  const commands = commandsIn([...program.templates.values()]);
  if (parts !== null) return { fields, hinted, commands, render: (data) => renderParts(parts, data) };
  const context = new EntryContext(options.nowNs ?? wallClockNs);
  const interpreter = new Interpreter(program, context);
  return {
    fields,
    hinted,
    commands,
    render: (data) => {
      context.data = data;
      return normalise(interpreter.render(new LabelMap(data)));
    },
  };
}

const wallClockNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** Different expressions and zones that one template may use: they can come from the data. */
const keptMax = 64;

/** What functions may ask for. Expressions and zones are made once for a template. */
export class CallKeeper {
  readonly nowNs: () => bigint;
  readonly #regexes = new Map<string, Regex>();
  readonly #locations = new Map<string, Location | null>();

  constructor(nowNs: () => bigint) {
    this.nowNs = nowNs;
  }

  regex(source: string): Regex {
    return kept(this.#regexes, source, compileForCall);
  }

  location(name: string): Location | null {
    return kept(this.#locations, name, loadLocation);
  }
}

class EntryContext extends CallKeeper implements CallContext {
  data: TemplateData | null = null;

  line(): string {
    return this.data?.line() ?? '';
  }

  timestampNs(): bigint {
    return this.data?.timestampNs() ?? 0n;
  }
}

function kept<V>(cache: Map<string, V>, key: string, make: (key: string) => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = make(key);
  if (cache.size >= keptMax) cache.clear();
  cache.set(key, value);
  return value;
}

function compileForCall(source: string): Regex {
  try {
    return compileRegex(source, { anchored: false });
  } catch (e) {
    if (e instanceof RegexError) throw new CallError(e.message, { cause: e });
    throw e;
  }
}

/** The dot: all labels. */
class LabelMap implements MapValue {
  readonly kind = 'map';
  readonly type = 'map[string]string';
  readonly elemType = 'string';
  readonly #data: TemplateData;

  constructor(data: TemplateData) {
    this.#data = data;
  }

  get(key: string): string | undefined {
    return this.#data.get(key);
  }

  has(key: string): boolean {
    return this.#data.get(key) !== undefined;
  }

  *keys(): Iterable<string> {
    for (const [name] of this.#data.entries()) yield name;
  }
}

// Text and plain fields

type Part = { readonly text: string } | { readonly label: string };

/** The template as text and `{{.label}}` only; null when there is more to it. */
function simpleParts({ name, root }: Program): readonly Part[] | null {
  // A line_format that is one action with one field yields the label, even when it declares a variable: so does Loki's
  // own short cut, see the test.
  const only = root.nodes.length === 1 && name === 'line' ? plainField(root.nodes[0] as Node, true) : null;
  if (only !== null) return [{ label: only }];
  const parts: Part[] = [];
  for (const node of root.nodes) {
    if (node.kind === 'text') parts.push({ text: node.text });
    else {
      const label = plainField(node, false);
      if (label === null) return null;
      parts.push({ label });
    }
  }
  return parts;
}

function plainField(node: Node, mayDeclare: boolean): string | null {
  if (node.kind !== 'action' || node.pipe.cmds.length !== 1 || (node.pipe.decl.length > 0 && !mayDeclare)) return null;
  const args = node.pipe.cmds[0]?.args;
  const field = args?.length === 1 ? args[0] : undefined;
  return field?.kind === 'field' && field.ident.length === 1 ? (field.ident[0] as string) : null;
}

function renderParts(parts: readonly Part[], data: TemplateData): string {
  let out = '';
  for (const part of parts) out += 'text' in part ? part.text : (data.get(part.label) ?? '');
  return out;
}

// Fields

/** Every name of a field, as Loki collects them. A bare dot, `$` or another template may read any label: null. */
function fieldsOf({ root }: Program): readonly string[] | null {
  const found = new Set<string>();
  return collect([root], found) ? [...found] : null;
}

function hintedIn(nodes: readonly AnyNode[]): string[] {
  return nodes.flatMap((node) => {
    switch (node.kind) {
      case 'list':
        return hintedIn(node.nodes);
      case 'action':
        return hintedIn([node.pipe]);
      case 'if':
      case 'range':
      case 'with':
        return hintedIn([node.pipe, node.list, ...(node.elseList === null ? [] : [node.elseList])]);
      case 'pipe':
        return hintedIn(node.cmds);
      case 'command':
        return hintedIn(node.args);
      case 'field':
        return [...node.ident];
      default:
        return [];
    }
  });
}

/** False when not all reads are known. */
function collect(nodes: readonly AnyNode[], found: Set<string>): boolean {
  return nodes.every((node) => {
    switch (node.kind) {
      case 'list':
        return collect(node.nodes, found);
      case 'action':
        return collect([node.pipe], found);
      case 'if':
      case 'range':
      case 'with':
        return collect([node.pipe, node.list, ...(node.elseList === null ? [] : [node.elseList])], found);
      case 'pipe':
        return collect(node.cmds, found);
      case 'command':
        return collect(node.args, found);
      case 'field':
        for (const name of node.ident) found.add(name);
        return true;
      case 'chain':
        return collect([node.node], found);
      case 'variable':
        return node.ident[0] !== '$';
      case 'dot':
      case 'template':
        return false;
      default:
        return true;
    }
  });
}
