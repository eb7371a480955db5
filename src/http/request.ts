/** What every route needs of a request: its tenant(s), its form, and how errors leave. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
import { quoteGo } from '../model/labels.js';
import { parseMediaType } from '../model/media-type.js';
import { checkTenantId, singleTenant, type TenantId } from '../model/tenant.js';
import { Form } from '../query/params.js';

export interface TenantPolicy {
  readonly authEnabled: boolean;
  /** Reading several tenants, joined by `|`. */
  readonly multiTenantQueries: boolean;
}

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** The one tenant of a push or a delete. Texts: recorded answers api/auth. */
export function writeTenant(request: FastifyRequest, policy: TenantPolicy): TenantId {
  const named = (policy.authEnabled && header(request, 'x-scope-orgid')) || '';
  const ids = [...new Set(named.split('|').map(withoutSubtenant))];
  if (ids.length > 1) {
    checkIds(ids.slice(0, 1)); // The others are not looked at.
    throw new ApiError('bad-request', 'multiple org IDs present\n');
  }
  return tenantIds(request, policy)[0] as TenantId;
}

/** The tenants of a read; more than one only where the configuration allows it. */
export function readTenants(request: FastifyRequest, policy: TenantPolicy): readonly TenantId[] {
  if (!policy.authEnabled) return [singleTenant];
  try {
    const tenants = tenantIds(request, policy);
    if (tenants.length > 1 && !policy.multiTenantQueries) {
      throw new ApiError('bad-request', 'multiple org IDs present\n');
    }
    return tenants;
  } catch (e) {
    if (e instanceof ApiError && e.code === 'bad-request') {
      throw new ApiError('bad-request', `rpc error: code = Code(400) desc = ${e.message.trimEnd()}`);
    }
    throw e;
  }
}

/** Behind a colon stands a subtenant, which does not count. */
const withoutSubtenant = (id: string): string => id.split(':', 1)[0] as string;

function tenantIds(request: FastifyRequest, policy: TenantPolicy): readonly TenantId[] {
  if (!policy.authEnabled) return [singleTenant];
  const value = header(request, 'x-scope-orgid');
  if (value === undefined || value === '') throw new ApiError('no-org-id', 'no org id\n');
  return [...new Set(checkIds(value.split('|').map(withoutSubtenant)))].sort();
}

function checkIds(ids: readonly string[]): TenantId[] {
  try {
    return ids.map(checkTenantId);
  } catch (e) {
    throw e instanceof ApiError ? new ApiError('bad-request', `${e.message}\n`) : e;
  }
}

/** As Go's net/http and net/url. */
const formBytesMax = 10 * 2 ** 20;
const formPairsMax = 10_000;

/** The form of a GET, or of a POST that is one: body values come first. Refuses as Go's ParseForm does. */
export function formOf(request: FastifyRequest): Form {
  const isPost = hasBody.has(request.method);
  const type = isPost && request.sentContentType !== '' ? typeOf(request.sentContentType) : '';
  const isForm = type === 'application/x-www-form-urlencoded' && Buffer.isBuffer(request.body);
  const body = isForm ? (request.body as Buffer) : Buffer.alloc(0);
  if (body.length > formBytesMax) throw new ApiError('bad-request', 'http: POST too large');
  return parseForm(body.toString('utf8'), queryOf(request));
}

/** The parameters of the URL alone: those that Loki takes from there. What is malformed is left out. */
export const urlForm = (request: FastifyRequest): Form =>
  Form.parse(
    queryOf(request)
      .split('&')
      .filter((pair) => formError(pair) === null)
      .join('&'),
  );

function typeOf(contentType: string): string {
  const parsed = parseMediaType(contentType);
  if ('error' in parsed) throw new ApiError('bad-request', parsed.error);
  return parsed.type;
}

const hasBody = new Set(['POST', 'PUT', 'PATCH']);

function queryOf(request: FastifyRequest): string {
  const at = request.url.indexOf('?');
  // Node hands the bytes of a URL on as characters.
  return at < 0 ? '' : Buffer.from(request.url.slice(at + 1), 'latin1').toString('utf8');
}

function parseForm(...parts: readonly string[]): Form {
  for (const part of parts) {
    const pairs = part.split('&', formPairsMax + 1);
    if (pairs.length > formPairsMax) throw new ApiError('bad-request', 'number of URL query parameters exceeded limit');
    for (const pair of pairs) {
      const error = formError(pair);
      if (error !== null) throw new ApiError('bad-request', error);
    }
  }
  return Form.parse(...parts);
}

const badEscape = /%(?![0-9a-fA-F]{2}).{0,2}/s;

/** What Go's net/url says of a pair `name=value`; null when it is well formed. */
function formError(pair: string): string | null {
  if (pair.includes(';')) return 'invalid semicolon separator in query';
  const wrong = pair.includes('%') ? badEscape.exec(pair) : null;
  return wrong === null ? null : `invalid URL escape ${quoteGo(wrong[0])}`;
}

/** Aborted when the client goes away, or when `timeoutMs` have passed. */
export function requestSignal(reply: FastifyReply, timeoutMs: number): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished)
      gone.abort(new ApiError('client-closed', 'The request was cancelled by the client.'));
  });
  if (timeoutMs <= 0) return gone.signal;
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(
      new ApiError(
        'timeout',
        'request timed out, decrease the duration of the request or add more label matchers (prefer exact match over regex match) to reduce the amount of data processed',
      ),
    );
  }, timeoutMs);
  timer.unref();
  reply.raw.once('close', () => clearTimeout(timer));
  return AbortSignal.any([gone.signal, late.signal]);
}

/** The flags of X-Loki-Response-Encoding-Flags, as sent. */
export function encodingFlags(request: FastifyRequest): readonly string[] {
  const value = header(request, 'x-loki-response-encoding-flags');
  return value ? value.split(',').filter(Boolean) : [];
}
