/** A push from its body to its answer: decoded, admitted, logged and shown, in one tick. HTTP and gRPC share it. */
import type { Clock } from '../io/clock.js';
import type { Discard } from '../limits/discard.js';
import type { Overrides } from '../limits/limits.js';
import { RateLimiter } from '../limits/rate-limiter.js';
import type { TenantId } from '../model/tenant.js';
import { admit } from './admit.js';
import type { DiskReserve } from './disk-reserve.js';
import type { Ingester } from './ingester.js';
import type { BodyLimits } from './push/body.js';
import { decodePush } from './push/decoders.js';
import type { PushBody } from './push/push-body.js';
import { StreamLabelsCache } from './stream-labels.js';

export interface PushServiceDeps {
  readonly ingester: Ingester;
  readonly overrides: Overrides;
  readonly clock: Clock;
  readonly bodyLimits: BodyLimits;
  /** See DecodeContext. */
  readonly otlpIndexLabels: readonly string[];
  /** Null when nothing is kept on disk. */
  readonly reserve: DiskReserve | null;
  /** Entries this much behind their stream's newest are refused; null: never. Loki: half of max_chunk_age. */
  readonly outOfOrderWindowNs: bigint | null;
  /** ingester.max_returned_stream_errors */
  readonly ignoredErrorsMax: number;
  readonly onReceived: (tenant: TenantId, received: { readonly lines: number; readonly lineBytes: number }) => void;
  readonly onDiscards: (tenant: TenantId, discards: readonly Discard[]) => void;
}

export class PushService {
  readonly #deps: PushServiceDeps;
  readonly #labels = new StreamLabelsCache();
  readonly #tenantRates: RateLimiter;
  readonly #streamRates: RateLimiter;

  constructor(deps: PushServiceDeps) {
    this.#deps = deps;
    this.#tenantRates = new RateLimiter(deps.clock);
    this.#streamRates = new RateLimiter(deps.clock);
  }

  /** Resolves once what was admitted is logged and shown. Throws ApiError when anything was refused: the rest is kept. */
  async accept(tenant: TenantId, body: PushBody): Promise<void> {
    const { ingester, overrides, clock, bodyLimits, otlpIndexLabels, outOfOrderWindowNs, ignoredErrorsMax } =
      this.#deps;
    this.#deps.reserve?.check();
    const limits = overrides.limitsFor(tenant);
    const nowNs = clock.nowNs();
    const request = decodePush(body, { bodyLimits, otlpIndexLabels, limits, nowNs });
    const { admitted, discards, error, received } = admit(request, {
      tenant,
      limits,
      nowNs,
      head: ingester.head,
      outOfOrderWindowNs,
      tenantRates: this.#tenantRates,
      streamRates: this.#streamRates,
      labels: this.#labels,
      ignoredErrorsMax,
    });
    this.#deps.onReceived(tenant, received);
    if (discards.length > 0) this.#deps.onDiscards(tenant, discards);
    if (admitted.streams.length > 0) await ingester.append(admitted);
    if (error !== null) throw error;
  }
}
