// What it means that two answers are the same, and of which class a difference is.

import { isUtf8 } from 'node:buffer';

/** A value of JSON as text, its keys in order. */
export const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`)
      .join(',')}}`;
  return JSON.stringify(value);
};

/** `{ status, text, result? }` of one server: `result` is what the answer holds when it is a result of a query. */
export async function ask(base, query, text) {
  const url = new URL(`${base}/loki/api/v1/${query.path}`);
  const form = new URLSearchParams({ query: text, ...query.params });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  if (query.categorize) headers['x-loki-response-encoding-flags'] = 'categorize-labels';
  const response = await fetch(url, { method: 'POST', headers, body: form, signal: AbortSignal.timeout(60_000) });
  const body = asGoShows(Buffer.from(await response.arrayBuffer()));
  let data = null;
  if (response.status === 200) {
    try {
      data = JSON.parse(body).data ?? null;
    } catch {
      data = null; // a text that is no JSON is compared as text
    }
  }
  return { status: response.status, text: body, data };
}

/** Loki writes label values as they are, stray bytes and all: one U+FFFD for each of these. */
function asGoShows(bytes) {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let i = 0, from = 0; i < bytes.length; ) {
    let size = 1;
    while (size <= 4 && !isUtf8(bytes.subarray(i, i + size))) size++;
    if (size > 4) {
      text += `${bytes.toString('utf8', from, i)}\ufffd`;
      from = ++i;
    } else i += size;
    if (i >= bytes.length) text += bytes.toString('utf8', from);
  }
  return text;
}

const numeric = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const close = (a, b) => {
  if (a === b) return true;
  if (!numeric.test(a) || !numeric.test(b)) return false;
  const [x, y] = [Number(a), Number(b)];
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y), 1e-300);
};

const keyOf = (one) => canonical(one.stream ?? one.metric ?? one);
const bySeries = (list) => [...list].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));

/** Entries of equal time within a stream in one order: Loki's sort of them is not stable. */
const tiesSorted = (values) => [...values].sort((a, b) => (a[0] === b[0] ? (canonical(a) < canonical(b) ? -1 : 1) : 0));

const count = (streams) => streams.reduce((sum, s) => sum + s.values.length, 0);

/** Without the entries of the time at which the limit cut: which of them are let through is not determined. */
function withoutEdge(streams, direction) {
  const times = streams.flatMap((s) => s.values.map(([ns]) => BigInt(ns)));
  if (times.length === 0) return streams;
  const edge = times.reduce((a, b) => (direction === 'forward' ? (a > b ? a : b) : a < b ? a : b));
  return streams
    .map((s) => ({ ...s, values: s.values.filter(([ns]) => BigInt(ns) !== edge) }))
    .filter((s) => s.values.length > 0);
}

/**
 * Null when the answers are the same, else `{ class, detail }`. Classes that begin with "~" are known not to be
 * determined in Loki; the others are differences.
 */
export function compare(query, want, got) {
  if (want.status !== got.status)
    return {
      class: `status ${want.status}/${got.status}`,
      detail: `want ${want.text.slice(0, 400)}\n got ${got.text.slice(0, 400)}`,
    };
  if (query.path === 'format_query' && want.data !== null && got.data !== null) {
    return want.data === got.data ? null : { class: 'text', detail: `want ${want.data}\n got ${got.data}` };
  }
  if (query.path === 'format_query' && isSameJson(want.text, got.text)) return null;
  if (want.data === null || got.data === null) {
    return want.text.trim() === got.text.trim()
      ? null
      : { class: 'text', detail: `want ${want.text.slice(0, 1500)}\n got ${got.text.slice(0, 1500)}` };
  }
  const [a, b] = [want.data, got.data];
  if (a.resultType !== b.resultType)
    return { class: 'result type', detail: `want ${a.resultType} got ${b.resultType}` };
  if (canonical(a.encodingFlags ?? null) !== canonical(b.encodingFlags ?? null))
    return { class: 'encoding flags', detail: `want ${canonical(a.encodingFlags)} got ${canonical(b.encodingFlags)}` };
  if (a.resultType === 'streams') return compareStreams(query, a.result, b.result);
  if (a.resultType === 'scalar')
    return close(a.result[1], b.result[1]) && a.result[0] === b.result[0]
      ? null
      : { class: 'scalar', detail: `want ${canonical(a.result)} got ${canonical(b.result)}` };
  return comparePairs(query, a.result, b.result);
}

function compareStreams(query, a, b) {
  const exact = firstDifference(a, b);
  if (exact === null) return null;
  const limit = Number(query.params.limit);
  if (query.params.interval !== undefined && canonical(timesOf(a)) === canonical(timesOf(b)))
    return { class: '~entries of equal time, thinned out', detail: exact.detail };
  if (firstDifference(a.map(sorted), b.map(sorted)) === null)
    return { class: '~entries of equal time', detail: exact.detail };
  if (count(a) === limit && count(b) === limit) {
    const [x, y] = [
      withoutEdge(a, query.params.direction).map(sorted),
      withoutEdge(b, query.params.direction).map(sorted),
    ];
    if (firstDifference(x, y) === null) return { class: '~entries of equal time at the limit', detail: exact.detail };
  }
  if (query.categorize && firstDifference(together(a), together(b)) === null)
    return { class: '~categories of equal label sets', detail: exact.detail };
  return exact;
}
function isSameJson(a, b) {
  try {
    return canonical(JSON.parse(a)) === canonical(JSON.parse(b));
  } catch {
    return false;
  }
}

const timesOf = (streams) => streams.flatMap((s) => s.values.map(([ns]) => ns)).sort();
/** Entries by all of their labels, whatever their categories; those of equal times in one order. */
function together(streams) {
  const byLabels = new Map();
  for (const { stream, values } of streams) {
    for (const [ns, line, { structuredMetadata, parsed } = {}] of values) {
      const all = { ...stream, ...structuredMetadata, ...parsed };
      const key = canonical(all);
      if (!byLabels.has(key)) byLabels.set(key, { stream: all, values: [] });
      byLabels.get(key).values.push([ns, line]);
    }
  }
  return [...byLabels.values()].map(sorted);
}

const sorted = (s) => ({ ...s, values: tiesSorted(s.values) });

function firstDifference(a, b) {
  const [x, y] = [bySeries(a), bySeries(b)];
  const names = new Set(x.map(keyOf));
  const others = new Set(y.map(keyOf));
  const missing = x.find((one) => !others.has(keyOf(one)));
  const extra = y.find((one) => !names.has(keyOf(one)));
  if (missing !== undefined || extra !== undefined) {
    const show = (one) =>
      one === undefined
        ? 'nothing'
        : `${keyOf(one)} ${canonical((one.values ?? [one.value]).slice(0, 2)).slice(0, 400)}`;
    return {
      class: 'labels',
      detail: `${x.length} against ${y.length}; only there ${show(missing)}\n only here ${show(extra)}`,
    };
  }
  for (let i = 0; i < x.length; i++) {
    const [v, w] = [x[i].values, y[i].values];
    if (v.length !== w.length) {
      const at = v.findIndex((one, j) => canonical(one) !== canonical(w[j] ?? null));
      return {
        class: 'number of values',
        detail: `${keyOf(x[i])}: ${v.length} against ${w.length}; at ${at}: want ${canonical(v[at] ?? null).slice(0, 300)} got ${canonical(w[at] ?? w.at(-1) ?? null).slice(0, 300)}`,
      };
    }
    for (let j = 0; j < v.length; j++) {
      if (canonical(v[j]) === canonical(w[j])) continue;
      return {
        class: v[j][0] === w[j][0] ? (v[j][1] === w[j][1] ? 'categories' : 'line') : 'time',
        detail: `${keyOf(x[i])} at ${j}:\nwant ${canonical(v[j]).slice(0, 700)}\n got ${canonical(w[j]).slice(0, 700)}`,
      };
    }
  }
  return null;
}

/** Loki keeps series apart that differ in labels without a value, and then leaves these out. */
function comparePairs(query, a, b) {
  const difference = compareSamples(query, a, b);
  if (difference === null) return null;
  const twice = new Set();
  const seen = new Set();
  for (const key of a.map(keyOf)) (seen.has(key) ? twice : seen).add(key);
  for (const one of a) if (one.values?.some(([time], i) => time === one.values[i - 1]?.[0])) twice.add(keyOf(one));
  if (twice.size === 0) return difference;
  const rest = (list) => list.filter((one) => !twice.has(keyOf(one)));
  return compareSamples(query, rest(a), rest(b)) === null
    ? { class: '~a label set that comes twice', detail: difference.detail }
    : difference;
}

function compareSamples(query, a, b) {
  const [x, y] = [bySeries(a), bySeries(b)];
  const names = new Set(x.map(keyOf));
  const others = new Set(y.map(keyOf));
  const missing = x.find((one) => !others.has(keyOf(one)));
  const extra = y.find((one) => !names.has(keyOf(one)));
  if (missing !== undefined || extra !== undefined) {
    return {
      class: 'series',
      detail: `${x.length} against ${y.length}; only there ${missing ? canonical(missing).slice(0, 500) : 'nothing'}\n only here ${extra ? canonical(extra).slice(0, 500) : 'nothing'}`,
    };
  }
  if (x.length !== y.length)
    return { class: 'series twice', detail: `${canonical(x).slice(0, 700)}\n${canonical(y).slice(0, 700)}` };
  let spelled = null;
  for (let i = 0; i < x.length; i++) {
    const [v, w] = [x[i].values ?? [x[i].value], y[i].values ?? [y[i].value]];
    const ends = v.length === w.length ? -1 : v.findIndex((one, j) => one[0] !== w[j]?.[0]);
    if (v.length !== w.length)
      return {
        class: 'number of samples',
        detail: `${keyOf(x[i])}: ${v.length} against ${w.length}; at ${ends}: want ${canonical(v[ends] ?? null)} got ${canonical(w[ends] ?? w.at(-1) ?? null)}`,
      };
    for (let j = 0; j < v.length; j++) {
      if (v[j][0] !== w[j][0])
        return { class: 'sample time', detail: `${keyOf(x[i])}: want ${canonical(v[j])} got ${canonical(w[j])}` };
      if (!close(v[j][1], w[j][1]))
        return {
          class: 'sample value',
          detail: `${keyOf(x[i])} at ${j}: want ${canonical(v[j])} got ${canonical(w[j])}`,
        };
      if (v[j][1] !== w[j][1] && Number(v[j][1]) === Number(w[j][1]))
        spelled = {
          class: Number(v[j][1]) === 0 ? '~the sign of zero' : 'spelling of a number',
          detail: `want ${v[j][1]} got ${w[j][1]}`,
        };
    }
  }
  if (spelled !== null) return spelled;
  if (query.ordered) {
    const at = a.findIndex((one, i) => keyOf(one) !== keyOf(b[i]) && one.value?.[1] !== b[i].value?.[1]);
    if (at >= 0)
      return {
        class: 'order of a sorted vector',
        detail: `at ${at}: want ${canonical(a[at])} got ${canonical(b[at])}`,
      };
  }
  if (a[0]?.values !== undefined) {
    const at = a.findIndex((one, i) => keyOf(one) !== keyOf(b[i]));
    if (at >= 0) return { class: 'order of a matrix', detail: `at ${at}: want ${keyOf(a[at])} got ${keyOf(b[at])}` };
  }
  return null;
}
