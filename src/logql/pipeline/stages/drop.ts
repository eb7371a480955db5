/** `| drop level, path="/health"` */
import type { NamedOrMatcher } from '../../syntax/ast.js';
import { errorDetailsLabel, errorLabel } from '../label-names.js';
import type { LabelsBuilder } from '../labels-builder.js';
import type { RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';
import { type LabelChoice, labelChoice } from './named-or-matcher.js';

export function dropStage(labels: readonly NamedOrMatcher[], context: StageContext): RowStage {
  const drops = labels.map((label) => dropOne(labelChoice(label), context.builder));
  return {
    process: () => {
      for (const drop of drops) drop();
      return true;
    },
  };
}

function dropOne({ name, matches }: LabelChoice, builder: LabelsBuilder): () => void {
  if (name === errorLabel) {
    return () => {
      if (matches === null || matches(builder.error)) builder.error = '';
    };
  }
  if (name === errorDetailsLabel) {
    return () => {
      if (matches === null || matches(builder.errorDetails)) builder.errorDetails = '';
    };
  }
  const slot = builder.slot(name);
  return () => {
    // With a matcher, an absent label counts as empty, and is deleted when that fits: Loki then sees a changed row.
    if (matches === null ? builder.has(slot) : matches(builder.get(slot) ?? '')) builder.delete(slot);
  };
}
