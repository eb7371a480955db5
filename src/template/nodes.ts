/** The parse tree of a template, and its text as error messages quote it. Positions count UTF-16 units of the source. */
import type { NumberLiteral } from './number-literal.js';

export interface ListNode {
  readonly kind: 'list';
  readonly pos: number;
  readonly nodes: Node[];
}
export interface TextNode {
  readonly kind: 'text';
  readonly pos: number;
  readonly text: string;
}
export interface ActionNode {
  readonly kind: 'action';
  readonly pos: number;
  readonly pipe: PipeNode;
}
export interface BranchNode {
  readonly kind: 'if' | 'range' | 'with';
  readonly pos: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | null;
}
export interface TemplateNode {
  readonly kind: 'template';
  readonly pos: number;
  readonly name: string;
  readonly pipe: PipeNode | null;
}
export interface JumpNode {
  readonly kind: 'break' | 'continue';
  readonly pos: number;
}
/** What ends a list; never stays in a tree. */
export interface EndNode {
  readonly kind: 'end' | 'else';
  readonly pos: number;
}

export interface PipeNode {
  readonly kind: 'pipe';
  readonly pos: number;
  isAssign: boolean;
  readonly decl: VariableNode[];
  readonly cmds: CommandNode[];
}
export interface CommandNode {
  readonly kind: 'command';
  readonly pos: number;
  readonly args: Operand[];
}
export interface VariableNode {
  readonly kind: 'variable';
  readonly pos: number;
  /** ["$x", "field", …]. */
  readonly ident: readonly string[];
}
export interface FieldNode {
  readonly kind: 'field';
  readonly pos: number;
  readonly ident: readonly string[];
}
export interface ChainNode {
  readonly kind: 'chain';
  readonly pos: number;
  readonly node: Operand;
  readonly fields: readonly string[];
}
export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly pos: number;
  readonly ident: string;
}
export interface DotNode {
  readonly kind: 'dot' | 'nil';
  readonly pos: number;
}
export interface BoolNode {
  readonly kind: 'bool';
  readonly pos: number;
  readonly value: boolean;
}
export interface NumberNode {
  readonly kind: 'number';
  readonly pos: number;
  readonly number: NumberLiteral;
}
export interface StringNode {
  readonly kind: 'string';
  readonly pos: number;
  readonly quoted: string;
  readonly text: string;
}

export type Operand =
  | PipeNode
  | VariableNode
  | FieldNode
  | ChainNode
  | IdentifierNode
  | DotNode
  | BoolNode
  | NumberNode
  | StringNode;
export type Node = ListNode | TextNode | ActionNode | BranchNode | TemplateNode | JumpNode | EndNode;
export type AnyNode = Node | Operand | CommandNode;

export function printNode(node: AnyNode): string {
  switch (node.kind) {
    case 'list':
      return node.nodes.map(printNode).join('');
    case 'text':
      return node.text;
    case 'action':
      return `{{${printNode(node.pipe)}}}`;
    case 'if':
    case 'range':
    case 'with': {
      const orElse = node.elseList === null ? '' : `{{else}}${printNode(node.elseList)}`;
      return `{{${node.kind} ${printNode(node.pipe)}}}${printNode(node.list)}${orElse}{{end}}`;
    }
    case 'template':
      return `{{template ${JSON.stringify(node.name)}${node.pipe === null ? '' : ` ${printNode(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
      return `{{${node.kind}}}`;
    case 'pipe': {
      const assign = node.isAssign ? ' = ' : ' := ';
      const decl = node.decl.length === 0 ? '' : node.decl.map(printNode).join(', ') + assign;
      return decl + node.cmds.map(printNode).join(' | ');
    }
    case 'command':
      return node.args.map(inParens).join(' ');
    case 'variable':
      return node.ident.join('.');
    case 'field':
      return node.ident.map((name) => `.${name}`).join('');
    case 'chain':
      return inParens(node.node) + node.fields.map((name) => `.${name}`).join('');
    case 'identifier':
      return node.ident;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.number.text;
    case 'string':
      return node.quoted;
  }
}

const inParens = (node: Operand): string => (node.kind === 'pipe' ? `(${printNode(node)})` : printNode(node));
