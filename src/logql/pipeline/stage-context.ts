/** What the stages of one pipeline share while they are compiled and while they run. */

import type { Parsed } from './go-values.js';
import type { ParserHints } from './hints.js';
import { type LabelSlot, LabelsBuilder } from './labels-builder.js';

type Parse = (text: string) => Parsed;

export class StageContext {
  readonly builder = new LabelsBuilder();
  /** Set once all stages are compiled, before the first row. */
  hints: Pick<ParserHints, 'noLabels'> = { noLabels: false };
  readonly #values = new Map<LabelSlot, Map<Parse, Parse>>();

  /** `parse`, for all who ask for a label's value: the text of a row is parsed once for all of them. */
  valuesOf(slot: LabelSlot, parse: Parse): Parse {
    let ofSlot = this.#values.get(slot);
    if (ofSlot === undefined) {
      ofSlot = new Map();
      this.#values.set(slot, ofSlot);
    }
    let values = ofSlot.get(parse);
    if (values === undefined) {
      values = lastKept(parse);
      ofSlot.set(parse, values);
    }
    return values;
  }
}

function lastKept(parse: Parse): Parse {
  let last: string | null = null;
  let value: Parsed = 0;
  return (text) => {
    if (text !== last) {
      value = parse(text);
      last = text;
    }
    return value;
  };
}
