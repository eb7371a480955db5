/** What every route needs of a request: its tenant(s), its form, and how errors leave. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
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
  const tenants = tenantIds(request, policy);
  if (tenants.length > 1) throw new ApiError('bad-request', 'multiple org IDs present\n');
  return tenants[0] as TenantId;
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

function tenantIds(request: FastifyRequest, policy: TenantPolicy): readonly TenantId[] {
  if (!policy.authEnabled) return [singleTenant];
  const value = header(request, 'x-scope-orgid');
  if (value === undefined || value === '') throw new ApiError('no-org-id', 'no org id\n');
  try {
    // Behind a colon stands a subtenant, which does not count.
    return [...new Set(value.split('|').map((id) => checkTenantId(id.split(':', 1)[0] as string)))].sort();
  } catch (e) {
    throw e instanceof ApiError ? new ApiError('bad-request', `${e.message}\n`) : e;
  }
}

/** As Go's net/http and net/url. */
const formBytesMax = 10 * 2 ** 20;
const formPairsMax = 10_000;

/** The form of a GET, or of a POST that is one: body values come first. */
export function formOf(request: FastifyRequest): Form {
  const at = request.url.indexOf('?');
  const query = at < 0 ? '' : request.url.slice(at + 1);
  const isForm = /^application\/x-www-form-urlencoded/i.test(header(request, 'content-type') ?? '');
  const body = isForm && Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (body.length > formBytesMax) throw new ApiError('bad-request', 'http: POST too large');
  // Node hands the bytes of a URL on as characters.
  const parts = [body, Buffer.from(query, 'latin1')].map((bytes) => bytes.toString('utf8'));
  for (const part of parts) {
    if (part.split('&', formPairsMax + 1).length > formPairsMax)
      throw new ApiError('bad-request', 'number of URL query parameters exceeded limit');
  }
  return Form.parse(...parts);
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
