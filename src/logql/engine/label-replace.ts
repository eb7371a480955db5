/** label_replace(v, "dst", "replacement", "src", "regex") */
import { compileRegex } from '../../model/regex.js';
import type { LabelReplaceExpr } from '../syntax/ast.js';
import { setLabel } from './label-sets.js';
import type { StepVector } from './step-vector.js';

/**
 * Where the whole value of `src` matches, `dst` becomes the replacement with its $1 and ${name} expanded; an empty
 * result removes `dst`. Series may have equal labels afterwards.
 */
export function labelReplace(expr: LabelReplaceExpr, vector: StepVector): StepVector {
  const regex = compileRegex(`^(?:${expr.regex})$`, { anchored: false });
  const series = vector.series.map((one) => {
    const groups = regex.exec(one.labels.get(expr.source));
    if (groups === null) return one;
    const value = expand(expr.replacement, groups, regex.groupNames);
    return { ...one, labels: setLabel(one.labels, expr.destination, value) };
  });
  return { series, failure: vector.failure };
}

/** `$name` takes the longest run of letters, digits and underscores; `${name}` says where it ends; `$$` is a dollar. */
const reference = /\$(?:(\$)|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/** Go's Regexp.Expand: what names no group is empty; a dollar that begins no reference stays. */
export function expand(template: string, groups: readonly (string | null)[], groupNames: readonly string[]): string {
  return template.replace(reference, (_all, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return '$';
    const name = braced ?? bare ?? '';
    if (/^(0|[1-9][0-9]{0,8})$/.test(name)) return groups[Number(name)] ?? '';
    const i = groupNames.findIndex((n, g) => n === name && (groups[g] ?? null) !== null);
    return i < 0 ? '' : (groups[i] ?? '');
  });
}
