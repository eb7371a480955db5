/** Matchers → streams: equality by one posting list, the rest on the distinct values of the label's name. */
import { type Matcher, matchFunction } from '../model/matcher.js';
import type { StreamTable } from './stream-table.js';

/** Ids of the streams that match all, ascending. A matcher that accepts '' also accepts streams without the label. */
export function matchStreams(table: StreamTable, tenant: number, matchers: readonly Matcher[]): number[] {
  let ids: number[] | null = null; // null: all of them, not yet listed
  for (const matcher of matchers) {
    if (matcher.op !== '=' || matcher.value === '') continue;
    const label = table.labelId(tenant, matcher.name, matcher.value);
    if (label === undefined) return [];
    ids = intersect(ids, table.withLabel(label));
    if (ids.length === 0) return ids;
  }
  for (const matcher of matchers) {
    if (matcher.op === '=' && matcher.value !== '') continue;
    ids = narrow(table, tenant, matcher, ids);
    if (ids?.length === 0) return ids;
  }
  return ids ?? table.all(tenant);
}

function narrow(table: StreamTable, tenant: number, matcher: Matcher, ids: number[] | null): number[] | null {
  const test = matchFunction(matcher);
  const values = table.values(tenant, matcher.name);
  // Few streams are left: their own labels are cheaper to test than every value that the name has.
  if (ids !== null && ids.length < values.length) return passing(table, ids, matcher.name, test);
  if (test('')) {
    const refused = values.filter(([, value]) => !test(value));
    return refused.length === 0 ? ids : without(ids ?? table.all(tenant), withAny(table, refused));
  }
  return intersect(
    ids,
    withAny(
      table,
      values.filter(([, value]) => test(value)),
    ),
  );
}

function passing(table: StreamTable, ids: readonly number[], name: string, test: (value: string) => boolean): number[] {
  const passed: number[] = [];
  for (const { id, labels } of table.getAll(ids)) if (test(labels.get(name))) passed.push(id);
  return passed;
}

/** Streams with one of the labels; they have one name, so no stream has two of them. */
function withAny(table: StreamTable, labels: readonly [label: number, value: string][]): number[] {
  if (labels.length === 1) return table.withLabel((labels[0] as [number, string])[0]);
  const ids: number[] = [];
  for (const [label] of labels) for (const id of table.withLabel(label)) ids.push(id);
  return ids.sort((a, b) => a - b);
}

function intersect(a: readonly number[] | null, b: number[]): number[] {
  if (a === null) return b;
  const out: number[] = [];
  for (let i = 0, k = 0; i < a.length && k < b.length; ) {
    const x = a[i] as number;
    const y = b[k] as number;
    if (x === y) out.push(x);
    if (x <= y) i++;
    if (y <= x) k++;
  }
  return out;
}

function without(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = [];
  let k = 0;
  for (const id of a) {
    while (k < b.length && (b[k] as number) < id) k++;
    if (b[k] !== id) out.push(id);
  }
  return out;
}
