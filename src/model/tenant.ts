/** The owner of data, from X-Scope-OrgID. */
import { ApiError } from '../errors.js';

export type TenantId = string;

/** The tenant of everything when multi-tenancy is off, as in Loki. */
export const singleTenant: TenantId = 'fake';

const legal = /^[A-Za-z0-9!_.*'()-]*$/;

/** Source: grafana/dskit tenant rules: at most 150 bytes of letters, digits and !-_.*'(), not '.' or '..'. */
export function checkTenantId(id: string): TenantId {
  if (id.length > 150) throw new ApiError('bad-request', 'tenant ID is too long: max 150 characters');
  if (id === '.' || id === '..') throw new ApiError('bad-request', "tenant ID is '.' or '..'");
  if (!legal.test(id)) {
    const bad = [...id].find((ch) => !legal.test(ch)) as string;
    throw new ApiError('bad-request', `tenant ID '${id}' contains unsupported character '${bad}'`);
  }
  return id;
}

/** A folder name that no id can leave, and that differs where file systems fold case. */
export const tenantFolder = (id: TenantId): string =>
  id.replace(/[^a-z0-9_-]/g, (ch) => `%${ch.charCodeAt(0).toString(16).padStart(2, '0')}`);
