/** How much a template has to do: what it costs to render, but for loops. */
import type { AnyNode } from './nodes.js';

/** The fields, variables, literals and functions that stand in actions. */
export function commandsIn(nodes: readonly AnyNode[]): number {
  let commands = 0;
  for (const node of nodes) {
    if (node.kind === 'list') commands += commandsIn(node.nodes);
    else if (node.kind === 'action') commands += commandsIn([node.pipe]);
    else if (node.kind === 'if' || node.kind === 'range' || node.kind === 'with')
      commands += commandsIn([node.pipe, node.list, ...(node.elseList === null ? [] : [node.elseList])]);
    else if (node.kind === 'template') commands += 1 + (node.pipe === null ? 0 : commandsIn([node.pipe]));
    else if (node.kind === 'pipe') commands += commandsIn(node.cmds);
    else if (node.kind === 'command') commands += Math.max(1, commandsIn(node.args));
    else if (node.kind === 'chain') commands += commandsIn([node.node]);
    else if (node.kind === 'identifier' || node.kind === 'field' || node.kind === 'variable') commands++;
  }
  return commands;
}
