/** `| keep level, app=~"web.*"`: all other labels go, but not the error's. */
import type { NamedOrMatcher } from '../../syntax/ast.js';
import { isSpecialLabel } from '../label-names.js';
import type { LabelSlot } from '../labels-builder.js';
import type { RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { labelChoice } from './named-or-matcher.js';

export function keepStage(labels: readonly NamedOrMatcher[], context: StageContext): RowStage {
  const tests = testsByName(labels);
  const { builder } = context;
  const drop = (slot: LabelSlot): void => {
    const test = tests.get(slot.name);
    if (test === 'any' || isSpecialLabel(slot.name)) return;
    const value = test === undefined ? undefined : builder.get(slot);
    if (test === undefined || !test.some((matches) => matches(value ?? ''))) builder.delete(slot);
  };
  return {
    process: () => {
      if (tests.size > 0) builder.forEachSlot(drop);
      return true;
    },
  };
}

/** By name: which values stay. */
function testsByName(labels: readonly NamedOrMatcher[]): Map<string, 'any' | ((value: string) => boolean)[]> {
  const tests = new Map<string, 'any' | ((value: string) => boolean)[]>();
  for (const { name, matches } of labels.map(labelChoice)) {
    const known = tests.get(name) ?? [];
    if (matches === null || known === 'any') tests.set(name, 'any');
    else {
      known.push(matches);
      tests.set(name, known);
    }
  }
  return tests;
}
