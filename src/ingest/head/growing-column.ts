/**
 * Columns that grow by being replaced: what is full is never written to again, so that views of it, and columns that are shared,
 * stay as they are.
 */
type Column = Float64Array | Uint32Array | Uint8Array;

export const noOffsets = new Float64Array(0);
export const noEnds = new Uint32Array(0);
export const noBytes = new Uint8Array(0);

/** A block that was appended to twice will be again: from then on its columns have room for more, in bytes. */
const roomBytesMin = { 8: 128, 4: 64, 1: 1024 } as const;

/** What is smaller is copied for another thread: shared memory takes half a KiB more than what is in it. */
const sharedBytesMin = 4096;

/** Room for `need` elements; the first `used` are kept. Views of the old memory stay as they are. */
export function reserved<A extends Column>(array: A, used: number, need: number): A {
  if (need <= array.length) return array;
  const { BYTES_PER_ELEMENT: width } = array;
  const roomMin = roomBytesMin[width as keyof typeof roomBytesMin] / width;
  const length = array.length === 0 ? need : Math.max(need, array.length * 2, roomMin);
  const Type = array.constructor as new (from: SharedArrayBuffer | number) => A;
  const bigger = new Type(length * width < sharedBytesMin ? length : new SharedArrayBuffer(length * width));
  if (used > 0) bigger.set(array.subarray(0, used));
  return bigger;
}

/** The first elements: the array itself when those are all. It is not written to again. */
export const firstOf = <A extends Column>(array: A, count: number): A =>
  count === array.length ? array : (array.subarray(0, count) as A);
