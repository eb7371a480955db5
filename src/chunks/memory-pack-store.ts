/** Packs in memory: for servers and tests that keep nothing. */
import { invariant } from '../errors.js';
import { FileError } from '../io/file-system.js';
import type { ByteSource, PackStore } from './pack-store.js';

export function memoryPackStore(): PackStore {
  const packs = new Map<string, Uint8Array>();
  return {
    async put(pack, parts) {
      invariant(!packs.has(pack), `pack ${pack} is there already`);
      packs.set(pack, new Uint8Array(Buffer.concat(parts)));
    },
    open(pack) {
      const bytes = packs.get(pack);
      if (bytes === undefined) throw new FileError('ENOENT', 'open', pack);
      return bytesSource(bytes);
    },
    list: async () =>
      [...packs].map(([pack, { byteLength }]) => ({ pack, byteLength })).sort((a, b) => (a.pack < b.pack ? -1 : 1)),
    async delete(pack) {
      packs.delete(pack);
    },
    localPath: () => null,
    async close() {},
  };
}

/** A pack that is in memory already. Slices are views. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.length,
    slice(start, end) {
      if (start < 0 || end < start || end > bytes.length) {
        throw new RangeError(`bytes ${start} to ${end} of ${bytes.length}`);
      }
      return bytes.subarray(start, end);
    },
  };
}
