/** What the stages of one pipeline share while they are compiled and while they run. */

import type { ParserHints } from './hints.js';
import { LabelsBuilder } from './labels-builder.js';

export interface StageContext {
  readonly builder: LabelsBuilder;
  /** Set once all stages are compiled, before the first row. */
  hints: Pick<ParserHints, 'noLabels'>;
}

export const newStageContext = (): StageContext => ({ builder: new LabelsBuilder(), hints: { noLabels: false } });
