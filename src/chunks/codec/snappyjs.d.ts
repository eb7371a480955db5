/** The part of snappyjs that is used here; the package has no types. */
declare module 'snappyjs' {
  const snappyjs: {
    compress(bytes: Uint8Array): Uint8Array;
    /** Refuses more than `maxLength` bytes before it allocates. */
    uncompress(bytes: Uint8Array, maxLength?: number): Uint8Array;
  };
  export default snappyjs;
}
