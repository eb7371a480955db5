/**
 * `/otlp/v1/logs`: OpenTelemetry's logs as streams. Resource attributes on the index list become labels, all else
 * becomes structured metadata: attributes of the record, its fields, those of its resource, those of its scope.
 */
import { gunzipSync } from 'node:zlib';
import type { OtlpAction, OtlpAttributes, OtlpConfig } from '../../limits/limits.js';
import { quoteGo } from '../../model/labels.js';
import { compileRegex } from '../../model/regex.js';
import { type BodyLimits, inflate } from './body.js';
import { decodeOtlpJson } from './otlp-json.js';
import type { LogRecord, ResourceLogs, ScopeLogs } from './otlp-model.js';
import { decodeOtlpProto } from './otlp-proto.js';
import { flatten, type KeyValue, textOfValue } from './otlp-value.js';
import type { DecodeContext, PushBody } from './push-body.js';
import { badPush, compressedTooLarge, decompressedTooLarge } from './push-error.js';
import type { PushRequest, PushStream } from './push-request.js';
import { pushRows, type Row } from './row-batch.js';
import { unzstd } from './zstd-body.js';

export function decodeOtlp(push: PushBody, { bodyLimits, otlpIndexLabels, limits, nowNs }: DecodeContext): PushRequest {
  const body = readOtlpBody(push.body, push.contentEncoding, bodyLimits);
  const resources = decodeContent(push.contentType, body);
  const actions = actionsFor(limits.otlp_config, otlpIndexLabels);
  const groups = new Map<string, Row[]>();
  for (const resource of resources) {
    addResource(resource, { actions, nowNs, discoverServiceName: limits.discover_service_name, groups });
  }
  const streams: PushStream[] = [];
  for (const [labels, rows] of groups) pushRows(labels, rows, streams);
  return { streams, bodyBytes: body.length, isDiscovered: true };
}

function readOtlpBody(raw: Buffer, contentEncoding: string, limits: BodyLimits): Buffer {
  if (raw.length > limits.compressedBytesMax) throw compressedTooLarge(raw.length, limits.compressedBytesMax);
  switch (contentEncoding) {
    case '':
      if (raw.length > limits.decompressedBytesMax) throw decompressedTooLarge(raw.length, limits.decompressedBytesMax);
      return raw;
    case 'gzip':
      return inflate(raw, gunzipSync, 'gzip', limits);
    case 'zstd':
      return unzstd(raw, limits);
    default:
      throw badPush(`unsupported content encoding ${contentEncoding}: only gzip, lz4 and zstd are supported`);
  }
}

function decodeContent(contentType: string, body: Buffer): ResourceLogs[] {
  if (contentType === 'application/x-protobuf') return decodeOtlpProto(body);
  if (contentType === 'application/json') return decodeOtlpJson(body);
  throw badPush(`content type: ${contentType} is not supported`);
}

interface Target {
  readonly actions: Actions;
  readonly nowNs: bigint;
  readonly discoverServiceName: readonly string[];
  readonly groups: Map<string, Row[]>;
}

function addResource(resource: ResourceLogs, target: Target): void {
  const { actions, discoverServiceName } = target;
  if (resource.scopes.every(({ records }) => records.length === 0)) return;
  const labels = new Map<string, string>();
  const metadata: [string, string][] = [];
  const shouldDiscover = discoverServiceName.length > 0;
  let hasServiceName = resource.attributes.some(([key, value]) => key === 'service.name' && textOfValue(value) !== '');
  for (const attribute of resource.attributes) {
    const action = actions.resource(attribute[0]);
    if (action === 'structured_metadata') flatten(attribute, metadata);
    if (action !== 'index_label') continue;
    const pairs: [string, string][] = [];
    flatten(attribute, pairs);
    for (const [name, value] of pairs) {
      labels.set(name, value);
      if (!shouldDiscover || hasServiceName || !discoverServiceName.includes(name)) continue;
      labels.set('service_name', value);
      hasServiceName = true;
    }
  }
  if (shouldDiscover && !hasServiceName) labels.set('service_name', 'unknown_service');
  let own: Row[] | undefined;
  for (const scope of resource.scopes) {
    const ofScope = scopeMetadata(scope, actions);
    for (const record of scope.records) {
      const { extraLabels, pairs } = recordMetadata(record, actions);
      let rows: Row[];
      if (extraLabels.length > 0) rows = rowsOf(new Map([...labels, ...extraLabels]), target.groups);
      else {
        own ??= rowsOf(labels, target.groups);
        rows = own;
      }
      rows.push({
        ...timeOf(record, target.nowNs),
        line: textOfValue(record.body),
        metadata: [pairs, metadata, ofScope],
      });
    }
  }
}

function rowsOf(labels: ReadonlyMap<string, string>, groups: Map<string, Row[]>): Row[] {
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `{${sorted.map(([name, value]) => `${name}=${quoteGo(value)}`).join(', ')}}`;
  let rows = groups.get(text);
  if (rows === undefined) {
    rows = [];
    groups.set(text, rows);
  }
  return rows;
}

function scopeMetadata(scope: ScopeLogs, actions: Actions): [string, string][] {
  const pairs: [string, string][] = [];
  for (const attribute of scope.attributes) {
    if (actions.scope(attribute[0]) === 'structured_metadata') flatten(attribute, pairs);
  }
  if (scope.name !== '') pairs.push(['scope_name', scope.name]);
  if (scope.version !== '') pairs.push(['scope_version', scope.version]);
  if (scope.droppedAttributes !== 0) pairs.push(['scope_dropped_attributes_count', String(scope.droppedAttributes)]);
  return pairs;
}

function recordMetadata(
  record: LogRecord,
  actions: Actions,
): { extraLabels: [string, string][]; pairs: [string, string][] } {
  const pairs: [string, string][] = [];
  const extraLabels: [string, string][] = [];
  for (const attribute of record.attributes as readonly KeyValue[]) {
    const action = actions.log(attribute[0]);
    if (action === 'structured_metadata') flatten(attribute, pairs);
    else if (action === 'index_label') flatten(attribute, extraLabels);
  }
  if (record.timeNs !== 0n && record.observedNs !== 0n) {
    pairs.push(['observed_timestamp', String(BigInt.asIntN(64, record.observedNs))]);
  }
  if (record.severityNumber !== 0) pairs.push(['severity_number', String(record.severityNumber)]);
  if (record.severityText !== '') {
    if (actions.severityTextAsLabel) extraLabels.push(['severity_text', record.severityText]);
    pairs.push(['severity_text', record.severityText]);
  }
  if (record.droppedAttributes !== 0) pairs.push(['dropped_attributes_count', String(record.droppedAttributes)]);
  if (record.flags !== 0) pairs.push(['flags', String(record.flags)]);
  if (record.traceId !== '') pairs.push(['trace_id', record.traceId]);
  if (record.spanId !== '') pairs.push(['span_id', record.spanId]);
  return { extraLabels, pairs };
}

function timeOf(record: LogRecord, nowNs: bigint): { seconds: number; nanos: number } {
  const given = record.timeNs || record.observedNs;
  const ns = given === 0n ? nowNs : BigInt.asIntN(64, given);
  const nanos = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((ns - nanos) / 1_000_000_000n), nanos: Number(nanos) };
}

interface Actions {
  resource(attribute: string): OtlpAction;
  scope(attribute: string): OtlpAction;
  log(attribute: string): OtlpAction;
  readonly severityTextAsLabel: boolean;
}

function actionsFor(config: OtlpConfig, indexLabels: readonly string[]): Actions {
  const { ignore_defaults, attributes_config } = config.resource_attributes;
  const defaults: OtlpAttributes[] = ignore_defaults
    ? []
    : [{ action: 'index_label', attributes: indexLabels, regex: '' }];
  return {
    resource: actionBy([...defaults, ...attributes_config]),
    scope: actionBy(config.scope_attributes),
    log: actionBy(config.log_attributes),
    severityTextAsLabel: config.severity_text_as_label,
  };
}

/** Remembers each name's action for the time of one push: names repeat from record to record. */
function actionBy(table: readonly OtlpAttributes[]): (attribute: string) => OtlpAction {
  const rules = table.map(({ action, attributes, regex }) => {
    const pattern = regex === '' ? null : compileRegex(regex, { anchored: true });
    return { action, attributes: new Set(attributes), pattern };
  });
  const known = new Map<string, OtlpAction>();
  return (attribute) => {
    let action = known.get(attribute);
    if (action === undefined) {
      const rule = rules.find(({ attributes, pattern }) => pattern?.test(attribute) || attributes.has(attribute));
      action = rule?.action ?? 'structured_metadata';
      known.set(attribute, action);
    }
    return action;
  };
}
