/** `| keep level, app=~"web.*"`: all other labels go, but not the error's. */
import type { NamedOrMatcher } from '../../syntax/ast.js';
import { isSpecialLabel } from '../label-names.js';
import type { RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { labelChoice } from './named-or-matcher.js';

export function keepStage(labels: readonly NamedOrMatcher[], context: StageContext): RowStage {
  const choices = labels.map(labelChoice);
  const { builder } = context;
  const unwanted: string[] = [];
  return {
    process: () => {
      if (choices.length === 0) return true;
      unwanted.length = 0;
      builder.forEach((name, value) => {
        if (isSpecialLabel(name)) return;
        const isKept = choices.some(
          (choice) => choice.name === name && (choice.matches === null || choice.matches(value)),
        );
        if (!isKept) unwanted.push(name);
      });
      for (const name of unwanted) builder.delete(builder.slot(name));
      return true;
    },
  };
}
