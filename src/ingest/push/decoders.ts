/** From a request to streams in columns: which decoder reads which content. */
import { parseMediaType } from '../../model/media-type.js';
import { readBody, unsnap } from './body.js';
import { decodeJson } from './json.js';
import { decodeLegacyJson } from './json-legacy.js';
import { decodeOtlp } from './otlp.js';
import { decodeProto } from './proto.js';
import type { DecodeContext, PushBody, PushProtocol } from './push-body.js';
import { badPush } from './push-error.js';
import type { PushRequest } from './push-request.js';

/** Throws ApiError with Loki's status, and with its text where Loki has its own. */
export function decodePush(push: PushBody, context: DecodeContext): PushRequest {
  return decoders[push.protocol](push, context);
}

const decoders: Record<PushProtocol, (push: PushBody, context: DecodeContext) => PushRequest> = {
  loki: (push, context) => decodeLoki(push, context, decodeJson),
  'loki-legacy': (push, context) => decodeLoki(push, context, decodeLegacyJson),
  grpc: ({ body }) => decodeProto(body),
  otlp: decodeOtlp,
};

/** Anything that is not JSON is taken for snappy and protobuf, whatever it calls itself; but it must call itself something. */
function decodeLoki(push: PushBody, { bodyLimits }: DecodeContext, json: (body: Buffer) => PushRequest): PushRequest {
  const body = readBody(push.body, push.contentEncoding, bodyLimits);
  return mediaType(push.contentType) === 'application/json' ? json(body) : decodeProto(unsnap(body, bodyLimits));
}

/** The type without its parameters, in lower case. */
export function mediaType(contentType: string): string {
  const parsed = parseMediaType(contentType);
  if ('error' in parsed) throw badPush(parsed.error);
  return parsed.type;
}
