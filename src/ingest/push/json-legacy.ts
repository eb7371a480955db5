/**
 * The JSON form of `/api/prom/push`, as agents from before Loki 1.0 send it:
 *
 *   {"streams": [{"labels": "{app=\"x\"}", "entries": [{"ts": "2026-01-01T00:00:00Z", "line": "…"}, …]}, …]}
 */
import { ZERO_TIME_SECONDS } from './entry-columns.js';
import { badPush } from './push-error.js';
import type { PushRequest, PushStream } from './push-request.js';
import { pushRows, type Row } from './row-batch.js';

export function decodeLegacyJson(body: Buffer): PushRequest {
  let root: unknown;
  try {
    root = JSON.parse(body.toString('utf8'));
  } catch (e) {
    throw badPush(`error decoding push request: ${(e as Error).message}`);
  }
  const streams: PushStream[] = [];
  for (const stream of list(fields(root, 'push request').get('streams'), 'streams')) decodeStream(stream, streams);
  return { streams, bodyBytes: body.length };
}

function decodeStream(value: unknown, into: PushStream[]): void {
  const stream = fields(value, 'stream');
  const rows = list(stream.get('entries'), 'entries').map((entry): Row => {
    const parts = fields(entry, 'entry');
    const at = text(parts.get('ts'), 'ts');
    const pairs = [...fields(parts.get('structuredmetadata'), 'structuredMetadata', false)];
    return {
      ...(at === '' ? { seconds: ZERO_TIME_SECONDS, nanos: 0 } : parseRfc3339(at)),
      line: text(parts.get('line'), 'line'),
      metadata: [pairs.map(([name, value]) => [name, text(value, 'structuredMetadata')] as const)],
    };
  });
  pushRows(text(stream.get('labels'), 'labels'), rows, into);
}

/** Names are told apart without regard to case, as Go's decoder does. */
function fields(value: unknown, what: string, foldCase = true): Map<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== 'object' || Array.isArray(value))
    throw badPush(`error decoding push request: ${what} is not an object`);
  return new Map(Object.entries(value).map(([name, v]) => [foldCase ? name.toLowerCase() : name, v]));
}

function list(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw badPush(`error decoding push request: ${what} is not an array`);
  return value;
}

function text(value: unknown, what: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw badPush(`error decoding push request: ${what} is not a string`);
  return value;
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;

function parseRfc3339(value: string): { seconds: number; nanos: number } {
  const m = rfc3339.exec(value);
  const ms = m === null ? Number.NaN : Date.parse(`${m[1]}T${m[2]}${m[4]}`);
  if (Number.isNaN(ms)) throw badPush(`error decoding push request: cannot parse ${JSON.stringify(value)} as a time`);
  return { seconds: ms / 1000, nanos: Number((m?.[3] ?? '').slice(0, 9).padEnd(9, '0')) };
}
