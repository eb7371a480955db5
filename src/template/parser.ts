/** Text → parse tree, with Go's errors. One Parser for the template and one for each definition inside it. */
import { quote, unquote } from './go-quote.js';
import { Lexer, printToken, type Token, type TokenType } from './lexer.js';
import {
  type AnyNode,
  type CommandNode,
  type ListNode,
  type Node,
  type Operand,
  type PipeNode,
  printNode,
  type VariableNode,
} from './nodes.js';
import { parseNumberLiteral } from './number-literal.js';
import { TemplateError } from './template-error.js';

/** Parentheses within parentheses, and actions within actions. Go allows 10,000; our stack is smaller. */
const depthMax = 500;

export interface ParsedTemplate {
  readonly root: ListNode;
  /** By name, the template itself among them. */
  readonly templates: ReadonlyMap<string, ListNode>;
}

export function parseTemplate(name: string, text: string, isFunction: (name: string) => boolean): ParsedTemplate {
  const templates = new Map<string, ListNode>();
  const parser = new Parser(name, new Lexer(text), isFunction, templates);
  const root = parser.parseAll();
  return { root, templates };
}

const operandTypes: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'charConstant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

class Parser {
  readonly #name: string;
  readonly #lexer: Lexer;
  readonly #isFunction: (name: string) => boolean;
  readonly #templates: Map<string, ListNode>;
  /** The token last read, and those put back: Go takes the line of an error from the first. */
  readonly #tokens: (Token | undefined)[] = [undefined, undefined, undefined];
  #peekCount = 0;
  #vars: string[] = ['$'];
  #rangeDepth = 0;
  #stackDepth = 0;
  #actionLine = 0;

  constructor(name: string, lexer: Lexer, isFunction: (name: string) => boolean, templates: Map<string, ListNode>) {
    this.#name = name;
    this.#lexer = lexer;
    this.#isFunction = isFunction;
    this.#templates = templates;
  }

  // Tokens

  #next(): Token {
    if (this.#peekCount > 0) this.#peekCount--;
    else this.#tokens[0] = this.#lexer.next();
    return this.#tokens[this.#peekCount] as Token;
  }

  #backup(): void {
    this.#peekCount++;
  }

  #backup2(token: Token): void {
    this.#tokens[1] = token;
    this.#peekCount = 2;
  }

  #backup3(token: Token, after: Token): void {
    this.#tokens[1] = after;
    this.#tokens[2] = token;
    this.#peekCount = 3;
  }

  #peek(): Token {
    if (this.#peekCount > 0) return this.#tokens[this.#peekCount - 1] as Token;
    this.#peekCount = 1;
    this.#tokens[0] = this.#lexer.next();
    return this.#tokens[0];
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.type === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#backup();
    return token;
  }

  #fail(message: string): never {
    throw new TemplateError(`template: ${this.#name}:${this.#tokens[0]?.line ?? 0}: ${message}`);
  }

  #unexpected(token: Token, context: string): never {
    if (token.type !== 'error') this.#fail(`unexpected ${printToken(token)} in ${context}`);
    let extra = '';
    if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
      extra = ` in action started at ${this.#name}:${this.#actionLine}`;
      if (token.val.endsWith(' action')) extra = extra.slice(' in action'.length);
    }
    this.#fail(token.val + extra);
  }

  #expect(type: TokenType, context: string): Token {
    const token = this.#nextNonSpace();
    if (token.type !== type) this.#unexpected(token, context);
    return token;
  }

  // Lists

  parseAll(): ListNode {
    const root: ListNode = { kind: 'list', pos: this.#peek().pos, nodes: [] };
    while (this.#peek().type !== 'eof') {
      if (this.#peek().type === 'leftDelim') {
        const delim = this.#next();
        if (this.#nextNonSpace().type === 'define') {
          this.#sub().#parseDefinition();
          continue;
        }
        this.#backup2(delim);
      }
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') this.#fail(`unexpected ${printNode(node)}`);
      root.nodes.push(node);
    }
    this.#add(this.#name, root);
    return root;
  }

  #sub(): Parser {
    return new Parser(this.#name, this.#lexer, this.#isFunction, this.#templates);
  }

  #add(name: string, root: ListNode): void {
    const before = this.#templates.get(name);
    if (before === undefined || isEmptyTree(before)) this.#templates.set(name, root);
    else if (!isEmptyTree(root)) this.#fail(`template: multiple definition of template ${quote(name)}`);
  }

  /** `{{define` is past. */
  #parseDefinition(): void {
    const context = 'define clause';
    const token = this.#nextNonSpace();
    if (token.type !== 'string' && token.type !== 'rawString') this.#unexpected(token, context);
    const name = this.#unquoted(token);
    this.#expect('rightDelim', context);
    this.#add(name, this.#listTo(context));
  }

  /** A list that {{end}} closes. */
  #listTo(context: string): ListNode {
    const [list, end] = this.#itemList();
    if (end.kind !== 'end') this.#fail(`unexpected ${printNode(end)} in ${context}`);
    return list;
  }

  #itemList(): [list: ListNode, end: Node] {
    const list: ListNode = { kind: 'list', pos: this.#peekNonSpace().pos, nodes: [] };
    while (this.#peekNonSpace().type !== 'eof') {
      const node = this.#textOrAction();
      if (node.kind === 'end' || node.kind === 'else') return [list, node];
      list.nodes.push(node);
    }
    this.#fail('unexpected EOF');
  }

  #textOrAction(): Node {
    const token = this.#nextNonSpace();
    if (token.type === 'text') return { kind: 'text', pos: token.pos, text: token.val };
    if (token.type !== 'leftDelim') this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  // Actions

  #action(): Node {
    const token = this.#nextNonSpace();
    switch (token.type) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue': {
        const after = this.#nextNonSpace();
        if (after.type !== 'rightDelim') this.#unexpected(after, `{{${token.type}}}`);
        if (this.#rangeDepth === 0) this.#fail(`{{${token.type}}} outside {{range}}`);
        return { kind: token.type, pos: token.pos };
      }
      case 'else': {
        const after = this.#peekNonSpace();
        if (after.type === 'if' || after.type === 'with') return { kind: 'else', pos: after.pos };
        return { kind: 'else', pos: this.#expect('rightDelim', 'else').pos };
      }
      case 'end':
        return { kind: 'end', pos: this.#expect('rightDelim', 'end').pos };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.type);
      case 'template':
        return this.#template();
      default: {
        this.#backup();
        const { pos } = this.#peek();
        return { kind: 'action', pos, pipe: this.#pipeline('command', 'rightDelim') };
      }
    }
  }

  #branch(kind: 'if' | 'range' | 'with'): Node {
    const depth = this.#vars.length;
    this.#descend();
    const pipe = this.#pipeline(kind, 'rightDelim');
    if (kind === 'range') this.#rangeDepth++;
    const [list, next] = this.#itemList();
    if (kind === 'range') this.#rangeDepth--;
    let elseList: ListNode | null = null;
    if (next.kind === 'else') {
      // {{else if}} is {{else}}{{if}} whose {{end}} closes both; {{else with}} likewise.
      if (kind !== 'range' && this.#peek().type === kind) {
        this.#next();
        elseList = { kind: 'list', pos: next.pos, nodes: [this.#branch(kind)] };
      } else {
        const [rest, end] = this.#itemList();
        if (end.kind !== 'end') this.#fail(`expected end; found ${printNode(end)}`);
        elseList = rest;
      }
    }
    this.#vars.length = depth;
    this.#stackDepth--;
    return { kind, pos: pipe.pos, pipe, list, elseList };
  }

  #block(): Node {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    this.#descend();
    const sub = this.#sub();
    sub.#stackDepth = this.#stackDepth;
    sub.#add(name, sub.#listTo(context));
    this.#stackDepth--;
    return { kind: 'template', pos: token.pos, name, pipe };
  }

  #template(): Node {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | null = null;
    if (this.#nextNonSpace().type !== 'rightDelim') {
      this.#backup();
      pipe = this.#pipeline(context, 'rightDelim');
    }
    return { kind: 'template', pos: token.pos, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'rawString') this.#unexpected(token, context);
    return this.#unquoted(token);
  }

  #descend(): void {
    if (this.#stackDepth++ >= depthMax) this.#fail('max expression depth exceeded');
  }

  #unquoted(token: Token): string {
    const text = unquote(token.val);
    if (text === null) this.#fail('invalid syntax');
    return text;
  }

  // Pipelines

  /** declarations? command ('|' command)* */
  #pipeline(context: string, end: TokenType): PipeNode {
    const pipe: PipeNode = { kind: 'pipe', pos: this.#peekNonSpace().pos, isAssign: false, decl: [], cmds: [] };
    while (this.#declaration(pipe, context));
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.type === end) break;
      if (!operandTypes.has(token.type)) this.#unexpected(token, context);
      this.#backup();
      pipe.cmds.push(this.#command());
    }
    if (pipe.cmds.length === 0) this.#fail(`missing value for ${context}`);
    for (let i = 1; i < pipe.cmds.length; i++) {
      const kind = pipe.cmds[i]?.args[0]?.kind;
      if (kind === 'bool' || kind === 'dot' || kind === 'nil' || kind === 'number' || kind === 'string') {
        this.#fail(`non executable command in pipeline stage ${i + 1}`);
      }
    }
    return pipe;
  }

  /** `$x :=`, `$x =` or `$i,`: true when a second variable follows. */
  #declaration(pipe: PipeNode, context: string): boolean {
    const variable = this.#peekNonSpace();
    if (variable.type !== 'variable') return false;
    this.#next();
    // "$x foo" needs three tokens before it is clear that $x is an argument.
    const after = this.#peek();
    const next = this.#peekNonSpace();
    const declare = (): void => {
      this.#nextNonSpace();
      pipe.decl.push(variableNode(variable.pos, variable.val));
      this.#vars.push(variable.val);
    };
    if (next.type === 'assign' || next.type === 'declare') {
      pipe.isAssign = next.type === 'assign';
      declare();
      return false;
    }
    if (next.type === 'char' && next.val === ',') {
      declare();
      if (context !== 'range' || pipe.decl.length >= 2) this.#fail(`too many declarations in ${context}`);
      const { type } = this.#peekNonSpace();
      if (type === 'variable' || type === 'rightDelim' || type === 'rightParen') return true;
      this.#fail('range can only initialize variables');
    }
    if (after.type === 'space') this.#backup3(variable, after);
    else this.#backup2(variable);
    return false;
  }

  /** operand (space operand)* */
  #command(): CommandNode {
    const cmd: CommandNode = { kind: 'command', pos: this.#peekNonSpace().pos, args: [] };
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand !== null) cmd.args.push(operand);
      const token = this.#next();
      if (token.type === 'space') continue;
      if (token.type === 'rightDelim' || token.type === 'rightParen') this.#backup();
      else if (token.type !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    if (cmd.args.length === 0) this.#fail('empty command');
    return cmd;
  }

  /** term .Field* */
  #operand(): Operand | null {
    const node = this.#term();
    if (node === null || this.#peek().type !== 'field') return node;
    const { pos } = this.#peek();
    const fields: string[] = [];
    while (this.#peek().type === 'field') fields.push(this.#next().val.slice(1));
    switch (node.kind) {
      case 'field':
        return { kind: 'field', pos, ident: [...node.ident, ...fields] };
      case 'variable':
        return { kind: 'variable', pos, ident: [...node.ident, ...fields] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        this.#fail(`unexpected . after term ${quote(printNode(node))}`);
    }
    return { kind: 'chain', pos, node, fields };
  }

  /** literal | function | . | .Field | $x | '(' pipeline ')' */
  #term(): Operand | null {
    const token = this.#nextNonSpace();
    const { pos, val } = token;
    switch (token.type) {
      case 'identifier':
        if (!this.#isFunction(val)) this.#fail(`function ${quote(val)} not defined`);
        return { kind: 'identifier', pos, ident: val };
      case 'dot':
      case 'nil':
        return { kind: token.type, pos };
      case 'variable':
        if (!this.#vars.includes(val)) this.#fail(`undefined variable ${quote(val)}`);
        return variableNode(pos, val);
      case 'field':
        return { kind: 'field', pos, ident: [val.slice(1)] };
      case 'bool':
        return { kind: 'bool', pos, value: val === 'true' };
      case 'charConstant':
      case 'complex':
      case 'number': {
        const number = parseNumberLiteral(val, token.type);
        if (typeof number === 'string') this.#fail(number);
        return { kind: 'number', pos, number };
      }
      case 'leftParen': {
        this.#descend();
        const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
        this.#stackDepth--;
        return pipe;
      }
      case 'string':
      case 'rawString':
        return { kind: 'string', pos, quoted: val, text: this.#unquoted(token) };
      default:
        this.#backup();
        return null;
    }
  }
}

const variableNode = (pos: number, val: string): VariableNode => ({ kind: 'variable', pos, ident: [val] });

/** Nothing but space. */
function isEmptyTree(node: AnyNode): boolean {
  if (node.kind === 'list') return node.nodes.every(isEmptyTree);
  return node.kind === 'text' && node.text.trim() === '';
}
