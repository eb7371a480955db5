/** An OTLP export of logs, whether it came as protobuf or JSON. */
import type { AnyValue, KeyValue } from './otlp-value.js';

export interface ResourceLogs {
  readonly attributes: readonly KeyValue[];
  readonly scopes: readonly ScopeLogs[];
}

export interface ScopeLogs {
  readonly name: string;
  readonly version: string;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributes: number;
  readonly records: readonly LogRecord[];
}

export interface LogRecord {
  /** 0: not given. */
  readonly timeNs: bigint;
  readonly observedNs: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributes: number;
  readonly flags: number;
  /** In hexadecimal; '' when there is none or it is all zeros. */
  readonly traceId: string;
  readonly spanId: string;
}
