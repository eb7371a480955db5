/** A push as it came, and what its decoder must know. */
import type { Limits } from '../../limits/limits.js';
import type { BodyLimits } from './body.js';

/** What the body speaks: the endpoint says it. `grpc` is a bare PushRequest message. */
export type PushProtocol = 'loki' | 'loki-legacy' | 'otlp' | 'grpc';

export interface PushBody {
  readonly protocol: PushProtocol;
  /** Headers as they came; '' when absent. */
  readonly contentType: string;
  readonly contentEncoding: string;
  /** Given away: it may be written over, and the result may refer to it. */
  readonly body: Buffer;
}

export interface DecodeContext {
  readonly bodyLimits: BodyLimits;
  /** Resource attributes of OTLP that become labels, unless the tenant's rules leave them out. */
  readonly otlpIndexLabels: readonly string[];
  readonly limits: Limits;
  /** For OTLP records without a time of their own. */
  readonly nowNs: bigint;
}
