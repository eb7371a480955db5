/** Zstandard: by the runtime (Node 22.15, 23.8 and later), else by WebAssembly. Both write and read the same frames. */
import * as zlib from 'node:zlib';
import { FormatError, unpooled } from '../bytes.js';
import type { Codec } from './codec.js';

/** Level 1: higher ones cost far more time than they save bytes (bench/micro/codecs.mjs). */
const level = 1;

export const zstd: Codec = {
  id: 5,
  name: 'zstd',
  encode: (bytes) => engine().compress(bytes),
  decode(bytes, decodedBytes) {
    let decoded: Uint8Array;
    try {
      decoded = engine().decompress(bytes, decodedBytes);
    } catch (cause) {
      if (cause instanceof NotReadyError) throw cause;
      throw new FormatError('broken zstd data', { cause });
    }
    if (decoded.length !== decodedBytes) throw new FormatError(`${decoded.length} bytes, ${decodedBytes} expected`);
    return decoded;
  },
};

interface Engine {
  compress(bytes: Uint8Array): Uint8Array;
  /** May give another size than `limit`, or throw. */
  decompress(bytes: Uint8Array, limit: number): Uint8Array;
}

class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

let loaded: Engine | undefined = nativeEngine();
let loading: Promise<void> | undefined;

export function zstdReady(): Promise<void> {
  if (loaded !== undefined) return Promise.resolve();
  loading ??= wasmEngine().then((engine) => {
    loaded = engine;
  });
  return loading;
}

function engine(): Engine {
  if (loaded === undefined) throw new NotReadyError('invariant: zstd is used before codecsReady() has resolved');
  return loaded;
}

interface ZlibWithZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: { params: Record<number, number> }) => Uint8Array;
  readonly zstdDecompressSync?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number; chunkSize: number },
  ) => Uint8Array;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

function nativeEngine(): Engine | undefined {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as ZlibWithZstd;
  const levelKey = constants.ZSTD_c_compressionLevel;
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined || levelKey === undefined) return undefined;
  return {
    compress: (bytes) => zstdCompressSync(bytes, { params: { [levelKey]: level } }),
    decompress: (bytes, limit) =>
      unpooled(zstdDecompressSync(bytes, { maxOutputLength: limit + 1, chunkSize: Math.max(limit + 1, 64) })),
  };
}

async function wasmEngine(): Promise<Engine> {
  const { default: wasm } = await import('@foxglove/wasm-zstd');
  await wasm.isLoaded;
  return {
    compress: (bytes) => wasm.compress(bytes, level),
    decompress: (bytes, limit) => unpooled(wasm.decompress(bytes, limit)),
  };
}
