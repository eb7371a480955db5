/** How answers leave: JSON in pieces with backpressure, compressed when the client takes that. */
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const jsonType = 'application/json; charset=UTF-8';
export const textType = 'text/plain; charset=utf-8';

/** Below this, compressing costs more than it saves. */
const compressFrom = 1400;
const gzipAsync = promisify(gzip);
const level = constants.Z_BEST_SPEED;

const takesGzip = (request: FastifyRequest): boolean =>
  /\bgzip\b/i.test(String(request.headers['accept-encoding'] ?? ''));

/** Sends a body that comes in pieces. One piece is sent with its length, more as a stream. */
export async function sendPieces(
  request: FastifyRequest,
  reply: FastifyReply,
  pieces: Iterator<Buffer>,
): Promise<FastifyReply> {
  reply.header('content-type', jsonType).header('vary', 'Accept-Encoding');
  const first = pieces.next();
  const second = first.done ? first : pieces.next();
  if (second.done) {
    const body = (first.value as Buffer | undefined) ?? Buffer.alloc(0);
    if (!takesGzip(request) || body.length < compressFrom) return reply.send(body);
    return reply.header('content-encoding', 'gzip').send(await gzipAsync(body, { level }));
  }
  const stream = Readable.from(restOf([first.value as Buffer, second.value as Buffer], pieces), { objectMode: false });
  if (!takesGzip(request)) return reply.send(stream);
  const packed = createGzip({ level });
  stream.on('error', (e) => packed.destroy(e));
  packed.on('close', () => stream.destroy());
  return reply.header('content-encoding', 'gzip').send(stream.pipe(packed));
}

function* restOf(started: readonly Buffer[], pieces: Iterator<Buffer>): Generator<Buffer> {
  yield* started;
  for (let next = pieces.next(); !next.done; next = pieces.next()) yield next.value;
}

export function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): Promise<FastifyReply> {
  return sendPieces(request, reply, [Buffer.from(`${JSON.stringify(value)}\n`)].values());
}

export const sendText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.header('content-type', textType).send(text);
