/** `| regexp "(?P<method>\\w+) (?P<path>\\S+)"`: named groups become labels. Lines that do not match pass unchanged. */
import { compileRegex, type Regex } from '../../../model/regex.js';
import { sanitiseLabelName } from '../label-names.js';
import type { LabelSlot } from '../labels-builder.js';
import type { RowStage } from '../row.js';
import type { StageContext } from '../stage-context.js';

/** Each step of a match may have to note every group: some thousand of both would take a second for each line. */
const effortMax = 4_194_304;

/** Throws with Loki's text. */
export function compileCaptures(pattern: string): Regex {
  const regex = compileRegex(pattern, { anchored: false });
  const seen = new Set<string>();
  for (const name of regex.groupNames) {
    if (name === '') continue;
    if (seen.has(name)) throw new Error(`duplicate extracted label name '${name}'`);
    seen.add(name);
  }
  if (pattern.length * seen.size > effortMax) throw new Error('error parsing regexp: expression too large');
  if (seen.size === 0) throw new Error('at least one named capture must be supplied');
  return regex;
}

export function regexpStage(pattern: string, context: StageContext): RowStage {
  const regex = compileCaptures(pattern);
  const slots: (LabelSlot | null)[] = regex.groupNames.map((name) => {
    const label = sanitiseLabelName(name);
    return label === '' ? null : context.builder.slot(label);
  });
  return {
    process: ({ labels, text }) => {
      const groups = regex.exec(text);
      if (groups === null) return true;
      for (let i = 0; i < slots.length; i++) {
        const named = slots[i];
        if (named === null || named === undefined) continue;
        const slot = labels.resolve(named);
        if (!labels.isMissing(slot)) continue;
        labels.setParsed(slot, groups[i] ?? '');
        if (slot.filter !== null && !slot.filter()) return false;
      }
      return true;
    },
  };
}
