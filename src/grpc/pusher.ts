/** gRPC: logproto.Pusher/Push, as old agents and other Lokis send it, and the standard health service. */
import * as grpc from '@grpc/grpc-js';
import { ApiError } from '../errors.js';
import type { PushService } from '../ingest/push-service.js';
import { checkTenantId, singleTenant, type TenantId } from '../model/tenant.js';

export interface GrpcOptions {
  readonly address: string;
  readonly port: number;
  readonly authEnabled: boolean;
  readonly maxRecvBytes: number;
  readonly maxSendBytes: number;
  /** Calls at a time on one connection. */
  readonly callsMax: number;
}

const bytes = { serialize: (b: Buffer) => b, deserialize: (b: Buffer) => b };
const unary = (path: string): grpc.MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: bytes.serialize,
  requestDeserialize: bytes.deserialize,
  responseSerialize: bytes.serialize,
  responseDeserialize: bytes.deserialize,
});

/** HealthCheckResponse { status: SERVING } */
const serving = Buffer.from([0x08, 0x01]);

/** Starts listening; resolves with the port that was bound and how to stop. */
export async function startGrpc(
  push: PushService,
  options: GrpcOptions,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': options.maxRecvBytes,
    'grpc.max_send_message_length': options.maxSendBytes,
    'grpc.max_concurrent_streams': options.callsMax,
  });
  server.addService(
    { push: unary('/logproto.Pusher/Push') },
    {
      push: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
        answer(call).then(
          (reply) => done(null, reply),
          (e: Error) => done(statusOf(e)),
        );
      },
    },
  );
  server.addService(
    { check: unary('/grpc.health.v1.Health/Check') },
    { check: (_call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => done(null, serving) },
  );

  async function answer(call: grpc.ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> {
    const tenant = tenantOf(call.metadata, options.authEnabled);
    await push.accept(tenant, {
      protocol: 'grpc',
      contentType: 'application/x-protobuf',
      contentEncoding: '',
      body: call.request,
    });
    return Buffer.alloc(0);
  }

  const host = options.address === '' ? '0.0.0.0' : options.address;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${options.port}`, grpc.ServerCredentials.createInsecure(), (e, bound) =>
      e ? reject(e) : resolve(bound),
    );
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), 2000);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

function tenantOf(metadata: grpc.Metadata, authEnabled: boolean): TenantId {
  if (!authEnabled) return singleTenant;
  const values = metadata.get('x-scope-orgid');
  const [value] = values;
  if (value === undefined || value === '' || values.length > 1) throw new ApiError('no-org-id', 'no org id');
  // Behind a colon stands a subtenant, which does not count.
  const ids = String(value).split('|');
  const tenants = new Set(ids.map((id) => checkTenantId(id.split(':', 1)[0] as string)));
  if (tenants.size > 1) throw new ApiError('bad-request', 'multiple org IDs present');
  return [...tenants][0] as TenantId;
}

/** Loki puts the HTTP status into the gRPC code; clients that do not know that see Unknown. */
function statusOf(error: Error): grpc.ServiceError {
  const code = error instanceof ApiError ? (grpcCodes[error.code] ?? grpc.status.UNKNOWN) : grpc.status.INTERNAL;
  return Object.assign(new Error(error.message), {
    code,
    details: error.message.trimEnd(),
    metadata: new grpc.Metadata(),
  });
}

const grpcCodes: Partial<Record<ApiError['code'], grpc.status>> = {
  'bad-request': grpc.status.INVALID_ARGUMENT,
  'no-org-id': grpc.status.UNAUTHENTICATED,
  'too-many-requests': grpc.status.RESOURCE_EXHAUSTED,
  'too-large': grpc.status.RESOURCE_EXHAUSTED,
  unprocessable: grpc.status.INVALID_ARGUMENT,
  unavailable: grpc.status.UNAVAILABLE,
};
