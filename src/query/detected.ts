/** What Drilldown offers: labels with few enough values, and fields found in a sample of the lines. */
import type { LogEntry, Querier } from '../logql/engine/querier.js';
import { compilePipeline } from '../logql/pipeline/pipeline.js';
import type { StreamPipeline } from '../logql/pipeline/pipeline-types.js';
import { parseLogExpr } from '../logql/syntax/parser.js';
import { Labels } from '../model/labels.js';
import type { TenantId } from '../model/tenant.js';
import type { TimeRange } from '../model/time.js';
import { labelNames, labelValues } from './metadata.js';
import { singleEntryBatch } from './single-entry-batch.js';
import type { Store } from './stream-source.js';

export interface DetectedLabel {
  readonly label: string;
  readonly cardinality: number;
}

/** Always offered, whatever their values look like. Source: Loki 3.7.6. */
const staticLabels = new Set(['cluster', 'namespace', 'instance', 'pod']);
const uuid =
  /^(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}.$|^[0-9a-f]{32}$/is;

/** Labels whose values are not all ids or numbers (or are all booleans); the static ones first. */
export function detectedLabels(
  store: Store,
  tenants: readonly TenantId[],
  query: string,
  range: TimeRange,
): DetectedLabel[] {
  const found: DetectedLabel[] = [];
  for (const label of labelNames(store, tenants, query, range)) {
    const values = labelValues(store, tenants, label, query, range);
    if (values.length === 0) continue;
    const browsable = values.every(isBoolean) || !values.every((v) => isNumber(v) || uuid.test(v));
    if (staticLabels.has(label) || browsable) found.push({ label, cardinality: values.length });
  }
  return found.sort((a, b) => Number(staticLabels.has(b.label)) - Number(staticLabels.has(a.label)));
}

export interface DetectedField {
  readonly label: string;
  readonly type: FieldType;
  readonly cardinality: number;
  readonly parsers: readonly string[] | null;
  readonly jsonPath?: readonly string[];
}

interface Found {
  type: FieldType;
  readonly values: Set<string>;
  readonly parsers: Set<string>;
  jsonPath: readonly string[] | undefined;
}

/** Fields of structured metadata and of lines that parse as JSON, else as logfmt, in the newest `lineLimit` lines. */
export async function detectedFields(
  querier: Querier,
  query: string,
  options: { readonly range: TimeRange; readonly lineLimit: number; readonly limit: number },
  signal: AbortSignal,
): Promise<DetectedField[]> {
  const found = await sample(querier, query, options, signal);
  return [...found].map(([label, f]) => ({
    label,
    type: f.type,
    cardinality: f.values.size,
    parsers: f.parsers.size > 0 ? [...f.parsers] : null,
    ...(f.jsonPath && { jsonPath: f.jsonPath }),
  }));
}

/** The values of one field in the sample, at most `limit`. */
export async function detectedFieldValues(
  querier: Querier,
  query: string,
  name: string,
  options: { readonly range: TimeRange; readonly lineLimit: number; readonly limit: number },
  signal: AbortSignal,
): Promise<string[]> {
  const found = await sample(querier, query, { ...options, limit: Number.MAX_SAFE_INTEGER }, signal);
  return [...(found.get(name)?.values ?? [])].slice(0, options.limit);
}

async function sample(
  querier: Querier,
  query: string,
  { range, lineLimit, limit }: { readonly range: TimeRange; readonly lineLimit: number; readonly limit: number },
  signal: AbortSignal,
): Promise<Map<string, Found>> {
  const expr = parseLogExpr(query);
  const entries = await querier.selectLogs(
    { expr, range, direction: 'backward', limit: lineLimit, intervalNs: 0 },
    signal,
  );
  const found = new Map<string, Found>();
  const note = (name: string, value: string, parser: string | null, jsonPath?: readonly string[]) => {
    if (name.startsWith('__error') || name === '__preserve_error__') return;
    let field = found.get(name);
    if (field === undefined) {
      if (found.size >= limit) return;
      field = { type: 'string', values: new Set(), parsers: new Set(), jsonPath: undefined };
      found.set(name, field);
    }
    // The last one seen decides, as in Loki.
    field.type = typeOf(value);
    field.values.add(value);
    if (parser !== null) field.parsers.add(parser);
    if (jsonPath && field.jsonPath === undefined) field.jsonPath = jsonPath;
  };
  const parse = lineParser();
  for (const entry of byStream(entries)) {
    for (const [name, value] of entry.labels.metadata.pairs) note(name, value, null);
    const { parser, fields } = parse(entry);
    for (const [name, value] of entry.labels.parsed.pairs) note(name, value, parser);
    for (const [name, value] of fields) note(name, value, parser, parser === 'json' ? pathOf(entry, name) : undefined);
  }
  return found;
}

/** Stream by stream in the order of their labels, as Loki goes over its sample: it decides what is found first. */
function byStream(entries: readonly LogEntry[]): LogEntry[] {
  const keyed = entries.map((entry, i) => ({ entry, text: entry.labels.stream.text, i }));
  return keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.i - b.i)).map((k) => k.entry);
}

/** JSON first, then logfmt, as Loki tries them; neither: no fields. */
function lineParser(): (entry: LogEntry) => { parser: string | null; fields: readonly (readonly [string, string])[] } {
  const pipelines = (['json', 'logfmt'] as const).map((parser) => {
    const stage =
      parser === 'json'
        ? ({ kind: 'json', expressions: [] } as const)
        : ({ kind: 'logfmt', strict: false, keepEmpty: false, expressions: [] } as const);
    const pipeline = compilePipeline({ kind: 'log', matchers: [], stages: [stage] });
    return { parser, streams: new Map<string, StreamPipeline>(), pipeline };
  });
  const rows = Uint32Array.of(0);
  return ({ line, labels }) => {
    const batch = singleEntryBatch(typeof line === 'string' ? Buffer.from(line) : line);
    for (const { parser, streams, pipeline } of pipelines) {
      const stream = streams.get(labels.stream.text) ?? pipeline.forStream(labels.stream);
      streams.set(labels.stream.text, stream);
      let parsed: Labels = Labels.empty;
      stream.run(batch, rows, 1, (_row, _line, result) => {
        parsed = result.parsed;
        return false;
      });
      if (parsed.get('__error__') === '') return { parser, fields: parsed.pairs };
    }
    return { parser: null, fields: [] };
  };
}

/** Where the field lies in the line's JSON: names as they are spelled there. */
function pathOf({ line }: LogEntry, name: string): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(typeof line === 'string' ? line : Buffer.from(line).toString('utf8'));
  } catch {
    return undefined; // the parser stage is more lenient than JSON.parse: such a field has no path to show
  }
  const walk = (node: unknown, prefix: string, path: readonly string[]): readonly string[] | undefined => {
    if (node === null || typeof node !== 'object' || Array.isArray(node)) return undefined;
    for (const [key, child] of Object.entries(node)) {
      const flat = sanitize(prefix === '' ? key : `${prefix}_${key}`);
      const here = [...path, key];
      if (flat === name || `${flat}_extracted` === name) return here;
      const below = walk(child, flat, here);
      if (below) return below;
    }
    return undefined;
  };
  return walk(value, '', []);
}

const sanitize = (key: string): string => key.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(\d)/, '_$1');

export type FieldType = 'int' | 'float' | 'boolean' | 'duration' | 'bytes' | 'string';

/** The first type that the value parses as, in Loki's order. */
export function typeOf(value: string): FieldType {
  if (/^[+-]?\d+$/.test(value)) return 'int';
  if (isNumber(value)) return 'float';
  if (isBoolean(value)) return 'boolean';
  if (/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(value)) return 'duration';
  if (/^(\d[\d,]*\.?\d*|\.\d+)\s*(b|[kmgtpe]i?b?)?$/i.test(value)) return 'bytes';
  return 'string';
}

const isBoolean = (value: string): boolean => /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value);

/** As Go's strconv reads a float, hexadecimal ones included; what is out of its range is none. */
const isNumber = (value: string): boolean =>
  (/^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value) && Number.isFinite(Number(value.replaceAll('_', '')))) ||
  /^[+-]?0x([\da-f]+\.?[\da-f]*|\.[\da-f]+)p[+-]?\d+$/i.test(value) ||
  /^[+-]?(inf|infinity|nan)$/i.test(value);
