/** What every family of routes is given by server.ts. */
import type { TenantId } from '../../model/tenant.js';
import type { Nanos } from '../../model/time.js';
import type { TenantPolicy } from '../request.js';

export interface RouteDeps {
  readonly policy: TenantPolicy;
  readonly nowNs: () => Nanos;
  /** 0: no timeout. */
  readonly queryTimeoutMs: (tenants: readonly TenantId[]) => number;
}
