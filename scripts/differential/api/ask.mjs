// One HTTP request as it stands (any method, any path), and what it means that two answers to it are the same.
import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { canonical } from '../compare.mjs';

/** `{ status, type, text }`; a failed connection is a status of its own. */
export function ask(base, { method = 'GET', path, headers = {}, body = null, chunked = false }) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const sent = { ...headers };
    if (body !== null && !chunked) sent['content-length'] = Buffer.byteLength(body);
    const request = httpRequest({ hostname, port, method, path, headers: sent, timeout: 30_000 }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', (e) => resolve({ status: 0, type: '', text: e.message }));
      response.on('end', () => {
        let bytes = Buffer.concat(pieces);
        if (response.headers['content-encoding'] === 'gzip' && bytes.length > 0) bytes = gunzipSync(bytes);
        resolve({
          status: response.statusCode,
          type: response.headers['content-type'] ?? '',
          packed: response.headers['content-encoding'] ?? '',
          text: bytes.toString('utf8'),
        });
      });
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (e) => resolve({ status: 0, type: '', text: e.message }));
    if (body !== null && chunked) {
      for (let at = 0; at < body.length; at += 7) request.write(body.subarray(at, at + 7));
      request.end();
    } else request.end(body ?? undefined);
  });
}

const sorted = (list) =>
  [...list].sort((a, b) => {
    const [x, y] = [canonical(a), canonical(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });

/** Names whose lists have no order of their own. */
const unordered = new Set(['result', 'data', 'fields', 'values', 'detectedLabels', 'parsers', 'shards', 'streams']);
const left = new Set(['stats', 'statistics', 'execTime', 'created_at', 'request_id']);

function plain(value, name = '', inSeries = false) {
  if (Array.isArray(value)) {
    const list = value.map((one) => plain(one, '', inSeries || name === 'result' || name === 'streams'));
    return unordered.has(name) && !inSeries ? sorted(list) : list;
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !left.has(key))
      .map(([key, one]) => [key, plain(one, key, inSeries)]),
  );
}

/** Times of the run, and what a process draws at random, taken out of a text. */
const settled = (text) =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>')
    .replace(/\b1[78]\d{8}(\.\d+|\d{3}|\d{6}|\d{9})?\b/g, '<now>');

export function normal({ status, type, text }, { shape = 'all' } = {}) {
  if (shape === 'status') return { status, type: status < 400 ? '' : type, text: status < 400 ? '' : settled(text) };
  if (text.startsWith('{') || text.startsWith('[')) {
    try {
      return { status, type, text: canonical(plain(JSON.parse(text))) };
    } catch {
      // no JSON: compared as text
    }
  }
  return { status, type, text: shape === 'times' ? settled(text) : text.trimEnd() };
}

/** Null, or the class and both sides of the first thing that differs. */
export function difference(want, got, how) {
  const [a, b] = [normal(want, how), normal(got, how)];
  if (a.status !== b.status) return { class: `status ${a.status}/${b.status}`, want: short(a), got: short(b) };
  if (a.text !== b.text && settled(a.text) !== settled(b.text)) {
    const at = [...a.text].findIndex((ch, i) => ch !== b.text[i]);
    const from = Math.max(0, (at < 0 ? a.text.length : at) - 120);
    const cut = (text) => `${from > 0 ? '…' : ''}${text.slice(from, from + 420)}`;
    return { class: `${a.status} text`, want: cut(a.text), got: cut(b.text) };
  }
  if (a.type.toLowerCase() !== b.type.toLowerCase()) return { class: `${a.status} type`, want: a.type, got: b.type };
  return null;
}

const short = ({ status, type, text }) => `${status} ${type} ${text.slice(0, 420)}`;
